#include "controller/providers/postfix_dovecot/key_folders.h"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "controller/env/file_stamp.h"
#include "tests/support/temp_dir.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

class KeyFoldersTest : public ::testing::Test {
 protected:
  fs::path at(const std::string& name) const { return temp_.path() / "dkim" / name; }
  void write(const std::string& name) { temp_.write("dkim/" + name, "key"); }
  /// As long as its clock could give another change the same time, a folder is always listed.
  void settle(const std::string& folder) const {
    while (!env::steady_file_stamp(at(folder))) {
      std::this_thread::yield();
    }
  }
  /// "domain selector", in the order of the list.
  static std::vector<std::string> names(KeyFolders& folders) {
    std::vector<std::string> out;
    const auto listed = folders.list();
    EXPECT_TRUE(listed) << listed.error().message;
    for (const auto& key : listed.value_or(std::vector<KeyFile>())) {
      out.push_back(key.domain + " " + key.selector);
    }
    return out;
  }

  test::TempDir temp_;
};

using Names = std::vector<std::string>;

TEST_F(KeyFoldersTest, SeesWhatComesAndGoesInFoldersThatStoodStill) {
  write("b.example/s1.pem");
  write("a.example/s1.pem");
  write("a.example/note.txt");
  write("retired/a.example.s0.pem");
  for (const auto* folder : {"", "a.example", "b.example"}) {
    settle(folder);
  }
  KeyFolders folders(at(""), false);
  EXPECT_EQ(names(folders), (Names{"a.example s1", "b.example s1"}));
  EXPECT_EQ(names(folders), (Names{"a.example s1", "b.example s1"}));

  write("a.example/s2.pem");
  EXPECT_EQ(names(folders), (Names{"a.example s1", "a.example s2", "b.example s1"}));
  settle("a.example");
  EXPECT_EQ(names(folders), (Names{"a.example s1", "a.example s2", "b.example s1"}));

  fs::remove(at("a.example/s1.pem"));
  write("c.example/s1.pem");
  EXPECT_EQ(names(folders), (Names{"a.example s2", "b.example s1", "c.example s1"}));
  settle("");
  fs::remove_all(at("b.example"));
  EXPECT_EQ(names(folders), (Names{"a.example s2", "c.example s1"}));
}

TEST_F(KeyFoldersTest, LooksAtEachKeyEveryTime) {
  write("a.example/s1.pem");
  settle("");
  settle("a.example");
  settle("a.example/s1.pem");
  KeyFolders folders(at(""), false);
  const auto first = folders.list().value();
  temp_.write("dkim/a.example/s1.pem", "another key");  // in its place: its folder stands still
  const auto second = folders.list().value();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(first[0].token, second[0].token);
}

TEST_F(KeyFoldersTest, ReadsFlatNamesFromTheirLastDot) {
  write("a.example.s1.key");
  write("a.example.s2.key");
  write("a.example.s3.pem");
  write("nothing.key");
  settle("");
  KeyFolders folders(at(""), true);
  EXPECT_EQ(names(folders), (Names{"a.example s1", "a.example s2"}));
  fs::remove(at("a.example.s1.key"));
  EXPECT_EQ(names(folders), (Names{"a.example s2"}));
}

TEST_F(KeyFoldersTest, HasNoneWhereThereIsNoFolder) {
  KeyFolders none({}, false);
  EXPECT_EQ(names(none), Names{});
  KeyFolders missing(at(""), false);
  EXPECT_EQ(names(missing), Names{});
  write("a.example/s1.pem");
  EXPECT_EQ(names(missing), Names{"a.example s1"});
}

}  // namespace
}  // namespace plumb::providers::postfix_dovecot
