#include "tests/support/unbound.h"

#include <chrono>
#include <csignal>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/dns_client.h"

namespace plumb::test {
namespace {

constexpr std::uint16_t kSoa = 6;
constexpr std::chrono::seconds kPatience{20};

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

std::string config(const std::string& folder,
                   std::uint16_t port,
                   const Unbound::Stubs& stubs,
                   const std::vector<std::string>& anchors) {
  auto text = fmt::format(
      "server:\n  interface: 127.0.0.1\n  port: {0}\n  do-daemonize: no\n  username: \"\"\n"
      "  chroot: \"\"\n  directory: \"{1}\"\n  pidfile: \"\"\n  use-syslog: no\n"
      "  logfile: \"{1}/unbound.log\"\n  do-not-query-localhost: no\n  do-ip6: no\n"
      "  unblock-lan-zones: yes\n  insecure-lan-zones: yes\n  msg-buffer-size: 65552\n"
      "  module-config: \"{2}iterator\"\n  root-hints: \"\"\n  num-threads: 1\n"
      "  local-zone: \".\" static\n",  // what no stub zone has does not exist
      port,
      folder,
      anchors.empty() ? "" : "validator ");
  bool reverse = false;
  for (const auto& [zone, ports] : stubs) {
    text += fmt::format("  local-zone: \"{}.\" transparent\n", zone);
    reverse = reverse || zone == "127.in-addr.arpa";
  }
  if (!reverse) {
    text += "  local-zone: \"127.in-addr.arpa.\" static\n";  // else 127.0.0.1 is localhost
  }
  for (const auto& anchor : anchors) {
    text += fmt::format("  trust-anchor: \"{}\"\n", anchor);
  }
  text += "remote-control:\n  control-enable: no\n";
  for (const auto& [zone, ports] : stubs) {
    text += fmt::format("stub-zone:\n  name: \"{}.\"\n", zone);
    for (const auto one : ports) {
      text += fmt::format("  stub-addr: 127.0.0.1@{}\n", one);
    }
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<Unbound>> Unbound::start(const Stubs& stubs,
                                                const std::vector<std::string>& anchors) {
  std::unique_ptr<Unbound> unbound(new Unbound());
  unbound->port_ = free_port();
  auto path = unbound->folder_
                  .write("unbound.conf",
                         config(unbound->folder_.path().string(), unbound->port_, stubs, anchors))
                  .string();
  std::string program = "unbound";
  std::string foreground = "-d";
  std::string option = "-c";
  char* arguments[] = {program.data(), foreground.data(), option.data(), path.data(), nullptr};
  char* environment[] = {nullptr};
  if (::posix_spawn(
          &unbound->process_, "/usr/sbin/unbound", nullptr, nullptr, arguments, environment) != 0) {
    unbound->process_ = 0;
    return fail(ErrorCode::not_found, "unbound is not installed", "apt-get install unbound");
  }
  DnsClient client("127.0.0.1", unbound->port_);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!client.query("localhost", kSoa)) {
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(ErrorCode::unavailable, "unbound does not answer: " + unbound->log());
    }
    ::poll(nullptr, 0, 5);
  }
  return unbound;
}

Unbound::~Unbound() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);  // it keeps nothing
    int status = 0;
    ::waitpid(process_, &status, 0);
  }
}

}  // namespace plumb::test
