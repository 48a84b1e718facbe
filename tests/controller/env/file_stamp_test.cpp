#include "controller/env/file_stamp.h"

#include <chrono>
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

struct stat changed_at(long seconds, long nanoseconds) {
  struct stat status {};
  status.st_mtim = status.st_ctim = {seconds, nanoseconds};
  return status;
}

TEST(FileStamp, ProvesNothingUntilTheNextStepOfItsClock) {
  using namespace std::chrono_literals;
  const auto at = [](auto since) { return std::chrono::system_clock::time_point(1000s) + since; };
  const auto fine = changed_at(1000, 500'000'000);
  EXPECT_FALSE(steady_file_stamp(fine, at(510ms)));
  EXPECT_FALSE(steady_file_stamp(fine, at(490ms))) << "by a clock that is a little behind";
  EXPECT_EQ(steady_file_stamp(fine, at(520ms)), file_stamp(fine));
  const auto coarse = changed_at(1000, 0);  // FAT and others: no parts of a second
  EXPECT_FALSE(steady_file_stamp(coarse, at(2900ms)));
  EXPECT_EQ(steady_file_stamp(coarse, at(3s)), file_stamp(coarse));
  auto restored = fine;  // its own time put back to a whole second
  restored.st_mtim.tv_nsec = 0;
  EXPECT_FALSE(steady_file_stamp(restored, at(600ms)));
}

}  // namespace
}  // namespace plumb::env
