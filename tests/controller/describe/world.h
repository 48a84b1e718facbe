#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/describe/plan_text.h"
#include "controller/plan/plan.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

/// Small worlds of real record sets, planned by the real planner, for what describes plans.
namespace plumb::describe::test {

/// A record set of a sketch: "www A" and its values; `line` in profiles.yaml, 0 = not said.
struct Put {
  std::string label;
  std::vector<std::string> values;
  std::uint32_t line = 0;
  std::uint32_t ttl = 300;
  bool made = true;  ///< claims: created by us
};

inline std::string key_of(std::string_view label) {
  std::string key(label);
  if (const auto blank = key.rfind(' '); blank != std::string::npos) {
    key[blank] = '\0';
  }
  return key;
}

/// One zone at one provider as it is declared, seen and claimed.
struct Zone {
  explicit Zone(std::string name) : domain(std::move(name)) {}

  std::string domain;
  std::string provider = "pdns";
  std::vector<Put> desired, observed, claimed;
  bool declared_zone = true, seen_zone = true, claimed_zone = true;
  bool is_declared = true;
  bool exclusive = true;
  bool taken_over = true;
  bool heal = true;
  bool protect = false;
  bool paused = false;
  bool missing = false;
  std::string unread_because;

  Zone& declare(Put put) {
    desired.push_back(std::move(put));
    return *this;
  }
  Zone& see(Put put) {
    observed.push_back(std::move(put));
    return *this;
  }
  Zone& claim(Put put) {
    claimed.push_back(std::move(put));
    return *this;
  }
  /// There and ours, as it was put before.
  Zone& had(const Put& put) { return see(put).claim(put); }
  /// Declared, there and ours.
  Zone& keep(const Put& put) { return declare(put).had(put); }
  /// Nothing is there yet.
  Zone& fresh() {
    missing = true;
    seen_zone = claimed_zone = taken_over = false;
    return *this;
  }
  plan::ScopeInput input() const;
};

inline plan::ScopeInput Zone::input() const {
  const Scope scope{"powerdns http://127.0.0.1:8081/ localhost", domain + "."};
  const auto empty = cbor::body({});
  auto d = std::make_shared<DesiredScope>();
  auto o = std::make_shared<ObservedScope>();
  auto c = std::make_shared<ClaimedScope>();
  TableBuilder wanted, seen, ours;
  std::vector<std::uint32_t> lines;
  if (declared_zone) {
    wanted.add(kinds::kZone, "", empty);
    lines.push_back(3);
  }
  for (const auto& put : desired) {
    wanted.add(kinds::kRRset, key_of(put.label), kinds::rrset_body(put.ttl, put.values));
    lines.push_back(put.line);
  }
  auto sealed = wanted.seal();
  d->scope = o->scope = c->scope = scope;
  d->provider = provider;
  d->domain = domain;
  d->table = std::move(sealed.table);
  for (const auto row : sealed.order) {
    d->places.push_back(place_at(lines[row] == 0 ? 0 : 1, lines[row], 7));
    d->policy.push_back(0);
  }
  d->policies = {{.protect = protect, .heal = heal}};
  d->exclusive = exclusive;
  d->paused = paused;
  o->reading = missing ? Reading::missing : Reading::read;
  if (seen_zone) {
    seen.add(kinds::kZone, "", empty);
  }
  for (const auto& put : observed) {
    seen.add(kinds::kRRset, key_of(put.label), kinds::rrset_body(put.ttl, put.values));
  }
  o->table = seen.seal().table;
  const auto own = [&](std::string_view key, KindId kind, const std::string& body, bool made) {
    c->side.push_back({.made = made,
                       .policy = {.protect = protect, .heal = heal},
                       .origin = "profiles.yaml:3:1"});
    ours.add(kind, key, body, 0, static_cast<std::uint32_t>(c->side.size()));
  };
  if (claimed_zone) {
    own("", kinds::kZone, empty, true);
  }
  for (const auto& put : claimed) {
    own(key_of(put.label), kinds::kRRset, kinds::rrset_body(put.ttl, put.values), put.made);
  }
  c->table = ours.seal().table;
  c->taken_over = taken_over;
  return {.scope = scope,
          .desired = is_declared ? d : nullptr,
          .observed = unread_because.empty() ? o : nullptr,
          .claimed = c,
          .provider = provider,
          .unread_because = unread_because,
          .unread_hint = unread_because.empty() ? "" : "start it",
          .taken_over = taken_over};
}

/// Zones of one project, and everything that a plan of them is described from.
struct World {
  Catalog catalog{kinds::resource_kinds()};
  Files files;
  Header header{.project = "acme-mail",
                .environment = "production",
                .serial = 118,
                .commit = "3f2a91c0b7d24e5a9f60",
                .summary = "sales: tighten DMARC",
                .domains = 412,
                .resources = 41280,
                .scopes = 824,
                .observe_milliseconds = 1900,
                .accounts = {{"pdns", "powerdns http://127.0.0.1:8081/ localhost"}}};
  plan::GuardLimits limits{.deletes_per_scope = {0, 0}, .deletes_per_run = {0, 0}};
  std::vector<Consent> consents;
  bool no_heal = false;
  plan::Plan plan;

