#include "controller/env/file_stamp.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace plumb::env {
namespace {

TEST(FileStamp, IsTheSameUntilTheFileChanges) {
  const test::TempDir folder;
  folder.write("zone", "one");
  const auto before = file_stamp(folder.path() / "zone");
  EXPECT_EQ(before, file_stamp(folder.path() / "zone"));
  folder.write("zone", "longer");
  EXPECT_NE(before, file_stamp(folder.path() / "zone"));
}

TEST(FileStamp, TellsAFileThatTookThePlaceOfAnother) {
  const test::TempDir folder;
  folder.write("zone", "one");
  folder.write("other", "one");
  const auto time = std::filesystem::last_write_time(folder.path() / "zone");
  std::filesystem::last_write_time(folder.path() / "other", time);
  const auto before = file_stamp(folder.path() / "zone");
  std::filesystem::rename(folder.path() / "other", folder.path() / "zone");
  EXPECT_NE(before, file_stamp(folder.path() / "zone"));
}

TEST(FileStamp, OfNoFileIsADash) {
  const test::TempDir folder;
  EXPECT_EQ(file_stamp(folder.path() / "none"), "-");
}

}  // namespace
}  // namespace plumb::env
