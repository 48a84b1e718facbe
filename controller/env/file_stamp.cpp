#include "controller/env/file_stamp.h"

#include <fmt/format.h>

namespace plumb::env {

std::string file_stamp(const struct stat& status) {
  return fmt::format("{}-{}.{}-{}.{}-{}",
                     status.st_size,
                     status.st_mtim.tv_sec,
                     status.st_mtim.tv_nsec,
                     status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec,
                     status.st_ino);
}

std::string file_stamp(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? file_stamp(status) : std::string(kNoFileStamp);
}

std::optional<std::string> steady_file_stamp(const struct stat& status,
                                             std::chrono::system_clock::time_point now) {
  // In steps of the kernel's tick, at most 10 ms (CONFIG_HZ=100); where there are no parts of a
  // second at all, in the steps of the coarsest file systems (FAT).
  constexpr std::chrono::milliseconds kTick{20};
  constexpr std::chrono::seconds kCoarse{3};
  const bool coarse = status.st_ctim.tv_nsec == 0 || status.st_mtim.tv_nsec == 0;
  const auto changed = std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(
          std::chrono::seconds(status.st_ctim.tv_sec) +
          std::chrono::nanoseconds(status.st_ctim.tv_nsec)));
  const auto age = now - changed;
  const auto step = coarse ? std::chrono::milliseconds(kCoarse) : kTick;
  return age > -step && age < step ? std::nullopt : std::optional(file_stamp(status));
}

std::optional<std::string> steady_file_stamp(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0
             ? steady_file_stamp(status, std::chrono::system_clock::now())
             : std::optional<std::string>(kNoFileStamp);
}

}  // namespace plumb::env
