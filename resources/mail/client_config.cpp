#include "resources/mail/client_config.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/values/rdata_types.h"

namespace plumb::mail {
namespace {

using values::RecordType;
using values::Srv;

constexpr std::string_view kMadeBy = "mail.autoconfig (RFC 6186)";

struct Service {
  std::string_view owner;
  std::uint16_t port;
};
constexpr std::array kOffered{Service{"_imaps._tcp", 993},
                              Service{"_submissions._tcp", 465},
                              Service{"_submission._tcp", 587}};
constexpr std::array<std::string_view, 3> kNotOffered{"_imap._tcp", "_pop3._tcp", "_pop3s._tcp"};

/// The servers for people by priority; the number beside each is its priority among them.
struct ClientServer {
  std::uint16_t rank;
  const MailServer* server;
};
std::vector<ClientServer> client_servers(const MailSpec& spec) {
  std::vector<ClientServer> servers;
  for (const auto& server : spec.servers) {
    if (server.client) {
      servers.push_back({0, &server});
    }
  }
  std::ranges::stable_sort(servers, [](const ClientServer& a, const ClientServer& b) {
    return a.server->priority < b.server->priority;
  });
  for (std::size_t i = 1; i < servers.size(); ++i) {
    const auto& before = servers[i - 1];
    const bool same = before.server->priority == servers[i].server->priority;
    servers[i].rank = static_cast<std::uint16_t>(before.rank + (same ? 0 : 1));
  }
  return servers;
}

}  // namespace

std::vector<MadeRecord> client_config_records(const MailSpec& spec) {
  const auto servers = client_servers(spec);
  if (!spec.autoconfig || servers.empty()) {
    return {};
  }
  const auto place = spec.autoconfig_place;
  std::vector<MadeRecord> made;
  const auto add = [&](std::string_view owner, RecordType type, std::string text) {
    made.push_back(
        {std::string(owner), type, Value{std::move(text), place}, std::string(kMadeBy), place});
  };
  for (const auto& service : kOffered) {
    for (const auto& [rank, server] : servers) {
      add(service.owner, RecordType::srv, Srv{rank, 1, service.port, server->hostname}.text());
    }
  }
  for (const auto owner : kNotOffered) {
    add(owner, RecordType::srv, Srv{}.text());
  }
  const auto& host = servers.front().server->hostname;
  add("autoconfig", RecordType::cname, host.text());
  add("autodiscover", RecordType::cname, host.text());
  add("_autodiscover._tcp", RecordType::srv, Srv{0, 1, 443, host}.text());
  return made;
}

}  // namespace plumb::mail
