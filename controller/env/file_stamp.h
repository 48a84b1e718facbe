#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>

namespace plumb::env {

/// What tells a file apart from the same file after a change, without reading it: size, both times
/// to the nanosecond, inode. A change within one tick of the file system's clock that keeps size
/// and inode is not told apart. Opaque; one line of printable ASCII.
std::string file_stamp(const struct stat& status);

/// Stands for a file that cannot be looked at.
inline constexpr std::string_view kNoFileStamp = "-";

/// The stamp of the file at `path`, or kNoFileStamp.
std::string file_stamp(const std::filesystem::path& path);

/// The same, or nothing where the file has changed so lately that another change could leave the
/// same stamp still: within a step of the clock of its file system, or as little ahead of `now`.
std::optional<std::string> steady_file_stamp(const struct stat& status,
                                             std::chrono::system_clock::time_point now);
/// The same of the file at `path` now, or kNoFileStamp.
std::optional<std::string> steady_file_stamp(const std::filesystem::path& path);

}  // namespace plumb::env
