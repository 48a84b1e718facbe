#include "resources/mail/mx.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "resources/values/rdata_types.h"

namespace plumb::mail {
namespace {

struct Exchange {
  std::uint16_t priority;
  values::DomainName host;
  Place place;
};

std::vector<Exchange> exchanges(const MailSpec& spec) {
  std::vector<Exchange> all;
  for (const auto& server : spec.servers) {
    if (server.mx) {
      all.push_back({server.priority, server.hostname, server.place});
    }
  }
  for (const auto& foreign : spec.foreign_mx) {
    all.push_back({foreign.priority, foreign.host, foreign.place});
  }
  std::ranges::stable_sort(all, [](const Exchange& a, const Exchange& b) {
    return std::tie(a.priority, a.host) < std::tie(b.priority, b.host);
  });
  std::vector<Exchange> once;
  for (auto& one : all) {
    const bool named =
        std::ranges::any_of(once, [&](const Exchange& seen) { return seen.host == one.host; });
    if (!named) {
      once.push_back(std::move(one));
    }
  }
  return once;
}

}  // namespace

std::vector<MadeRecord> mx_records(const MailSpec& spec) {
  std::vector<MadeRecord> made;
  for (const auto& exchange : exchanges(spec)) {
    made.push_back({"@",
                    values::RecordType::mx,
                    Value{values::Mx{exchange.priority, exchange.host}.text(), exchange.place},
                    "mail.servers (RFC 5321)",
                    exchange.place});
  }
  return made;
}

std::vector<values::DomainName> mx_hosts(const MailSpec& spec) {
  std::vector<values::DomainName> hosts;
  for (auto& exchange : exchanges(spec)) {
    hosts.push_back(std::move(exchange.host));
  }
  return hosts;
}

}  // namespace plumb::mail
