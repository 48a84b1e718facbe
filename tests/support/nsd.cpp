#include "tests/support/nsd.h"

#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::test {
namespace {

constexpr std::uint16_t kSoa = 6;
constexpr std::chrono::seconds kPatience{20};

/// A port that nothing listens on now.
std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the way of the socket calls
  ::bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  ::close(probe);
  return ntohs(address.sin_port);
}

/// Asks again every few milliseconds; false when patience ends.
bool wait_until(const std::function<bool()>& happened) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!happened()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    ::poll(nullptr, 0, 5);
  }
  return true;
}

std::string config(const std::string& folder,
                   const std::filesystem::path& zones,
                   const std::vector<std::string>& names,
                   std::uint16_t port,
                   const std::string& of_each,
                   const std::string& of_all) {
  auto text = fmt::format(
      "server:\n  ip-address: 127.0.0.1\n  port: {0}\n  server-count: 1\n  username: \"\"\n"
      "  chroot: \"\"\n  database: \"\"\n  zonesdir: \"{2}\"\n  pidfile: \"{1}/nsd.pid\"\n"
      "  xfrdfile: \"{1}/xfrd.state\"\n  zonelistfile: \"{1}/zone.list\"\n  xfrdir: \"{1}\"\n"
      "  logfile: \"{1}/nsd.log\"\n  zonefiles-check: yes\n"
      "remote-control:\n  control-enable: no\n",
      port,
      folder,
      zones.string());
  text += of_all;
  for (const auto& name : names) {
    text += fmt::format("zone:\n  name: \"{0}\"\n  zonefile: \"{0}.zone\"\n", name);
    text += of_each.empty() ? "" : "  " + of_each + "\n";
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Nsd>> Nsd::start(const std::filesystem::path& zones,
                                        const std::vector<std::string>& names,
                                        const std::string& of_each,
                                        const std::string& of_all) {
  std::unique_ptr<Nsd> nsd(new Nsd());
  nsd->port_ = free_port();
  const auto text = config(nsd->folder_.path().string(), zones, names, nsd->port_, of_each, of_all);
  auto path = nsd->folder_.write("nsd.conf", text).string();
  std::string program = "nsd";
  std::string foreground = "-d";
  std::string option = "-c";
  char* arguments[] = {program.data(), foreground.data(), option.data(), path.data(), nullptr};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // killed with its children
  char* environment[] = {nullptr};
  int failed = 1;
  for (const char* candidate : {"/usr/sbin/nsd", "/usr/local/sbin/nsd"}) {
    failed = failed == 0
                 ? 0
                 : ::posix_spawn(
                       &nsd->process_, candidate, nullptr, &attributes, arguments, environment);
  }
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    nsd->process_ = 0;
    return fail(ErrorCode::not_found, "nsd is not installed", "apt-get install nsd");
  }
  const bool answers = wait_until([&] {
    const auto answer = nsd->client().query(names.at(0), kSoa);
    return answer && answer->rcode == 0;
  });
  if (!answers) {
    return fail(ErrorCode::unavailable, "nsd does not answer: " + nsd->log());
  }
  return nsd;
}

Nsd::~Nsd() {
  if (process_ > 0) {
    ::kill(-process_, SIGTERM);
    int status = 0;
    const bool ended = wait_until([&] { return ::waitpid(process_, &status, WNOHANG) != 0; });
    if (!ended) {
      ::kill(-process_, SIGKILL);
      ::waitpid(process_, &status, 0);
    }
  }
}

std::vector<std::string> Nsd::reload_command() const {
  return {"sh", "-c", fmt::format("kill -HUP {}", process_)};
}

bool Nsd::wait_for_serial(const std::string& zone, std::uint32_t serial) const {
  return wait_until([&] {
    const auto answer = client().query(zone, kSoa);
    return answer && !answer->answers.empty() &&
           answer->answers[0].data.find(fmt::format(" {} ", serial)) != std::string::npos;
  });
}

}  // namespace plumb::test
