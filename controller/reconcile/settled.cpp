#include "controller/reconcile/settled.h"

#include <algorithm>
#include <map>
#include <set>

#include "controller/plan/resolve.h"
#include "controller/reconcile/prints.h"
#include "controller/reconcile/scopes.h"
#include "resources/model/cbor.h"

namespace plumb::reconcile {
namespace {

/// Grows when the same inputs are decided otherwise than before: all records then cease to hold.
constexpr std::uint64_t kDecisions = 2;

void put(std::string& out, bool flag) {
  cbor::unsigned_number(out, flag ? 1 : 0);
}

void put(std::string& out, const ResourceId& id) {
  cbor::octets(out, id.scope.account);
  cbor::octets(out, id.scope.container);
  cbor::unsigned_number(out, static_cast<std::uint64_t>(id.kind));
  cbor::octets(out, id.key);
}

void put(std::string& out, const Policy& policy) {
  put(out, policy.protect);
  put(out, policy.paused);
  put(out, policy.heal);
  cbor::array(out, policy.ignore.size());
  for (const auto& pointer : policy.ignore) {
    cbor::octets(out, pointer);
  }
}

void put(std::string& out, const std::vector<ResourceId>& ids) {
  cbor::array(out, ids.size());
  for (const auto& id : ids) {
    put(out, id);
  }
}

bool refers(const Table& table) {
  return std::any_of(table.entries().begin(), table.entries().end(), [](const Entry& entry) {
    return (entry.flags & has_references) != 0;
  });
}

/// The values that the references of `desired` stand for; false where some are not known.
bool put_outputs(std::string& out,
                 const DesiredScope& desired,
                 const Catalog& catalog,
                 const plan::KnownOutputs& outputs) {
  std::set<std::string> names;
  for (const auto& entry : desired.table.entries()) {
    if ((entry.flags & has_references) != 0) {
      for (auto& name : plan::producers_of(catalog.of(entry.kind), desired.table.body(entry))) {
        names.insert(std::move(name));
      }
    }
  }
  for (const auto& name : names) {
    const auto producer = outputs.producers.find(name);
    if (producer == outputs.producers.end() ||
        producer->second.state != plan::KnownOutputs::State::known) {
      return false;
    }
    cbor::octets(out, name);
    cbor::array(out, producer->second.values.size());
    for (const auto& field : producer->second.values) {
      cbor::octets(out, field.name);
      cbor::value(out, field.value);
    }
  }
  return true;
}

std::string encoded(const DesiredScope& desired, std::uint64_t seed) {
  std::string out;
  cbor::octets(out, desired.table.digest(seed));
  cbor::array(out, desired.policies.size());
  for (const auto& policy : desired.policies) {
    put(out, policy);
  }
  for (const auto number : desired.policy) {
    cbor::unsigned_number(out, number);
  }
  for (const auto& needs : desired.needs) {
    cbor::unsigned_number(out, needs.entry);
    put(out, needs.on);
  }
  for (const auto& former : desired.formers) {
    cbor::unsigned_number(out, former.entry);
    cbor::octets(out, former.key);
  }
  for (const auto& glob : desired.unmanaged) {
    cbor::octets(out, glob);
  }
  put(out, desired.exclusive);
  put(out, desired.paused);
  put(out, desired.complete);
  return out;
}

/// Change tokens by scope, of one account.
using Tokens = std::map<Scope, std::string>;

Tokens tokens_of(const Roster::Member* member, const std::stop_token& stop) {
  Tokens tokens;
  if (member == nullptr || member->provider == nullptr) {
    return tokens;
  }
  auto containers = member->provider->survey(stop);
  if (!containers) {
    return tokens;  // each scope is looked at then, and says what is wrong
  }
  for (auto& container : *containers) {
    tokens.emplace(std::move(container.scope), std::move(container.fingerprint));
  }
  return tokens;
}

}  // namespace

std::string digest_of(const ClaimedScope* claimed, const state::Store& store) {
  if (claimed == nullptr) {
    return {};
  }
  std::string out;
  cbor::octets(out, claimed->table.digest(store.seed()));
  for (const auto& entry : claimed->table.entries()) {
    if (entry.side == 0) {
      continue;
    }
    const auto& owned = claimed->side[entry.side - 1];
    cbor::octets(out, owned.handle);
    put(out, owned.made);
    put(out, owned.policy);
    put(out, owned.needs);
  }
  return hash128(out, store.seed());
}

state::Settled basis_of(const plan::ScopeInput& input,
                        const plan::PlanContext& context,
                        const state::Store& store) {
  if (!input.desired || input.in_doubt || context.take_over || !input.claimed) {
    return {};
  }
  std::string out;
  cbor::unsigned_number(out, kDecisions);
  out += encoded(*input.desired, store.seed());
  if (refers(input.desired->table) &&
      (!put_outputs(out, *input.desired, context.catalog, context.outputs) ||
       !put_prints(out, *input.desired, context.catalog, context.print_of))) {
    return {};
  }
  auto claims = digest_of(input.claimed.get(), store);
  claims += input.taken_over ? '\1' : '\0';
  return {.desired = hash128(out, store.seed()), .fingerprint = {}, .claims = std::move(claims)};
}

Result<std::vector<bool>> settled_scopes(const std::vector<plan::ScopeInput>& inputs,
                                         const std::vector<state::Settled>& bases,
                                         const Roster& roster,
                                         const state::Store& store,
                                         std::stop_token stop) {
  std::vector<bool> settled(inputs.size(), false);
  std::map<std::string, Tokens> surveyed;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (bases[i].desired.empty()) {
      continue;
    }
    PLUMB_TRY(record, store.settled(inputs[i].scope));
    if (!record || record->fingerprint.empty() || record->desired != bases[i].desired ||
        record->claims != bases[i].claims) {
      continue;
    }
    const auto& account = inputs[i].scope.account;
    auto tokens = surveyed.find(account);
    if (tokens == surveyed.end()) {
      tokens = surveyed.emplace(account, tokens_of(roster.find(account), stop)).first;
    }
    const auto now = tokens->second.find(inputs[i].scope);
    settled[i] = now != tokens->second.end() && now->second == record->fingerprint;
  }
  return settled;
}

plan::ScopePlan settled_plan(const plan::ScopeInput& input) {
  plan::ScopePlan planned;
  planned.scope = input.scope;
  planned.desired = input.desired;
  planned.domain = input.desired->domain;
  planned.provider = input.provider;
  planned.changes_per_batch = input.changes_per_batch;
  planned.state = input.desired->paused ? plan::ScopeState::paused : plan::ScopeState::planned;
  planned.counts.declared = static_cast<std::uint32_t>(input.desired->table.size());
  planned.counts.claimed = static_cast<std::uint32_t>(input.claimed->table.size());
  planned.counts.in_plumb = planned.counts.declared;
  const auto& side = input.claimed->side;
  if (std::any_of(
          side.begin(), side.end(), [](const Owned& owned) { return !owned.needs.empty(); })) {
    planned.claimed = input.claimed;  // what it needs must not go before it
  }
  return planned;
}

}  // namespace plumb::reconcile
