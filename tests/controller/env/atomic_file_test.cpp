#include "controller/env/atomic_file.h"

#include <csignal>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace plumb::env {
namespace {

namespace fs = std::filesystem;
using plumb::test::TempDir;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  ::stat(path.c_str(), &status);
  return status.st_mode & 07777U;
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

/// Files of this process may not grow beyond `octets` while this lives: what a full disk is like.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t octets) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit tight{octets, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  sighandler_t old_handler_;
  rlimit old_{};
};

/// Root may write everywhere: be somebody else while this lives.
class NotRoot {
 public:
  NotRoot() : was_root_(::geteuid() == 0) {
    if (was_root_) {
      EXPECT_EQ(::seteuid(65534), 0);
    }
  }
  ~NotRoot() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;

 private:
  bool was_root_;
};

TEST(AtomicFile, WritesAndReplacesWhole) {
  const TempDir folder;
  const auto path = folder.path() / "zone";
  const std::string large(3'000'000, 'z');
  for (const auto& content : {std::string("first"), large, std::string("a\0b", 3), std::string()}) {
    ASSERT_TRUE(write_file_atomically(path, content));
    EXPECT_EQ(folder.read("zone"), content);
  }
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, ANewFileGetsItsModeWhateverTheUmask) {
  const TempDir folder;
  const auto old = ::umask(077);
  ASSERT_TRUE(write_file_atomically(folder.path() / "a", "x"));
  ASSERT_TRUE(write_file_atomically(folder.path() / "b", "x", 0600));
  ::umask(old);
  EXPECT_EQ(mode_of(folder.path() / "a"), 0644U);
  EXPECT_EQ(mode_of(folder.path() / "b"), 0600U);
}

TEST(AtomicFile, AnOldFileKeepsItsMode) {
  const TempDir folder;
  const auto path = folder.write("zone", "old");
  ::chmod(path.c_str(), 0640);
  ASSERT_TRUE(write_file_atomically(path, "new", 0600));
  EXPECT_EQ(mode_of(path), 0640U);
  EXPECT_EQ(folder.read("zone"), "new");
}

TEST(AtomicFile, ALinkStaysALink) {
  const TempDir folder;
  folder.write("real/zone", "old");
  fs::create_symlink("real/zone", folder.path() / "link");
  ASSERT_TRUE(write_file_atomically(folder.path() / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
  EXPECT_EQ(folder.read("real/zone"), "new");
}

TEST(AtomicFile, ARelativeNameIsWrittenHere) {
  const TempDir folder;
  const auto before = fs::current_path();
  fs::current_path(folder.path());
  const auto written = write_file_atomically("zone", "x");
  fs::current_path(before);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(folder.read("zone"), "x");
}

TEST(AtomicFile, AFullDiskLeavesTheOldContent) {
  const TempDir folder;
  const auto path = folder.write("zone", "old");
  {
    const SizeLimit limit(4096);
    const auto written = write_file_atomically(path, std::string(100'000, 'n'));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::unavailable);
    EXPECT_EQ(written.error().message, "cannot write " + path.string() + ": File too large");
    EXPECT_NE(written.error().hint.find("free some space"), std::string::npos);
  }
  EXPECT_EQ(folder.read("zone"), "old");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, AFullFileSystemLeavesTheOldContent) {
  const TempDir folder;
  const auto disk = folder.path() / "disk";
  fs::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=64k") != 0) {
    SUCCEED() << "only root may mount; AFullDiskLeavesTheOldContent covers the rest";
    return;
  }
  const auto path = folder.write("disk/zone", "old");
  const auto written = write_file_atomically(path, std::string(100'000, 'n'));
  EXPECT_EQ(folder.read("disk/zone"), "old");
  EXPECT_EQ(files_in(disk), 1U);
  ::umount2(disk.c_str(), MNT_DETACH);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::unavailable);
  EXPECT_NE(written.error().message.find("No space left on device"), std::string::npos);
}

TEST(AtomicFile, AReadOnlyFolderLeavesTheOldContent) {
  const TempDir folder;
  const auto path = folder.write("zone", "old");
  ::chmod(folder.path().c_str(), 0555);
  {
    const NotRoot somebody;
    const auto written = write_file_atomically(path, "new");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::denied);
    EXPECT_EQ(written.error().message, "cannot write " + path.string() + ": Permission denied");
    EXPECT_FALSE(written.error().hint.empty());
  }
  EXPECT_EQ(folder.read("zone"), "old");
  ::chmod(folder.path().c_str(), 0755);
}

TEST(AtomicFile, RefusesWhatIsNoPlaceForAFile) {
  const TempDir folder;
  const auto nowhere = write_file_atomically(folder.path() / "none/zone", "x");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::not_found);
  fs::create_directory(folder.path() / "inner");
  const auto onto_folder = write_file_atomically(folder.path() / "inner", "x");
  ASSERT_FALSE(onto_folder);
  EXPECT_EQ(onto_folder.error().code, ErrorCode::invalid_input);
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(AtomicFile, ManyAreWrittenWholeAndTheirFolderIsSyncedOnce) {
  const TempDir directory;
  for (const char* name : {"a", "b", "a"}) {
    ASSERT_TRUE(write_file_unsettled(directory.path() / name, std::string("of ") + name));
  }
  EXPECT_TRUE(sync_folder_of(directory.path() / "a"));
  EXPECT_EQ(directory.read("a"), "of a");
  EXPECT_EQ(directory.read("b"), "of b");
  EXPECT_EQ(files_in(directory.path()), 2U);
  const auto nowhere = directory.path() / "none" / "a";
  for (const auto& failed : {write_file_unsettled(nowhere, ""), sync_folder_of(nowhere)}) {
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::not_found);
  }
}

TEST(ReadFile, GivesEveryOctetUpToItsCap) {
  const TempDir folder;
  const auto path = folder.write("x", std::string("a\0b\n", 4));
  EXPECT_EQ(*read_file(path, 4), std::string("a\0b\n", 4));
  EXPECT_EQ(*read_file(folder.write("empty", ""), 0), "");
  const auto large = read_file(path, 3);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::invalid_input);
}

TEST(ReadFile, SaysWhyNot) {
  const TempDir folder;
  const auto none = read_file(folder.path() / "none", 10);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_file(pipe, 10).error().code, ErrorCode::invalid_input);
  EXPECT_EQ(read_file(folder.path(), 10).error().code, ErrorCode::invalid_input);
}

TEST(ReadFile, ReadsFilesWhoseSizeTheSystemDoesNotKnow) {
  const auto status = read_file("/proc/self/status", 1U << 20U);
  ASSERT_TRUE(status);
  EXPECT_NE(status->find("Name:"), std::string::npos);
}

}  // namespace
}  // namespace plumb::env
