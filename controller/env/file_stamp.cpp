#include "controller/env/file_stamp.h"

#include <cstdint>
#include <ctime>

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

std::optional<std::string> steady_file_stamp(const std::filesystem::path& path) {
  constexpr std::int64_t kTick = 20'000'000;  // nanoseconds, of the slowest kernels
  constexpr std::int64_t kSecond = 1'000'000'000;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return std::string(kNoFileStamp);
  }
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const auto age =
      (now.tv_sec - status.st_ctim.tv_sec) * kSecond + (now.tv_nsec - status.st_ctim.tv_nsec);
  if (age > -kTick && age < kTick) {
    return std::nullopt;
  }
  return file_stamp(status);
}

}  // namespace plumb::env
