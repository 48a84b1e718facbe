// What is declared, at each of the zone's servers.

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "controller/verify/look.h"
#include "controller/verify/serving.h"
#include "resources/values/rdata_types.h"

namespace plumb::verify {
namespace {

using values::RecordType;

/// What one server makes of the zone itself.
struct Health {
  const NameServer* server = nullptr;
  std::string trouble;  ///< why it counts as lame or silent; empty: it has the zone
  bool silent = false;
  std::uint32_t serial = 0;
};

std::string name_of(const NameServer& server) {
  return server.name == server.address ? server.address
                                       : fmt::format("{} ({})", server.name, server.address);
}

/// nullopt: not known yet.
std::optional<std::vector<Health>> look_at(Look& look, const NameServers& servers) {
  std::vector<Health> healths;
  bool known = true;
  for (const auto& server : servers.servers) {
    const auto* answer = look.facts.dns(look.zone.name, RecordType::soa, server.address);
    if (answer == nullptr) {
      known = false;
      continue;
    }
    Health health{.server = &server};
    if (!*answer) {
      health.trouble = answer->error().message;
      if (health.trouble.starts_with(server.address + ' ')) {
        health.trouble.erase(0, server.address.size() + 1);  // the line begins with it
      }
      health.silent = true;
    } else if ((*answer)->rcode != env::Rcode::noerror) {
      health.trouble =
          fmt::format("says {} to questions about the zone", env::rcode_name((*answer)->rcode));
    } else if (!(*answer)->authoritative) {
      health.trouble = "answers without authority for the zone";
    } else if (const auto soas = (*answer)->values(RecordType::soa); soas.empty()) {
      health.trouble = "has no SOA for the zone";
    } else if (const auto soa =
                   values::Soa::parse(soas[0], look.zone.name, values::TargetRule::absolute_only)) {
      health.serial = soa->serial;
    }
    healths.push_back(std::move(health));
  }
  return known ? std::optional(std::move(healths)) : std::nullopt;
}

void tell_health(Look& look, const std::vector<Health>& healths) {
  std::map<std::uint32_t, std::vector<std::string>> serials;
  for (const auto& health : healths) {
    if (health.trouble.empty()) {
      serials[health.serial].push_back(health.server->name);
      continue;
    }
    look.add(
        {.topic = "servers",
         .subject = name_of(*health.server),
         .status = Status::fail,
         .message = health.silent ? health.trouble : fmt::format("is lame: it {}", health.trouble),
         .rule = "RFC 1912 §2.8",
         .remedy = health.silent
                       ? "nothing: look at the server, or take it out of the zone's NS"
                       : "nothing: let this server have the zone, or take it out of the NS"});
  }
  if (serials.size() > 1) {
    std::vector<std::string> texts;
    texts.reserve(serials.size());
    for (const auto& [serial, names] : serials) {
      texts.push_back(fmt::format("{} at {}", serial, listed(names)));
    }
    look.add({.topic = "servers",
              .subject = "serial",
              .status = Status::warning,
              .message = "the servers have different versions of the zone: serial " + listed(texts),
              .rule = "RFC 1912 §2.2",
              .remedy = "nothing: the servers get it from each other; if it stays, look at their "
                        "transfers"});
  }
}

std::string what_others_say(const RecordSet& set, const Served& served) {
  return fmt::format("{} of {} serve {}; {}",
                     served.served,
                     served.of,
                     set.values.empty() ? "none" : shown(set.type, set.values, served.differs_at),
                     listed(others_text(served), 3));
}

std::string remedy_of(const RecordSet& set, const Served& served) {
  if (!set.applied) {
    return remedy(set);
  }
  return served.served != 0
             ? "nothing yet: it was applied, the others are still to get it; if it stays, look at "
               "their transfers"
             : "nothing yet: it was applied, the servers are still to load it; if it stays, plumb "
               "plan says whether somebody changed it, and plumb apply puts it right";
}

/// What one set is at the servers that have the zone; into `good` where all have it. False: not
/// known yet.
bool look_at_set(Look& look,
                 const RecordSet& set,
                 const std::vector<Health>& healths,
                 std::vector<const RecordSet*>& good) {
  Served served;
  bool known = true;
  for (const auto& health : healths) {
    if (!health.trouble.empty()) {
      continue;
    }
    const auto* answer = look.facts.dns(set.name, set.type, health.server->address);
    known = known && answer != nullptr;
    if (answer != nullptr) {
      count_answer(served, set, *answer, health.server->name);
    }
  }
  if (!known) {
    return false;
  }
  if (served.served == served.of) {
    good.push_back(&set);
    const bool cut = set.type == RecordType::ns && set.name != look.zone.name;  // the child's TTL
    if (set.ttl && served.ttl != *set.ttl && !set.values.empty() && !cut) {
      look.add({.topic = "served",
                .subject = fmt::format(
                    "{} {}", set.name.without_dot(), values::record_type_name(set.type)),
                .status = Status::warning,
                .message = fmt::format(
                    "is served with a TTL of {} s instead of {} s", served.ttl, *set.ttl),
                .rule = "RFC 2181 §5.2",
                .remedy = remedy(set)});
    }
    return true;
  }
  look.add(
      {.topic = "served",
       .subject = fmt::format("{} {}", set.name.without_dot(), values::record_type_name(set.type)),
       .status = served.silent == served.of - served.served ? Status::unknown : Status::fail,
       .message = what_others_say(set, served),
       .rule = {},
       .remedy = remedy_of(set, served)});
  return true;
}

void tell_awaiting(Look& look) {
  if (look.zone.awaiting != 0) {
    look.add({.topic = "served",
              .subject = {},
              .status = Status::unknown,
              .message = counted(look.zone.awaiting, "record set") +
                         " not looked up: their values are not known yet",
              .rule = {},
              .remedy = "plumb plan says what they await"});
  }
}

void tell_sum(Look& look, const std::vector<Health>& healths, std::size_t good) {
  const auto able = static_cast<std::size_t>(std::count_if(
      healths.begin(), healths.end(), [](const Health& health) { return health.trouble.empty(); }));
  if (good != 0 && able != 0) {
    const auto all = look.zone.sets.size();
    look.pass("served",
              {},
              fmt::format("{}{} served by {} of {}",
                          counted(good, "record set"),
                          good == all ? "" : fmt::format(" of {}", all),
                          able,
                          healths.size()));
  }
  tell_awaiting(look);
}

/// What is to be known before anybody can be asked.
void tell_servers(Look& look, const NameServers& servers) {
  if (!servers.found) {
    look.add({.topic = "servers",
              .subject = {},
              .status = Status::fail,
              .message = "has no NS records: nobody can find this zone",
              .rule = "RFC 1034 §4.2.1",
              .remedy = delegate_it(look, values::DomainName())});
  }
  if (!servers.trouble.empty()) {
    look.add({.topic = "servers",
              .subject = {},
              .status = Status::unknown,
              .message = servers.trouble,
              .rule = {},
              .remedy = "nothing: look at the resolver and at the zone's NS"});
  }
  for (const auto& host : servers.lost) {
    look.add({.topic = "servers",
              .subject = std::string(host.without_dot()),
              .status = Status::fail,
              .message = "is a name server of this zone and has no address",
              .rule = "RFC 1912 §2.8",
              .remedy = look.remedy(host, RecordType::a, "its address")});
  }
}

}  // namespace

void check_served(Look& look) {
  const auto servers = name_servers(look.facts, look.declared, look.zone.name, look.options.ipv6);
  if (!servers) {
    return;
  }
  tell_servers(look, *servers);
  const auto healths = look_at(look, *servers);
  if (!healths || healths->empty()) {
    return;
  }
  tell_health(look, *healths);
  if (std::none_of(
          healths->begin(), healths->end(), [](const Health& h) { return h.trouble.empty(); })) {
    return tell_awaiting(look);
  }
  std::vector<const RecordSet*> good;
  bool known = true;
  for (const auto& set : look.zone.sets) {
    known = look_at_set(look, set, *healths, good) && known;
  }
  if (known) {
    tell_sum(look, *healths, good.size());
    check_resolvers(look, good);
  }
}

}  // namespace plumb::verify
