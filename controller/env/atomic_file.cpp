#include "controller/env/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/env/descriptor.h"

namespace plumb::env {
namespace {

namespace fs = std::filesystem;

/// A file that is removed unless it was kept.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!path_.empty()) {
      ::unlink(path_.c_str());
    }
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

/// What the system said about `path`, with what to do.
Error system_error(std::string_view doing, const fs::path& path, int number) {
  Error error;
  error.message = fmt::format(
      "cannot {} {}: {}", doing, path.string(), std::generic_category().message(number));
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      error.code = ErrorCode::unavailable;
      error.hint = "free some space there, then run again; the old content is intact";
      break;
    case EACCES:
    case EPERM:
      error.code = ErrorCode::denied;
      error.hint = "give this user the right to do so, or run as another user";
      break;
    case EROFS:
      error.code = ErrorCode::denied;
      error.hint = "mount the file system writable, or choose another directory";
      break;
    case ENOENT:
    case ENOTDIR:
      error.code = ErrorCode::not_found;
      error.hint = "check the path";
      break;
    default:
      error.code = ErrorCode::internal;
      break;
  }
  return error;
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const auto written = ::write(descriptor, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) {
        continue;
      }
      return false;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Makes the rename itself durable. Some file systems cannot sync a folder, and say EINVAL.
bool sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened.is_open() && (::fsync(opened.number()) == 0 || errno == EINVAL);
}

/// Where the content really goes: behind symbolic links, so that a link stays one.
fs::path target_of(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) {
    return path;
  }
  auto target = fs::weakly_canonical(path, ignored);
  return ignored ? path : target;
}

fs::path folder_of(const fs::path& target) {
  return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

Result<void> fill(Descriptor& file, const fs::path& target, std::string_view content, mode_t mode) {
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) {
    return fail(ErrorCode::invalid_input, target.string() + " is not a regular file");
  }
  const mode_t wanted = exists ? old.st_mode & 07777U : mode;
  // The owner can only be kept by root; who may not, still writes.
  const bool owned =
      !exists || ::fchown(file.number(), old.st_uid, old.st_gid) == 0 || errno == EPERM;
  if (!owned || ::fchmod(file.number(), wanted) != 0 || !write_all(file.number(), content) ||
      ::fsync(file.number()) != 0 || !file.close()) {
    return tl::unexpected(system_error("write", target, errno));
  }
  return {};
}

}  // namespace

Result<void> write_file_unsettled(const fs::path& path, std::string_view content, mode_t mode) {
  const auto target = target_of(path);
  std::string name = (folder_of(target) / ("." + target.filename().string() + ".XXXXXX")).string();
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.is_open()) {
    return tl::unexpected(system_error("write", target, errno));
  }
  Temporary temporary(name);
  if (auto filled = fill(file, target, content, mode); !filled) {
    return filled;
  }
  if (::rename(name.c_str(), target.c_str()) != 0) {
    return tl::unexpected(system_error("replace", target, errno));
  }
  temporary.keep();
  return {};
}

Result<void> sync_folder_of(const fs::path& path) {
  const auto target = target_of(path);
  if (!sync_folder(folder_of(target))) {
    return tl::unexpected(system_error("sync the folder of", target, errno));
  }
  return {};
}

Result<void> write_file_atomically(const fs::path& path, std::string_view content, mode_t mode) {
  auto written = write_file_unsettled(path, content, mode);
  return written ? sync_folder_of(path) : written;
}

Result<std::string> read_file(const fs::path& path, std::size_t cap) {
  // O_NONBLOCK: a FIFO in the place of a file must not hang us.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file.is_open() || ::fstat(file.number(), &status) != 0) {
    return tl::unexpected(system_error("read", path, errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::invalid_input, path.string() + " is not a regular file");
  }
  std::string content;
  const auto too_large = [&] {
    return fail(ErrorCode::invalid_input,
                fmt::format("{} is larger than {} octets", path.string(), cap));
  };
  if (static_cast<std::size_t>(status.st_size) > cap) {
    return too_large();
  }
  content.resize(static_cast<std::size_t>(status.st_size) + 1);  // one more: sees growth and end
  std::size_t size = 0;
  for (;;) {
    const auto got = ::read(file.number(), content.data() + size, content.size() - size);
    if (got < 0 && errno != EINTR) {
      return tl::unexpected(system_error("read", path, errno));
    }
    if (got == 0) {
      break;
    }
    size += got > 0 ? static_cast<std::size_t>(got) : 0;
    if (size > cap) {
      return too_large();
    }
    if (size == content.size()) {
      content.resize(std::min(cap, size * 2) + 1);
    }
  }
  content.resize(size);
  return content;
}

}  // namespace plumb::env
