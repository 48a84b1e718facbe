#include "controller/load/source.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/controller/load/git_fixture.h"
#include "tests/support/temp_dir.h"

namespace plumb::load {
namespace {
namespace fs = std::filesystem;
using test::GitRepository;
using test::TempDir;

std::string paths(Source& source, std::string_view prefix = {}) {
  const auto files = source.list(prefix);
  if (!files) {
    return "error: " + files.error().message;
  }
  std::string out;
  for (const auto& file : *files) {
    out += file.path + " ";
  }
  return out;
}

std::unique_ptr<Source> worktree(const fs::path& root) {
  auto opened = open_worktree(root);
  EXPECT_TRUE(opened.has_value());
  return opened ? std::move(*opened) : nullptr;
}

std::unique_ptr<Source> commit(const fs::path& repository,
                               std::string_view revision,
                               std::string_view sub_path = {}) {
  auto opened = open_commit(repository, revision, sub_path);
  EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
  return opened ? std::move(*opened) : nullptr;
}

/// Files of every sort that walks meet.
void write_manifests(const TempDir& dir) {
  dir.write("plumb.yaml", "kind: Project\n");
  dir.write("domains/b.yml", "b: 1\n");
  dir.write("domains/a.yaml", "a: 1\n");
  dir.write("domains/deep/er/c.yaml", "c: 1\n");
  dir.write("domains-old.yaml", "d: 1\n");
  dir.write("domains/notes.txt", "text\n");
  dir.write("domains/.hidden.yaml", "h: 1\n");
  dir.write(".github/workflows/ci.yaml", "ci: 1\n");
  dir.write("secrets/jane", "secret\n");
}

constexpr std::string_view kAll =
    "domains-old.yaml domains/a.yaml domains/b.yml domains/deep/er/c.yaml plumb.yaml ";

TEST(Source, ListsManifestsSortedAndNothingElse) {
  const GitRepository repository;
  write_manifests(repository.dir());
  repository.commit_all("All");
  const auto disk = worktree(repository.path());
  const auto git = commit(repository.path(), "HEAD");
  for (auto* source : {disk.get(), git.get()}) {
    EXPECT_EQ(paths(*source), kAll);
    EXPECT_EQ(paths(*source, "domains"), "domains/a.yaml domains/b.yml domains/deep/er/c.yaml ");
    EXPECT_EQ(paths(*source, "./domains/"), paths(*source, "domains"));
    EXPECT_EQ(paths(*source, "domains/a.yaml"), "domains/a.yaml ");
    EXPECT_EQ(paths(*source, "."), kAll);
  }
}

TEST(Source, ReadsTheOctetsOfAFile) {
  const GitRepository repository;
  const std::string octets("a: \"\xC3\xA9\"\r\n\0b", 12);
  repository.dir().write("x.yaml", octets);
  repository.dir().write("empty.yaml", "");
  repository.commit_all("All");
  const auto disk = worktree(repository.path());
  const auto git = commit(repository.path(), "HEAD");
  for (auto* source : {disk.get(), git.get()}) {
    EXPECT_EQ(source->read("x.yaml").value(), octets);
    EXPECT_EQ(source->read("empty.yaml").value(), "");
  }
}

TEST(Source, WhatIsNotThereIsNotFound) {
  const GitRepository repository;
  write_manifests(repository.dir());
  repository.commit_all("All");
  const auto disk = worktree(repository.path());
  const auto git = commit(repository.path(), "HEAD");
  for (auto* source : {disk.get(), git.get()}) {
    EXPECT_EQ(source->list("domain").error().code, ErrorCode::not_found);
    EXPECT_EQ(source->read("domains/z.yaml").error().code, ErrorCode::not_found);
    EXPECT_EQ(source->read("domains").error().code, ErrorCode::invalid_input);
  }
}

TEST(Source, PathsThatLeadOutOfTheRootAreRefused) {
  const GitRepository repository;
  repository.dir().write("project/x.yaml", "x: 1\n");
  repository.dir().write("outside.yaml", "o: 1\n");
  repository.commit_all("All");
  const auto disk = worktree(repository.path() / "project");
  const auto git = commit(repository.path(), "HEAD", "project");
  for (auto* source : {disk.get(), git.get()}) {
    for (const std::string path :
         {"../outside.yaml", "/etc/passwd", "a/../../outside.yaml", ".."}) {
      const auto content = source->read(path);
      ASSERT_FALSE(content) << path;
      EXPECT_EQ(content.error().code, ErrorCode::invalid_input) << path;
      EXPECT_FALSE(source->list(path)) << path;
    }
    EXPECT_EQ(source->read("a/../x.yaml").value(), "x: 1\n");
  }
}

TEST(Source, ManifestsThatAreLinksAreRefusedAndLinkedFoldersLeftOut) {
  const GitRepository repository;
  const TempDir outside;
  outside.write("evil.yaml", "e: 1\n");
  repository.dir().write("domains/a.yaml", "a: 1\n");
  repository.dir().write("linked/ok.yaml", "o: 1\n");
  fs::create_directory_symlink(outside.path(), repository.path() / "domains/away");
  fs::create_directory_symlink("..", repository.path() / "domains/loop");
  fs::create_symlink(outside.path() / "evil.yaml", repository.path() / "linked/x.yaml");
  fs::create_symlink("nowhere", repository.path() / "linked/y.txt");
  repository.commit_all("All");
  const auto disk = worktree(repository.path());
  const auto git = commit(repository.path(), "HEAD");
  for (auto* source : {disk.get(), git.get()}) {
    EXPECT_EQ(paths(*source, "domains"), "domains/a.yaml ");
    EXPECT_EQ(paths(*source, "linked"), "error: linked/x.yaml is a symbolic link");
    EXPECT_FALSE(source->read("linked/x.yaml"));
    EXPECT_FALSE(source->list("domains/away"));
    EXPECT_FALSE(source->read("domains/away/evil.yaml"));
  }
}

TEST(Source, NamesThatCannotBeShownAreRefused) {
  const GitRepository repository;
  repository.dir().write("bad\x1b[31m.yaml", "a: 1\n");
  repository.commit_all("All");
  const auto disk = worktree(repository.path());
  const auto git = commit(repository.path(), "HEAD");
  for (auto* source : {disk.get(), git.get()}) {
    EXPECT_EQ(paths(*source), "error: the name of the file bad?[31m.yaml is no readable UTF-8");
  }
}

TEST(Worktree, SkipsWhatIsNoFileAndReadsWhatIsThereNow) {
  const TempDir dir;
  dir.write("a.yaml", "a: 1\n");
  fs::create_directory(dir.path() / "folder.yaml");
  const auto source = worktree(dir.path());
  EXPECT_EQ(paths(*source), "a.yaml ");
  EXPECT_EQ(source->read("a.yaml").value(), "a: 1\n");
  dir.write("a.yaml", "a: 2\n");
  EXPECT_EQ(source->read("a.yaml").value(), "a: 2\n");
}

TEST(Worktree, AFolderThatIsNotThereCannotBeOpened) {
  const TempDir dir;
  const auto file = dir.write("plumb.yaml", "a: 1\n");
  EXPECT_FALSE(open_worktree(dir.path() / "nothing"));
  EXPECT_FALSE(open_worktree(file));
}

TEST(Commit, ShowsTheFilesOfThatCommitWithTheirIds) {
  const GitRepository repository;
  repository.dir().write("a.yaml", "old\n");
  const auto first = repository.commit_all("First");
  repository.dir().write("a.yaml", "new\n");
  repository.dir().write("b.yaml", "b\n");
  repository.commit_all("Second");
  repository.dir().write("a.yaml", "not committed\n");

  const auto old = commit(repository.path(), first);
  EXPECT_EQ(paths(*old), "a.yaml ");
  EXPECT_EQ(old->read("a.yaml").value(), "old\n");
  EXPECT_EQ(old->revision().commit, first);
  EXPECT_EQ(commit(repository.path(), "HEAD~1")->read("a.yaml").value(), "old\n");

  const auto head = commit(repository.path(), "main");
  EXPECT_EQ(head->read("a.yaml").value(), "new\n");
  EXPECT_EQ(head->list("").value().front().blob_id, blob_id("new\n"));
}

TEST(Commit, ReadsAProjectInAFolderOfABareRepository) {
  const GitRepository repository;
  repository.dir().write("mail/plumb.yaml", "p\n");
  repository.dir().write("mail/domains/a.yaml", "a\n");
  repository.dir().write("other/b.yaml", "b\n");
  repository.commit_all("All");
  const TempDir bare;
  repository.run("clone -q --bare . '" + bare.path().string() + "/bare.git'");
  const auto source = commit(bare.path() / "bare.git", "main", "mail/");
  EXPECT_EQ(paths(*source), "domains/a.yaml plumb.yaml ");
  EXPECT_EQ(source->read("domains/a.yaml").value(), "a\n");
}

TEST(Commit, FindsWhereAProjectLiesInItsRepository) {
  const GitRepository repository;
  repository.dir().write("teams/mail/plumb.yaml", "p\n");
  repository.commit_all("All");
  EXPECT_EQ(path_in_repository(repository.path()).value(), "");
  const auto below = path_in_repository(repository.path() / "teams/mail");
  ASSERT_EQ(below.value(), "teams/mail");
  EXPECT_EQ(paths(*commit(repository.path() / "teams/mail", "HEAD", *below)), "plumb.yaml ");
  const TempDir outside;
  EXPECT_EQ(path_in_repository(outside.path()).error().code, ErrorCode::not_found);
}

TEST(Commit, ReadsPackedObjects) {
  const GitRepository repository;
  write_manifests(repository.dir());
  repository.commit_all("All");
  repository.run("gc -q --aggressive --prune=now");
  const auto source = commit(repository.path(), "HEAD");
  EXPECT_EQ(paths(*source), kAll);
  EXPECT_EQ(source->read("plumb.yaml").value(), "kind: Project\n");
}

TEST(Commit, WhatCannotBeOpenedSaysWhy) {
  const GitRepository repository;
  repository.dir().write("a.yaml", "a\n");
  repository.commit_all("All");
  const TempDir elsewhere;
  const auto said = [&](const fs::path& path, std::string_view revision, std::string_view sub) {
    const auto opened = open_commit(path, revision, sub);
    return opened ? std::string("opened") : opened.error().message;
  };
  EXPECT_NE(said(elsewhere.path(), "HEAD", "").find("is in no git repository"), std::string::npos);
  EXPECT_EQ(said(repository.path(), "nosuch", ""), "the repository has no commit nosuch");
  EXPECT_EQ(said(repository.path(), "HEAD:a.yaml", ""), "the repository has no commit HEAD:a.yaml");
  EXPECT_NE(said(repository.path(), "HEAD", "nosuch").find("there is no nosuch"),
            std::string::npos);
  EXPECT_EQ(said(repository.path(), "HEAD", "a.yaml"), "a.yaml is not a folder");
  EXPECT_EQ(said(repository.path(), "HEAD", "../x"), "../x leads out of the project");
}

}  // namespace
}  // namespace plumb::load
