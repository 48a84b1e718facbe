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

}  // namespace plumb::env
