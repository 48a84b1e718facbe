// What people's mail programs find (RFC 6186, RFC 8314).

#include <array>

#include <fmt/format.h>

#include "controller/verify/hosts.h"
#include "resources/values/rdata_types.h"

namespace plumb::verify {
namespace {

using values::DomainName;
using values::RecordType;

struct Offer {
  std::string_view label;
  Service service;
};

constexpr std::array<Offer, 6> kOffers = {{{"_imaps", Service::imaps},
                                           {"_submissions", Service::submissions},
                                           {"_imap", Service::imap},
                                           {"_submission", Service::submission},
                                           {"_pop3s", Service::pop3s},
                                           {"_pop3", Service::pop3}}};

void check_target(Look& look, const Offer& offer, const values::Srv& srv) {
  const auto addresses = addresses_of(look.facts, srv.target);
  if (!addresses) {
    return;
  }
  const auto host = std::string(srv.target.without_dot());
  if (addresses->values.empty() || !addresses->aliases.empty()) {
    const bool alias = !addresses->aliases.empty();
    look.add({.topic = "clients",
              .subject = host,
              .status = !addresses->known ? Status::unknown
                        : alias           ? Status::warning
                                          : Status::fail,
              .message = !addresses->known ? addresses->trouble
                         : alias           ? "is an alias (CNAME) and the target of an SRV record"
                                           : "is the target of an SRV record and has no address",
              .rule = "RFC 2782",
              .remedy = look.remedy(srv.target, RecordType::a, "its address")});
  }
  if (look.options.dns_only || !is_own_host(look, srv.target)) {
    return;
  }
  for (const auto& address : addresses->values) {
    if (look.options.ipv6 || address.find(':') == std::string::npos) {
      check_probe(look,
                  {"clients",
                   fmt::format("{}:{}", host, srv.port),
                   {offer.service, env::server_text(address, srv.port), host}});
    }
  }
}

}  // namespace

void check_clients(Look& look) {
  for (const auto& offer : kOffers) {
    const auto owner =
        DomainName::parse(fmt::format("{}._tcp.{}", offer.label, look.zone.name.text()));
    if (!owner || look.declared.set_of(*owner, RecordType::srv) == nullptr) {
      continue;
    }
    const auto found = find(look.facts, *owner, RecordType::srv);
    if (!found) {
      continue;
    }
    if (found->values.empty()) {
      look.add({.topic = "clients",
                .subject = std::string(owner->without_dot()),
                .status = found->known ? Status::fail : Status::unknown,
                .message = found->known ? "is declared and not there for the rest of the world"
                                        : found->trouble,
                .rule = "RFC 6186 §3",
                .remedy = look.remedy(*owner, RecordType::srv)});
    }
    for (const auto& text : found->values) {
      const auto srv = values::Srv::parse(text, look.zone.name, values::TargetRule::absolute_only);
      if (srv && !srv->target.is_root()) {
        check_target(look, offer, *srv);
      }
    }
  }
}

}  // namespace plumb::verify
