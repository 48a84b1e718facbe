#include "controller/providers/postfix_dovecot/server.h"

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "controller/env/atomic_file.h"
#include "controller/env/command.h"
#include "controller/providers/postfix_dovecot/folders.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kOutputCap = std::size_t{1} << 16U;
constexpr std::chrono::seconds kDeadline{60};
constexpr std::chrono::seconds kLockPatience{30};
constexpr std::chrono::milliseconds kLockPause{20};
constexpr std::string_view kPostmapHint =
    "mend what postmap says, then plumb apply: it runs postmap again";
constexpr mode_t kMapMode = 0644;
constexpr mode_t kUsersMode = 0640;  // password hashes: for Dovecot's group

/// Where postmap is; empty: not at hand. It lives where the PATH of people who are not root does
/// not lead.
std::string find_postmap() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours ever sets a variable
  const char* path = std::getenv("PATH");
  const auto folders = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
  std::string found;
  const auto look = [&](std::string_view folder) {
    auto program = std::string(folder) + "/postmap";
    if (found.empty() && folder.starts_with('/') && ::access(program.c_str(), X_OK) == 0) {
      found = std::move(program);
    }
  };
  for_each_item(folders, look, ":");
  return found;
}

}  // namespace

Result<std::unique_ptr<WriteLock>> WriteLock::take(const fs::path& directory,
                                                   env::Clock& clock,
                                                   std::stop_token stop) {
  if (auto made = make_folder(directory); !made) {
    return tl::unexpected(std::move(made).error());
  }
  const auto path = directory / ".lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return tl::unexpected(cannot("open", path, std::error_code(errno, std::generic_category())));
  }
  auto lock = std::make_unique<WriteLock>(file);
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  const auto until = clock.steady() + kLockPatience;
  while (::fcntl(file, F_OFD_SETLK, &whole) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      return tl::unexpected(cannot("lock", path, std::error_code(errno, std::generic_category())));
    }
    if (clock.steady() >= until) {
      return fail(ErrorCode::unavailable,
                  fmt::format("{} is locked by another run", path.string()),
                  "wait until that has ended, then run again");
    }
    if (!clock.wait_until(clock.steady() + kLockPause, stop)) {
      return fail(ErrorCode::cancelled, "nothing was written: stopped");
    }
  }
  return lock;
}

Result<void> Server::ready() const {
  if (config_.maps == MapType::texthash) {
    return {};
  }
  if (!find_postmap().empty()) {
    return {};
  }
  return fail(
      ErrorCode::not_found,
      fmt::format("maps: {} needs postmap, which is not at hand", map_type_name(config_.maps)),
      "run this where Postfix is installed, or use maps: texthash");
}

Result<void> Server::index(File file) const {
  if (config_.maps == MapType::texthash || !is_postfix_table(file)) {
    return {};
  }
  const auto table =
      fmt::format("{}:{}", map_type_name(config_.maps), files_.path_of(file).string());
  auto ran = env::run_command(
      {find_postmap(), table}, files_.directory(), kOutputCap, kDeadline, env::Complaints::kept);
  if (!ran) {
    return tl::unexpected(std::move(ran).error().in("postmap " + table));
  }
  return {};
}

Result<void> Server::write(const Snapshot& snapshot, Contents contents, Direction direction) {
  for (const auto file : in_order(direction)) {
    const auto& old = snapshot.file(file);
    auto& content = contents[at(file)];
    auto& last = written_[at(file)];
    if (last && !content) {
      content = std::string(old.content());
    }
    const bool same =
        !content || (last ? last == content : old.exists() && old.content() == *content);
    if (same || (file == File::selectors && files_.keys().empty())) {
      continue;
    }
    const auto path = files_.path_of(file);
    auto done = make_folder(path.parent_path());
    if (done && !wrote_ && tells_at_all()) {
      done = env::write_file_atomically(mark(), "");
    }
    if (done) {
      done =
          env::write_file_atomically(path, *content, file == File::users ? kUsersMode : kMapMode);
    }
    if (!done) {
      auto error = std::move(done).error();
      error.effect = wrote_ ? Effect::maybe : error.effect;
      return tl::unexpected(std::move(error));
    }
    wrote_ = true;
    last = std::move(content);
    if (auto indexed = index(file); !indexed) {
      index_failed_ = true;
      env_.log.error("the map is written, but postmap failed",
                     {{"map", path.string()},
                      {"error", indexed.error().message},
                      {"hint", std::string(kPostmapHint)}});
    }
  }
  return {};
}

bool Server::owes() const {
  std::error_code ignored;
  return tells_at_all() && fs::exists(mark(), ignored);
}

void Server::tell() {
  if (!owes()) {
    return;
  }
  bool told = !index_failed_;
  for (std::size_t i = 0; owed_before_ && i < kFiles; ++i) {
    const auto file = static_cast<File>(i);
    std::error_code ignored;
    if (!fs::exists(files_.path_of(file), ignored)) {
      continue;
    }
    if (auto indexed = index(file); !indexed) {
      told = false;
      env_.log.error("the map is written, but postmap failed",
                     {{"error", indexed.error().message}, {"hint", std::string(kPostmapHint)}});
    }
  }
  for (const auto& command : config_.reload) {
    auto ran =
        env::run_command(command, files_.directory(), kOutputCap, kDeadline, env::Complaints::kept);
    if (!ran) {
      told = false;
      env_.log.error("the mail server's files are written, but a reload command failed",
                     {{"command", command[0]},
                      {"error", ran.error().message},
                      {"hint", "plumb apply runs it again"}});
    }
  }
  std::error_code ignored;
  if (told) {
    fs::remove(mark(), ignored);
  }
}

}  // namespace plumb::providers::postfix_dovecot
