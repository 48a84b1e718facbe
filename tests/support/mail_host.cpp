#include "tests/support/mail_host.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::test {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{60};

bool eventually(const std::function<bool()>& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    ::poll(nullptr, 0, 10);
  }
  return true;
}

/// The first child of a process; 0: it has none (yet).
pid_t child_of(pid_t parent) {
  std::ifstream in(fmt::format("/proc/{0}/task/{0}/children", parent));
  pid_t child = 0;
  in >> child;
  return child;
}

/// Whether a process has ended, though nobody may have taken notice.
bool has_ended(pid_t process) {
  std::ifstream in(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(in, text);
  return text.empty() || text.find(") Z ") != std::string::npos;
}

Printed run_here(const std::string& command, const fs::path& output) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing else of the tests runs commands meanwhile
  const int status = std::system(fmt::format("{} >'{}' 2>&1", command, output.string()).c_str());
  std::ifstream in(output, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::move(text)};
}

}  // namespace

std::unique_ptr<MailHost> MailHost::boot() {
  constexpr int kNotAllowed = 77;
  std::unique_ptr<MailHost> host(new MailHost());
  std::vector<std::string> words{"sh",
                                 PLUMB_SOURCE_DIR "/tests/conformance/mailhost/host.sh",
                                 host->path().string(),
                                 PLUMB_SOURCE_DIR,
                                 PLUMB_BINARY_DIR "/plumb"};
  std::vector<char*> arguments;
  for (auto& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* environment[] = {path.data(), nullptr};
  if (::posix_spawn(&host->keeper_, "/bin/sh", nullptr, nullptr, arguments.data(), environment) !=
      0) {
    host->keeper_ = 0;
    return nullptr;
  }
  int status = 0;
  bool ended = false;
  const bool ready = eventually([&] {
    ended = ::waitpid(host->keeper_, &status, WNOHANG) != 0;
    return ended || fs::exists(host->path() / "srv/ready");
  });
  if (ended) {
    host->keeper_ = 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != kNotAllowed) {
      ADD_FAILURE() << "the machine did not come up:\n" << host->read("host.log");
    }
    return nullptr;
  }
  EXPECT_TRUE(ready) << host->read("host.log");
  host->first_ = child_of(host->keeper_);
  return host;
}

MailHost::~MailHost() {
  if (keeper_ <= 0) {
    return;
  }
  if (::testing::Test::HasFailure()) {
    std::fputs(logs().c_str(), stderr);
  }
  const auto first = first_ != 0 ? first_ : child_of(keeper_);
  ::kill(keeper_, SIGKILL);  // and with it the first process, and with that all others
  ::waitpid(keeper_, nullptr, 0);
  if (first != 0) {
    eventually([&] { return has_ended(first); });
  }
}

Printed MailHost::run(const std::string& command) const {
  folder_.write("srv/command.sh", "cd /srv/project\n" + command + "\n");
  return run_here(
      fmt::format("env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "
                  "nsenter -t {} -m -n -p sh /srv/command.sh </dev/null",
                  first_),
      path() / "output");
}

Printed MailHost::plumb(const std::string& words, const std::string& environment) const {
  return run(environment + " /srv/plumb-program " + words);
}

Printed MailHost::swaks_from_elsewhere(const std::string& words) const {
  return run("sh /srv/elsewhere.sh swaks --server 192.0.2.10 --helo mx.else.example --silent 1 " +
             words);
}

Printed MailHost::swaks_as(const std::string& user,
                           const std::string& password,
                           const std::string& words) const {
  return run(fmt::format(
      "sh /srv/elsewhere.sh swaks --server 192.0.2.10 --port 465 --tlsc --helo laptop.example "
      "--auth PLAIN --auth-user '{}' --auth-password '{}' --silent 1 {}",
      user,
      password,
      words));
}

std::vector<std::string> MailHost::messages(const std::string& below) const {
  std::vector<std::string> all;
  std::error_code code;
  for (fs::directory_iterator entry(path() / below, code);
       !code && entry != fs::directory_iterator();
       entry.increment(code)) {
    all.push_back(read(below + "/" + entry->path().filename().string()));
  }
  return all;
}

std::string MailHost::delivered(const std::string& mailbox, std::string_view text) const {
  const auto folder = "var/vmail/" + mailbox + "/Maildir/new";
  std::string found;
  eventually([&] {
    for (auto& message : messages(folder)) {
      if (message.find(text) != std::string::npos) {
        found = std::move(message);
      }
    }
    return !found.empty();
  });
  return found;
}

std::string MailHost::sent_elsewhere(std::string_view text) const {
  std::string found;
  eventually([&] {
    for (auto& message : messages("srv/elsewhere")) {
      // Written bit by bit: whole once its last line is there.
      if (message.find(text) != std::string::npos && message.ends_with("\n\n")) {
        found = std::move(message);
      }
    }
    return !found.empty();
  });
  return found;
}

std::size_t MailHost::count(const std::string& mailbox, std::string_view text) const {
  const auto all = messages("var/vmail/" + mailbox + "/Maildir/new");
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& message) {
    return message.find(text) != std::string::npos;
  }));
}

bool MailHost::logged(std::string_view text) const {
  return eventually([&] { return read("var/log/mail.log").find(text) != std::string::npos; });
}

bool MailHost::logs_in(const std::string& user, const std::string& password) const {
  const auto answer =
      run(fmt::format("printf 'a LOGIN \"{}\" \"{}\"\\r\\nb LOGOUT\\r\\n' | "
                      "openssl s_client -quiet -connect 127.0.0.1:993 2>/dev/null",
                      user,
                      password));
  const bool yes = answer.text.find("\na OK ") != std::string::npos;
  EXPECT_TRUE(yes || answer.text.find("\na NO ") != std::string::npos) << answer.text;
  return yes;
}

std::string MailHost::logs() const {
  return "-- machine\n" + read("host.log") + "-- Postfix\n" + read("var/log/mail.log") +
         "-- Dovecot\n" + read("var/log/dovecot.log") + "-- NSD\n" + read("var/log/nsd.log");
}

}  // namespace plumb::test
