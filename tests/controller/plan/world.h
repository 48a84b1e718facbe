#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/controller/plan/scope_builder.h"

namespace plumb::plan::test {

/// One scope of a small world that does what plans say, for properties.
struct World {
  using Key = std::pair<KindId, std::string>;
  struct Claimed {
    std::string body;
    bool made = false;
    std::vector<ResourceId> needs;
    friend bool operator==(const Claimed&, const Claimed&) = default;
  };

  ScopeBuilder manifest;  ///< what is declared; its observed and claimed rows are not used
  std::map<Key, std::string> there;
  std::map<Key, Claimed> claims;

  ScopeInput input() const {
    auto builder = manifest;
    for (const auto& [key, body] : there) {
      builder.see({.kind = key.first, .key = key.second, .body = body});
    }
    for (const auto& [key, claim] : claims) {
      Policy policy;
      for (const auto& row : manifest.desired) {
        policy = row.kind == key.first && row.key == key.second ? row.policy : policy;
      }
      builder.claim({.kind = key.first,
                     .key = key.second,
                     .body = claim.body,
                     .policy = policy,
                     .needs = claim.needs,
                     .made = claim.made});
    }
    return builder.input();
  }

  /// Brings one change about, in the world and in memory.
  void bring_about(const ScopePlan& plan, const Change& change) {
    const Key key{plan.kind(change), std::string(plan.key(change))};
    if (goes(change)) {
      if (plan.after(change).empty()) {
        there.erase(key);
      } else {
        there[key] = plan.after(change);
      }
    }
    if (change.verb == Verb::hold || change.verb == Verb::conflict ||
        change.reason == Reason::awaits) {
      return;
    }
    const auto claim = plan.claim_after(change);
    if (!claim) {
      claims.erase(key);
      return;
    }
    auto& mine = claims[key];
    mine.body = claim->body;
    mine.made = claim->made;
    mine.needs.clear();
    const auto row = plan.desired_row(change);
    for (const auto& needs : plan.desired->needs) {
      if (needs.entry == row) {
        mine.needs = needs.on;
      }
    }
  }
};

/// Brings a plan about, batch by batch; what awaits a value stays for the next plan.
inline void bring_about(const Plan& plan, std::vector<World*> worlds) {
  for (std::size_t i = 0; i < plan.scopes.size(); ++i) {
    for (const auto& change : plan.scopes[i].changes) {
      if (!goes(change)) {
        worlds[i]->bring_about(plan.scopes[i], change);
      }
    }
  }
  for (const auto& batch : plan.batches) {
    for (const auto number : batch.changes) {
      const auto& change = plan.scopes[batch.scope].changes[number];
      worlds[batch.scope]->bring_about(plan.scopes[batch.scope], change);
    }
  }
}

}  // namespace plumb::plan::test
