#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "state/lmdb.h"
#include "state/lock_file.h"
#include "state/records.h"
#include "state/store.h"

namespace plumb::state {
namespace fs = std::filesystem;
namespace {

/// The byte of the lock file that stands for a scope: the same in every process and store, so that
/// it can be taken before the store has seen the scope.
off_t byte_of(const Scope& scope) {
  const auto hash = records::read_number64(records::scope_key(scope));
  return static_cast<off_t>(hash & 0x7ffffffffffffffeU);  // its end must stay below the largest
}

fs::path holder_file(const fs::path& directory, const Scope& scope) {
  std::array<char, 17> name{};
  std::snprintf(name.data(),
                name.size(),
                "%016llx",
                static_cast<unsigned long long>(byte_of(scope)));  // NOLINT(google-runtime-int)
  return directory / "lock.d" / name.data();
}

std::string one_line(std::string text) {
  for (auto& octet : text) {
    octet = static_cast<unsigned char>(octet) < 0x20 ? ' ' : octet;
  }
  return text + "\n";
}

std::string text_of(const LockHolder& self) {
  return one_line(self.host) + std::to_string(self.pid) + "\n" + one_line(self.commit) +
         one_line(self.since);
}

/// Whether it stands there now.
bool write_holder(const fs::path& file, const std::string& text) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  const auto draft = file.string() + "." + std::to_string(::getpid());
  const bool written = static_cast<bool>(std::ofstream(draft) << text << std::flush);
  if (written) {
    fs::rename(draft, file, failed);
  }
  return written && !failed;
}

/// The note is written a moment after the lock is taken: who comes in between waits for it.
std::string read_holder(const fs::path& file) {
  constexpr int kTries = 250;
  constexpr std::chrono::milliseconds kBetween{2};
  std::ifstream in(file);
  for (int i = 0; i < kTries && !in.is_open(); ++i) {
    std::this_thread::sleep_for(kBetween);
    in.open(file);
  }
  std::string host;
  std::string pid;
  std::string commit;
  std::string since;
  if (!std::getline(in, host) || !std::getline(in, pid) || !std::getline(in, commit) ||
      !std::getline(in, since)) {
    return "another process";
  }
  return host + "/" + pid + "/" + commit + " since " + since;
}

Result<int> open_file(const fs::path& directory) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed) {
    return tl::unexpected(lmdb_error(failed.value(), directory));
  }
  const int file = ::open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return tl::unexpected(lmdb_error(errno, directory));
  }
  return file;
}

/// 0, or what fcntl says. `type`: F_WRLCK or F_UNLCK.
int set_lock(int file, std::int64_t first, std::int64_t count, int type) {
  struct flock range {};
  range.l_type = static_cast<decltype(range.l_type)>(type);
  range.l_whence = SEEK_SET;
  range.l_start = first;
  range.l_len = count;
  return ::fcntl(file, F_OFD_SETLK, &range) == 0 ? 0 : errno;
}

Error lock_error(int code, const fs::path& directory) {
  if (code == EAGAIN || code == EACCES) {
    return {ErrorCode::conflict, "held by another process", "wait for it to end"};
  }
  return lmdb_error(code, directory);
}

}  // namespace

Result<int> lock_bytes(const fs::path& directory, std::int64_t first, std::int64_t count) {
  PLUMB_TRY(file, open_file(directory));
  if (const int code = set_lock(file, first, count, F_WRLCK); code != 0) {
    ::close(file);
    return tl::unexpected(lock_error(code, directory));
  }
  return file;
}

LockFile::LockFile(int file, fs::path directory) : file_(file), directory_(std::move(directory)) {}

LockFile::~LockFile() {
  ::close(file_);
}

/// Says who holds a lock, for the messages of others. The lock does not depend on it, so a failure
/// to write it is no failure to lock. Of many that say the same, only the first is a file of its
/// own.
void LockFile::write_note(const fs::path& file, const LockHolder& self) {
  auto text = text_of(self);
  const std::lock_guard lock(mutex_);
  if (note_.empty() || note_text_ != text || ::link(note_.c_str(), file.c_str()) != 0) {
    note_ = write_holder(file, text) ? file : fs::path();
    note_text_ = std::move(text);
  }
}

void LockFile::remove_note(const fs::path& file) {
  const std::lock_guard lock(mutex_);
  if (note_ == file) {
    note_.clear();  // what comes to stand there may be somebody else's
  }
  std::error_code ignored;  // the kernel holds the lock, the file only says who has it
  fs::remove(file, ignored);
}

Result<std::shared_ptr<LockFile>> LockFile::open(const fs::path& directory) {
  PLUMB_TRY(file, open_file(directory));
  return std::make_shared<LockFile>(file, directory);
}

ScopeLock::ScopeLock(ScopeLock&& other) noexcept
    : file_(std::move(other.file_)),
      byte_(other.byte_),
      holder_file_(std::move(other.holder_file_)) {}

ScopeLock& ScopeLock::operator=(ScopeLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(byte_, other.byte_);
  std::swap(holder_file_, other.holder_file_);
  return *this;
}

ScopeLock::~ScopeLock() {
  if (file_) {
    file_->remove_note(holder_file_);
    set_lock(file_->file_, byte_, 1, F_UNLCK);
  }
}

Result<ScopeLock> ScopeLock::take(const fs::path& directory,
                                  const Scope& scope,
                                  const LockHolder& self) {
  PLUMB_TRY(file, LockFile::open(directory));
  return take(std::move(file), scope, self);
}

Result<ScopeLock> ScopeLock::take(std::shared_ptr<LockFile> file,
                                  const Scope& scope,
                                  const LockHolder& self) {
  const auto holder = holder_file(file->directory_, scope);
  const auto byte = byte_of(scope);
  if (const int code = set_lock(file->file_, byte, 1, F_WRLCK); code != 0) {
    auto error = lock_error(code, file->directory_);
    if (error.code == ErrorCode::conflict) {
      const auto name = scope.container.empty() ? scope.account : scope.container;
      error.message = name + " (" + scope.account + ") is held by " + read_holder(holder);
      error.hint = "wait for it to end, or stop it; a process that has ended holds nothing";
    }
    return tl::unexpected(std::move(error));
  }
  ScopeLock lock;
  lock.file_ = std::move(file);
  lock.byte_ = byte;
  lock.holder_file_ = holder;
  lock.file_->write_note(holder, self);
  return lock;
}

}  // namespace plumb::state
