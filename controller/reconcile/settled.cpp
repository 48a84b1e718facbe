#include "controller/reconcile/settled.h"

#include <algorithm>
#include <set>

#include "controller/env/file_stamp.h"
#include "controller/plan/resolve.h"
#include "controller/reconcile/prints.h"
#include "controller/reconcile/scopes.h"
#include "resources/model/cbor.h"

namespace plumb::reconcile {
namespace {

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
  for (const auto& server : desired.name_servers) {
    cbor::octets(out, server);
  }
  put(out, desired.exclusive);
  put(out, desired.paused);
  put(out, desired.complete);
  return out;
}

/// Whether one of its keys was replaced behind our back: what is recorded of it is not what is
/// there.
bool holds_replaced(const Scope& scope, const plan::KnownOutputs& outputs) {
  const auto first = outputs.replaced.lower_bound({scope, KindId{}, ""});
  return first != outputs.replaced.end() && first->scope == scope;
}

}  // namespace

state::Settled basis_of(const plan::ScopeInput& input,
                        const std::string& claims,
                        const std::string& reader,
                        const plan::PlanContext& context,
                        const state::Store& store) {
  if (!input.desired || input.in_doubt || !input.refused_because.empty() || context.take_over ||
      claims.empty() || reader.empty() || holds_replaced(input.scope, context.outputs)) {
    return {};
  }
  std::string out = reader + encoded(*input.desired, store.seed());
  if (refers(input.desired->table) &&
      (!put_outputs(out, *input.desired, context.catalog, context.outputs) ||
       !put_prints(out, *input.desired, context.catalog, context.print_of))) {
    return {};
  }
  return {.desired = hash128(out, store.seed()), .fingerprint = {}, .claims = claims};
}

std::string reader_of(const Roster::Member* member, const std::string& program) {
  return member == nullptr || program == env::kNoFileStamp ? std::string()
                                                           : member->spec_digest + program;
}

Result<std::vector<bool>> settled_scopes(const std::vector<plan::ScopeInput>& inputs,
                                         const std::vector<state::Settled>& bases,
                                         Survey& survey,
                                         const state::Store& store) {
  std::vector<bool> settled(inputs.size(), false);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (bases[i].desired.empty()) {
      continue;
    }
    PLUMB_TRY(record, store.settled(inputs[i].scope));
    settled[i] = record && !record->fingerprint.empty() && record->desired == bases[i].desired &&
                 record->claims == bases[i].claims &&
                 record->fingerprint == survey.token_of(inputs[i].scope);
  }
  return settled;
}

bool may_settle(const plan::ScopePlan& scope, const Roster::Member* member, Tokens believed) {
  const bool exact = member != nullptr && member->traits->exact_tokens;
  const bool quiet = scope.changes.empty() && scope.notes.empty() && scope.owner.empty() &&
                     scope.counts.left_alone == 0 && scope.state == plan::ScopeState::planned &&
                     scope.consents_used.empty() &&  // those are for this run
                     // Guards go by these numbers, and settled_plan() has only the first.
                     scope.counts.claimed == scope.counts.declared &&
                     scope.counts.in_plumb == scope.counts.declared;
  // People are told in each run how much is unmanaged, so that has to be read in each.
  return quiet && (exact ? scope.counts.unmanaged == 0 : believed == Tokens::all);
}

bool wants_claims(const plan::ScopeInput& input) {
  return !input.desired->needs.empty();  // with nothing to be done, what is claimed needs the same
}

plan::ScopePlan settled_plan(const plan::ScopeInput& input) {
  plan::ScopePlan planned;
  planned.scope = input.scope;
  planned.desired = input.desired;
  planned.domain = input.desired->domain;
  planned.provider = input.provider;
  planned.changes_per_batch = input.changes_per_batch;
  planned.counts.declared = static_cast<std::uint32_t>(input.desired->table.size());
  planned.counts.claimed = planned.counts.declared;
  planned.counts.in_plumb = planned.counts.declared;
  planned.claimed = input.claimed;
  return planned;
}

}  // namespace plumb::reconcile
