#include "tests/support/cli.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::test {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::chrono::milliseconds kBetween{2};  // another process: nothing to wait on

bool eventually(const std::function<bool()>& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(kBetween);
  }
  return true;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) {
    out.push_back(word.data());
  }
  out.push_back(nullptr);
  return out;
}

void redirect(int stream, const std::filesystem::path& file, int flags) {
  const int opened = ::open(file.c_str(), flags, 0600);
  ::dup2(opened, stream);
  ::close(opened);
}

/// The environment of the tests is not the program's: what is not stated here is not there.
std::vector<std::string> environment_of(const Setting& setting) {
  std::vector<std::string> out{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent"};
  if (setting.terminal) {
    out.emplace_back("TERM=xterm");
  }
  for (const auto& [name, text] : setting.environment) {
    std::string assignment = name;
    assignment += '=';
    assignment += text;
    out.push_back(std::move(assignment));
  }
  return out;
}

[[noreturn]] void become(const std::filesystem::path& folder,
                         std::vector<std::string> words,
                         std::vector<std::string> environment,
                         std::size_t file_limit) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (file_limit != 0) {
    const rlimit limit{file_limit, file_limit};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
  }
  if (::chdir(folder.c_str()) == 0) {
    ::execve(PLUMB_BINARY_DIR "/plumb", pointers(words).data(), pointers(environment).data());
  }
  ::_exit(127);
}

}  // namespace

bool Ran::says(std::string_view text) const {
  return out.find(text) != std::string::npos || err.find(text) != std::string::npos;
}

Child::Child(const std::filesystem::path& folder,
             const std::vector<std::string>& words,
             const Setting& setting) {
  std::vector<std::string> all{"plumb"};
  all.insert(all.end(), words.begin(), words.end());
  auto environment = environment_of(setting);
  const auto out = streams_.path() / "out";
  const auto err = streams_.path() / "err";
  winsize size{.ws_row = setting.rows, .ws_col = setting.columns, .ws_xpixel = 0, .ws_ypixel = 0};
  pid_ = setting.terminal ? ::forkpty(&terminal_, nullptr, nullptr, &size) : ::fork();
  if (pid_ == 0) {
    if (!setting.terminal) {
      redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
      redirect(STDOUT_FILENO, out, O_CREAT | O_WRONLY | O_TRUNC);
      redirect(STDERR_FILENO, err, O_CREAT | O_WRONLY | O_TRUNC);
    }
    if (setting.nobody_reads) {
      std::array<int, 2> ends{};
      if (::pipe(ends.data()) == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
      }
    }
    become(folder / setting.folder, std::move(all), std::move(environment), setting.file_limit);
  }
  if (terminal_ >= 0 && !setting.typed.empty()) {
    type(setting.typed);
  }
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (terminal_ >= 0) {
    ::close(terminal_);
  }
}

bool Child::has_said(std::string_view text) {
  return eventually([&] {
    read_terminal(0);
    return shown_.find(text) != std::string::npos ||
           streams_.read("out").find(text) != std::string::npos ||
           streams_.read("err").find(text) != std::string::npos;
  });
}

void Child::type(std::string_view text) const {
  const auto written = ::write(terminal_, text.data(), text.size());
  EXPECT_EQ(written, static_cast<ssize_t>(text.size()));
}

/// Reads what there is to read; false where there is no terminal, or nobody at its other end.
bool Child::read_terminal(int patience_milliseconds) {
  if (terminal_ < 0) {
    return false;
  }
  pollfd waiting{.fd = terminal_, .events = POLLIN, .revents = 0};
  std::array<char, 4096> buffer{};
  while (::poll(&waiting, 1, patience_milliseconds) > 0) {
    const auto got = ::read(terminal_, buffer.data(), buffer.size());
    if (got <= 0) {
      return false;
    }
    shown_.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

void Child::signal(int number) const {
  ::kill(pid_, number);
}

Ran Child::wait() {
  Ran ran;
  constexpr int kMinute = 60'000;
  read_terminal(kMinute);
  int status = 0;
  pid_t ended = 0;
  eventually([&] { return (ended = ::waitpid(pid_, &status, WNOHANG)) != 0; });
  if (ended == 0) {
    ADD_FAILURE() << "plumb did not come to an end";
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = 0;
  ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.out = shown_ + streams_.read("out");
  ran.err = streams_.read("err");
  return ran;
}

Project::Project(std::string_view spec) {
  write("plumb.yaml",
        "apiVersion: plumb/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n"
        "  manifests: [providers, domains]\n" +
            std::string(spec));
  write("providers/files.yaml",
        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\n"
        "spec: {type: zonefile, directory: zones}\n");
}

void Project::replace(std::string_view name, std::string_view from, std::string_view to) const {
  auto text = read(name);
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << name << " has no '" << from << "':\n" << text;
  write(name, text.replace(at, from.size(), to));
}

void Project::append(std::string_view name, std::string_view text) const {
  write(name, read(name) + std::string(text));
}

void Project::domain(std::string_view domain,
                     const std::vector<std::string>& records,
                     std::string_view dns) const {
  auto text = "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: " + std::string(domain) +
              "}\nspec:\n  dns: {providers: [files], defaultTTL: 300";
  text += dns.empty() ? "" : ", " + std::string(dns);
  text += "}\n  records:";
  text += records.empty() ? " []\n" : "\n";
  for (const auto& record : records) {
    text += "    - " + record + "\n";
  }
  write("domains/" + std::string(domain) + ".yaml", text);
}

Ran Project::plumb(const std::vector<std::string>& words, const Setting& setting) const {
  return start(words, setting)->wait();
}

std::unique_ptr<Child> Project::start(const std::vector<std::string>& words,
                                      const Setting& setting) const {
  return std::make_unique<Child>(path(), words, setting);
}

bool Project::appears(std::string_view name) const {
  return eventually([&] { return has(name); });
}

std::string a(std::string_view name, std::string_view address) {
  return "{name: \"" + std::string(name) + "\", type: A, value: " + std::string(address) + "}";
}

std::vector<std::string> hosts(int count) {
  std::vector<std::string> out;
  for (int i = 1; i <= count; ++i) {
    const auto address = "192.0." + std::to_string(2 + i / 256) + "." + std::to_string(i % 256);
    out.push_back(a("h" + std::to_string(i), address));
  }
  return out;
}

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) {
    return {};
  }
  const auto end = text.find(to, begin + from.size());
  return end == std::string::npos ? std::string()
                                  : text.substr(begin + from.size(), end - begin - from.size());
}

}  // namespace plumb::test