  World() { files.intern("profiles.yaml"); }
  explicit World(const std::vector<Zone>& zones) : World() { make(zones); }

  void make(const std::vector<Zone>& zones) {
    const plan::PlanContext context{
        .catalog = catalog, .guards = limits, .consents = consents, .no_heal = no_heal};
    std::vector<plan::ScopePlan> scopes;
    for (const auto& zone : zones) {
      scopes.push_back(plan::plan_scope(zone.input(), context));
    }
    plan = plan::join(std::move(scopes), context);
  }
  PlanView view(bool drift_only = false) const {
    return {plan, header, catalog, files, drift_only};
  }
};

constexpr const char* kSpf = "v=spf1 ip4:192.0.2.10 -all";

/// One of everything: drift, an edit, a create, a delete, a conflict, a refusal, an unread zone.
inline std::vector<Zone> everything() {
  Zone com("example.com");
  com.keep({"www A", {"192.0.2.1"}})
      .declare({"_dmarc TXT", {"v=DMARC1; p=reject; rua=mailto:dmarc@example.com"}, 14})
      .had({"_dmarc TXT", {"v=DMARC1; p=none; rua=mailto:dmarc@example.com"}})
      .declare(
          {"@ TXT", {"google-site-verification=abc", "v=spf1 include:_spf.example.net -all"}, 15})
      .had({"@ TXT", {"google-site-verification=abc", kSpf}})
      .declare({"shop CNAME", {"shops.vendor.example."}, 21})
      .declare({"@ MX", {"10 mx1.example.com."}, 22})
      .claim({"@ MX", {"10 mx1.example.com."}})
      .see({"@ MX", {"10 mail.attacker.example."}})
      .declare({"imap A", {"192.0.2.10"}, 23})
      .claim({"imap A", {"192.0.2.10"}})
      .had({"old CNAME", {"legacy.vendor.example."}});
  Zone net("example.net");
  net.exclusive = net.taken_over = false;
  net.declare({"www A", {"192.0.2.1"}, 30}).see({"www A", {"198.51.100.9"}});
  net.see({"blog A", {"198.51.100.7"}});
  Zone org("example.org");
  org.unread_because = "powerdns \"pdns\" at http://127.0.0.1:8081: connection refused";
  Zone gone("old.example");
  gone.is_declared = false;
  gone.had({"@ A", {"192.0.2.1"}}).had({"www A", {"192.0.2.1"}});
  Zone resting("resting.example");
  resting.paused = true;
  return {com, net, org, gone, resting};
}

/// `count` domains that one line of a profile changes; two of them otherwise than the others.
inline std::vector<Zone> many(std::size_t count) {
  std::vector<Zone> zones;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = "d" + std::to_string(i) + ".example";
    Zone zone(name);
    const std::string odd = i == 3 || i == 5 ? " include:odd" + std::to_string(i) + ".example" : "";
    zone.had({"@ TXT", {kSpf}})
        .declare({"@ TXT", {"v=spf1 ip4:192.0.2.10 include:amazonses.com" + odd + " -all"}, 14})
        .had({"_dmarc TXT", {"v=DMARC1; p=none; rua=mailto:dmarc@" + name}})
        .declare({"_dmarc TXT", {"v=DMARC1; p=none; rua=mailto:reports@" + name}, 15})
        .had({"old A", {"192.0.2.1"}});
    zones.push_back(zone);
  }
  return zones;
}

inline std::vector<Zone> new_zones(std::size_t count, std::size_t records) {
  std::vector<Zone> zones;
  for (std::size_t i = 0; i < count; ++i) {
    Zone zone("new" + std::to_string(i) + ".example");
    zone.fresh();
    for (std::size_t k = 0; k < records; ++k) {
      zone.declare({"host" + std::to_string(k) + " A",
                    {"192.0.2." + std::to_string(k % 250)},
                    static_cast<std::uint32_t>(100 + k)});
    }
    zones.push_back(std::move(zone));
  }
  return zones;
}

}  // namespace plumb::describe::test
