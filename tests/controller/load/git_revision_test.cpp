#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "controller/load/git_head.h"
#include "controller/load/source.h"
#include "tests/controller/load/git_fixture.h"
#include "tests/support/temp_dir.h"

namespace plumb::load {
namespace {
using test::GitRepository;
using test::TempDir;

std::string commit_of(const std::filesystem::path& root) {
  auto source = open_worktree(root);
  return source ? (*source)->revision().commit : "not opened";
}

TEST(Revision, IsReadFromALooseBranch) {
  const GitRepository repository;
  repository.dir().write("domains/a.yaml", "a\n");
  const auto id = repository.commit_all("First");
  EXPECT_EQ(read_head(repository.path()), id);
  EXPECT_EQ(commit_of(repository.path() / "domains"), id);
}

TEST(Revision, IsReadFromPackedReferences) {
  const GitRepository repository;
  const auto id = repository.commit_all("First");
  repository.run("branch mainly");
  repository.run("pack-refs --all");
  ASSERT_FALSE(std::filesystem::exists(repository.path() / ".git/refs/heads/main"));
  EXPECT_EQ(read_head(repository.path()), id);
}

TEST(Revision, IsReadFromADetachedHeadAndThroughSymbolicReferences) {
  const GitRepository repository;
  const auto id = repository.commit_all("First");
  repository.commit_all("Second");
  repository.run("checkout -q --detach HEAD~1");
  EXPECT_EQ(read_head(repository.path()), id);
  repository.run("branch one " + id);
  repository.run("symbolic-ref refs/heads/other refs/heads/one");
  repository.run("symbolic-ref HEAD refs/heads/other");
  EXPECT_EQ(read_head(repository.path()), id);
}

TEST(Revision, IsEmptyBeforeTheFirstCommitAndOutsideOfGit) {
  const GitRepository repository;
  EXPECT_EQ(read_head(repository.path()), "");
  EXPECT_EQ(commit_of(repository.path()), "");
  const TempDir outside;
  EXPECT_EQ(commit_of(outside.path()), "");
  const auto described = describe_revision(outside.path());
  ASSERT_TRUE(described);
  EXPECT_EQ(described->commit, "");
  EXPECT_FALSE(described->dirty);
}

TEST(Revision, OfALinkedWorkTreeIsLeftToTheLibrary) {
  const GitRepository repository;
  const auto first = repository.commit_all("First");
  repository.commit_all("Second");
  const TempDir linked;
  repository.run("worktree add -q '" + linked.path().string() + "/tree' " + first);
  EXPECT_FALSE(read_head(linked.path() / "tree").has_value());
  EXPECT_EQ(commit_of(linked.path() / "tree"), first);
}

TEST(Revision, OfAnUnknownFormOrADamagedRepositoryIsLeftToTheLibrary) {
  const GitRepository repository;
  repository.commit_all("First");
  for (const auto* head : {"ref: refs/heads/.invalid\n", "ref: ../../etc/passwd\n", "nonsense\n"}) {
    repository.dir().write(".git/HEAD", head);
    EXPECT_FALSE(read_head(repository.path()).has_value()) << head;
    EXPECT_EQ(commit_of(repository.path()), "") << head;
  }
  repository.dir().write(".git/HEAD", "ref: refs/heads/a\n");
  repository.dir().write(".git/refs/heads/a", "ref: refs/heads/a\n");
  EXPECT_FALSE(read_head(repository.path()).has_value());
}

TEST(DescribeRevision, GivesTheFirstLineOfTheMessage) {
  const GitRepository repository;
  repository.dir().write("a.yaml", "a\n");
  const auto id = repository.commit_all("sales: new mailbox, tighten DMARC\n\nbecause");
  const auto revision = describe_revision(repository.path());
  ASSERT_TRUE(revision);
  EXPECT_EQ(revision->commit, id);
  EXPECT_EQ(revision->summary, "sales: new mailbox, tighten DMARC");
  EXPECT_FALSE(revision->dirty);
}

TEST(DescribeRevision, LetsNoControlCharactersThrough) {
  const GitRepository repository;
  repository.dir().write("a.yaml", "a\n");
  repository.commit_all("\x1b[31mred");
  const auto revision = describe_revision(repository.path());
  ASSERT_TRUE(revision);
  EXPECT_EQ(revision->summary, "?[31mred");
}

bool dirty(const std::filesystem::path& root) {
  const auto revision = describe_revision(root);
  EXPECT_TRUE(revision);
  return revision && revision->dirty;
}

TEST(DescribeRevision, IsDirtyOnlyForManifestsBelowTheRoot) {
  const GitRepository repository;
  const auto& dir = repository.dir();
  dir.write("mail/a.yaml", "a\n");
  dir.write("other/b.yaml", "b\n");
  dir.write(".gitignore", "ignored.yaml\n");
  repository.commit_all("First");
  const auto mail = repository.path() / "mail";
  EXPECT_FALSE(dirty(mail));

  dir.write("other/b.yaml", "changed\n");
  dir.write("mail/plan.json", "{}\n");
  dir.write("mail/ignored.yaml", "x\n");
  EXPECT_FALSE(dirty(mail));
  EXPECT_TRUE(dirty(repository.path()));

  dir.write("mail/a.yaml", "changed\n");
  EXPECT_TRUE(dirty(mail));
  repository.run("add mail/a.yaml");
  EXPECT_TRUE(dirty(mail)) << "staged";
  repository.commit_all("Second");
  EXPECT_FALSE(dirty(mail));

  dir.write("mail/new/c.yaml", "new\n");
  EXPECT_TRUE(dirty(mail)) << "not yet in git";
  std::filesystem::remove_all(mail / "new");
  std::filesystem::remove(mail / "a.yaml");
  EXPECT_TRUE(dirty(mail)) << "removed";
}

TEST(BlobId, IsThatOfGit) {
  EXPECT_EQ(blob_id(""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  EXPECT_EQ(blob_id("hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
  const GitRepository repository;
  for (std::size_t size = 40; size < 140; size += 3) {
    std::string content;
    for (std::size_t i = 0; i < size * 7; ++i) {
      content += static_cast<char>('a' + (i * size) % 26);
    }
    content.resize(size);
    repository.dir().write("f" + std::to_string(size) + ".yaml", content);
  }
  repository.commit_all("All");
  const auto source = open_commit(repository.path(), "HEAD");
  ASSERT_TRUE(source);
  const auto files = (*source)->list("");
  ASSERT_TRUE(files);
  ASSERT_EQ(files->size(), 34U);
  for (const auto& file : *files) {
    EXPECT_EQ(blob_id((*source)->read(file.path).value()), file.blob_id) << file.path;
  }
}

}  // namespace
}  // namespace plumb::load
