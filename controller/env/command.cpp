#include "controller/env/command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sodium.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/env/descriptor.h"
#include "controller/env/secret.h"

namespace plumb::env {
namespace {

using std::chrono::milliseconds;
using Deadline = std::chrono::steady_clock::time_point;

std::string reason(int number) {
  return std::generic_category().message(number);
}

milliseconds left(Deadline deadline) {
  const auto rest = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return std::max(rest, milliseconds{0});
}

/// A running command, the head of its own process group. Killed, with its group, unless it ended.
class Process {
 public:
  explicit Process(pid_t id) : id_(id) {}
  ~Process() {
    if (id_ > 0) {
      ::kill(-id_, SIGKILL);
      int ignored = 0;
      while (::waitpid(id_, &ignored, 0) < 0 && errno == EINTR) {
      }
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Its wait status; an Error where it does not end in time, or is stopped.
  Result<int> wait(Deadline deadline,
                   const std::stop_token& stop,
                   const std::function<void()>& meanwhile) {
    for (;;) {
      int status = 0;
      const auto ended = ::waitpid(id_, &status, WNOHANG);
      if (ended == id_) {
        id_ = 0;
        return status;
      }
      if ((ended < 0 && errno != EINTR) || left(deadline).count() == 0) {
        return fail(ErrorCode::internal, "it did not end in time");
      }
      if (stop.stop_requested()) {
        return fail(ErrorCode::cancelled, "it was stopped");
      }
      meanwhile();
      // Its output has ended, so it is about to end itself; there is nothing to be woken by.
      std::this_thread::sleep_for(milliseconds{1});
    }
  }

 private:
  pid_t id_;
};

/// posix_spawn's two setting objects, released together.
struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// A file in memory that takes what a command complains of: no pipe, which would kill whoever
/// outlives the command and says something later. -1: there is none to be had.
int complaints_file() {
  const int file = ::memfd_create("complaints", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file >= 0) {
    ::fcntl(file, F_SETFL, O_APPEND);
  }
  return file;
}

off_t size_of(int file) {
  struct stat status {};
  return file >= 0 && ::fstat(file, &status) == 0 ? status.st_size : 0;
}

/// Begins anew where a command complains without end.
void keep_small(int file) {
  constexpr off_t kMost = off_t{1} << 20U;
  if (size_of(file) > kMost && ::ftruncate(file, 0) != 0) {
    return;  // it has until its deadline
  }
}

/// Its last lines as one, about 300 octets; empty: it did not complain. Nobody adds to it from now
/// on.
std::string last_lines(int file) {
  constexpr std::size_t kMost = 300;
  constexpr off_t kRead = off_t{64} << 10U;
  if (file >= 0) {
    ::fcntl(file, F_ADD_SEALS, F_SEAL_GROW);
  }
  const auto size = size_of(file);
  std::string text(static_cast<std::size_t>(std::min(size, kRead)), '\0');
  const auto got = text.empty()
                       ? ssize_t{0}
                       : ::pread(file, text.data(), text.size(), size - std::min(size, kRead));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  std::string lines;
  while (!text.empty() && lines.size() < kMost) {
    const auto begin = text.find_last_of("\r\n") + 1;  // npos + 1 is 0
    auto line = text.substr(begin);
    text.resize(begin == 0 ? 0 : begin - 1);
    if (lines.size() + line.size() > kMost) {
      if (!lines.empty()) {
        break;
      }
      line = line.substr(0, kMost) + "…";
    }
    if (!line.empty()) {
      lines = lines.empty() ? std::move(line) : line + "; " + lines;
    }
  }
  return lines;
}

Result<pid_t> spawn(const std::vector<std::string>& arguments,
                    const std::filesystem::path& folder,
                    int output,
                    int complaints) {
  SpawnSettings settings;
  sigset_t none;
  sigemptyset(&none);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  sigaddset(&usual, SIGINT);
  sigaddset(&usual, SIGTERM);
  posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&settings.actions, output, STDOUT_FILENO);
  if (complaints >= 0) {
    posix_spawn_file_actions_adddup2(&settings.actions, complaints, STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&settings.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  posix_spawn_file_actions_addchdir_np(&settings.actions, folder.c_str());
  posix_spawnattr_setflags(&settings.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setsigdefault(&settings.attributes, &usual);
  posix_spawnattr_setsigmask(&settings.attributes, &none);

  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  for (auto& copy : copies) {
    pointers.push_back(copy.data());
  }
  pointers.push_back(nullptr);
  pid_t id = 0;
  const int rc = posix_spawnp(
      &id, pointers[0], &settings.actions, &settings.attributes, pointers.data(), environ);
  if (rc != 0) {
    return fail(ErrorCode::internal, fmt::format("it could not be started: {}", reason(rc)));
  }
  return id;
}

/// When a command is ended.
struct Limits {
  std::size_t cap;  ///< octets of output
  Deadline deadline;
  std::stop_token stop;
};

Result<std::string> collect(int input, int complaints, const Limits& limits) {
  constexpr milliseconds kLook{100};
  const auto& [cap, deadline, stop] = limits;
  std::string output;
  output.reserve(cap);  // no copies of it left behind by growing
  std::array<char, 4096> chunk{};
  const auto give_up = [&](std::string message, ErrorCode code = ErrorCode::internal) {
    wipe(output);
    sodium_memzero(chunk.data(), chunk.size());
    return fail(code, std::move(message));
  };
  for (;;) {
    pollfd waiting{input, POLLIN, 0};
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::min(left(deadline), kLook).count()));
    keep_small(complaints);
    if (stop.stop_requested()) {
      return give_up("it was stopped", ErrorCode::cancelled);
    }
    if (ready == 0 && left(deadline).count() == 0) {
      return give_up("it did not end in time");
    }
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
      continue;
    }
    const auto got = ready < 0 ? -1 : ::read(input, chunk.data(), chunk.size());
    if (got < 0) {
      return give_up(fmt::format("its output could not be read: {}", reason(errno)));
    }
    if (got == 0) {
      sodium_memzero(chunk.data(), chunk.size());
      return {std::move(output)};
    }
    if (output.size() + static_cast<std::size_t>(got) > cap) {
      return give_up(fmt::format("it printed more than {} octets", cap));
    }
    output.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<std::string> run_command(const std::vector<std::string>& arguments,
                                const std::filesystem::path& folder,
                                std::size_t cap,
                                milliseconds deadline,
                                Complaints complaints,
                                const std::stop_token& stop) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::internal, fmt::format("no pipe for it: {}", reason(errno)));
  }
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const Descriptor errors(complaints == Complaints::kept ? complaints_file() : -1);
  PLUMB_TRY(id, spawn(arguments, folder, writing.number(), errors.number()));
  Process process(id);
  writing.close();
  auto output = collect(reading.number(), errors.number(), {cap, until, stop});
  auto status = output ? process.wait(until, stop, [&] { keep_small(errors.number()); })
                       : Result<int>(tl::unexpected(std::move(output).error()));
  if (status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0) {
    return output;
  }
  if (output) {
    wipe(*output);
  }
  auto error =
      status ? Error{.code = ErrorCode::internal,
                     .message = WIFEXITED(*status)
                                    ? fmt::format("it ended with status {}", WEXITSTATUS(*status))
                                    : fmt::format("it was ended by signal {}", WTERMSIG(*status))}
             : std::move(status).error();
  if (const auto said = last_lines(errors.number()); !said.empty()) {
    error.message += ": " + said;
  }
  return tl::unexpected(std::move(error));
}

}  // namespace plumb::env
