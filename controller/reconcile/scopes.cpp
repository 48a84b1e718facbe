#include "controller/reconcile/scopes.h"

#include <algorithm>
#include <map>
#include <set>

#include "controller/plan/decide.h"
#include "controller/reconcile/observer.h"
#include "controller/reconcile/rebind.h"
#include "resources/model/cbor.h"

namespace plumb::reconcile {
namespace {

const Roster::Member* producer_of(const Roster& roster, const load::Producer& producer) {
  return roster.find(producer.id.scope.account);
}

/// Exclusive ownership is in force from the start where we made the container ourselves.
bool is_taken_over(const ClaimedScope& claimed, const Catalog& catalog) {
  const auto& entries = claimed.table.entries();
  return claimed.taken_over || std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
           const auto* kind = catalog.find(entry.kind);
           return kind != nullptr && kind->rank == 0 && kind->holds_data && entry.side != 0 &&
                  claimed.side[entry.side - 1].made;
         });
}

/// Those in `planned` scopes, and those that these refer to: a pass over one domain of a thousand
/// has no use for the others' keys.
std::vector<load::Producer> producers_for(const load::Loaded& loaded,
                                          const std::vector<Scope>& planned) {
  const std::set<Scope> chosen(planned.begin(), planned.end());
  auto near = chosen;
  for (const auto& desired : loaded.scopes) {
    if (!chosen.contains(desired->scope)) {
      continue;
    }
    for (const auto& needs : desired->needs) {
      for (const auto& id : needs.on) {
        near.insert(id.scope);
      }
    }
  }
  std::vector<load::Producer> producers;
  std::copy_if(loaded.producers.begin(),
               loaded.producers.end(),
               std::back_inserter(producers),
               [&](const load::Producer& one) { return near.contains(one.id.scope); });
  return producers;
}

plan::KnownOutputs::Producer seen_outputs(const ObservedScope& seen,
                                          const ResourceId& id,
                                          bool container) {
  plan::KnownOutputs::Producer producer{
      .state = plan::KnownOutputs::State::awaits, .id = id, .values = {}};
  const auto row = seen.table.find(id.kind, id.key);
  if (container) {  // has its values or has none: a zone that is still to be made is not signed
    producer.state = plan::KnownOutputs::State::known;
  }
  if (row && seen.table[*row].side != 0) {
    producer.state = plan::KnownOutputs::State::known;
    producer.values = seen.side[seen.table[*row].side - 1].outputs;
  }
  return producer;
}

/// Whether a container with claims is not there: nothing is concluded from that.
Result<bool> has_vanished(const Look* look, const Scope& scope, const state::Store& store) {
  if (look == nullptr || !look->observed || look->observed->reading != Reading::missing) {
    return false;
  }
  PLUMB_TRY(claimed, store.claims(scope));
  return claimed && !claimed->table.empty();
}

/// Whether others than the recorded values mean that somebody has replaced the thing: a key, which
/// is never changed in place. A zone gives others by itself, when its keys are rolled; a server
/// gives those that are declared.
bool keeps_its_outputs(const Catalog& catalog, const ResourceId& id) {
  const auto* kind = catalog.find(id.kind);
  return kind != nullptr && kind->holds_data && !plan::is_container(*kind, id.key) &&
         std::any_of(kind->fields.begin(), kind->fields.end(), [](const FieldRule& field) {
           return field.type == FieldType::fixed;
         });
}

const DesiredScope* desired_of(const load::Loaded& loaded, const Scope& scope) {
  const auto found = std::lower_bound(
      loaded.scopes.begin(), loaded.scopes.end(), scope, [](const auto& one, const Scope& wanted) {
        return one->scope < wanted;
      });
  return found == loaded.scopes.end() || (*found)->scope != scope ? nullptr : found->get();
}

/// What was claimed and is there with other values than those recorded was replaced. Where drift is
/// healed and the thing is of the declared sort, its new values hold; else those of before.
/// Gives whether it was.
Result<bool> judge_replaced(plan::KnownOutputs::Producer& known,
                            const std::vector<Field>& recorded,
                            const ObservedScope& seen,
                            const DesiredScope* desired,
                            const state::Store& store,
                            bool no_heal) {
  using State = plan::KnownOutputs::State;
  if (known.state != State::known || same_values(known.values, recorded)) {
    return false;
  }
  const auto& id = known.id;
  PLUMB_TRY(claimed, store.claims(id.scope));
  const auto found = desired == nullptr ? std::nullopt : desired->table.find(id.kind, id.key);
  if (!claimed || !claimed->table.find(id.kind, id.key) || !found) {
    return false;
  }
  const auto wanted = *found;
  const bool heals = !no_heal && wanted < desired->policy.size() &&
                     desired->policies[desired->policy[wanted]].heal;
  const auto row = seen.table.find(id.kind, id.key);
  known.follows = heals && row &&
                  desired->table.body(desired->table[wanted]) == seen.table.body(seen.table[*row]);
  if (!known.follows) {
    known.values = recorded;
  }
  return true;
}

using Stored = std::map<ResourceId, std::vector<Field>>;

/// Whether a scope is as it was when its plan was last empty.
Result<bool> stands_still(const Scope& scope, Survey& survey, const state::Store& store) {
  PLUMB_TRY(record, store.settled(scope));
  return record && !record->fingerprint.empty() && record->fingerprint == survey.token_of(scope);
}

/// The scopes whose values are to be looked at, sorted. Of one that stands still, those of its keys
/// are as recorded: else its plan would not have been empty.
Result<std::vector<Scope>> scopes_to_read(const std::vector<load::Producer>& producers,
                                          const Stored& stored,
                                          const Roster& roster,
                                          const Catalog& catalog,
                                          Survey& survey,
                                          const state::Store& store) {
  std::set<Scope> wanted;
  for (const auto& producer : producers) {
    const auto& scope = producer.id.scope;
    if (producer_of(roster, producer) == nullptr || wanted.contains(scope)) {
      continue;
    }
    bool known = keeps_its_outputs(catalog, producer.id) && stored.contains(producer.id);
    if (known) {
      PLUMB_TRY(still, stands_still(scope, survey, store));
      known = still;
    }
    if (!known) {
      wanted.insert(scope);
    }
  }
  return std::vector<Scope>(wanted.begin(), wanted.end());
}

}  // namespace

bool same_values(const std::vector<Field>& a, const std::vector<Field>& b) {
  const auto text = [](const Field& field) {
    std::string out;
    cbor::value(out, field.value);
    return field.name + "\n" + out;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Field& x, const Field& y) {
    return text(x) == text(y);
  });
}

std::vector<state::StoredOutputs> kept_outputs(const plan::KnownOutputs& outputs,
                                               const Catalog& catalog) {
  std::vector<state::StoredOutputs> kept;
  for (const auto& [declaration, producer] : outputs.producers) {
    if (producer.state == plan::KnownOutputs::State::known && !producer.values.empty() &&
        keeps_its_outputs(catalog, producer.id)) {
      kept.push_back({producer.id, producer.values});
    }
  }
  return kept;
}

Result<void> record_outputs(const std::vector<state::StoredOutputs>& seen, state::Store& store) {
  if (seen.empty()) {
    return {};
  }
  PLUMB_TRY(stored, store.outputs());
  std::set<ResourceId> recorded;
  for (const auto& row : stored) {
    recorded.insert(row.id);
  }
  std::vector<state::StoredOutputs> rows;
  for (const auto& row : seen) {
    if (recorded.contains(row.id)) {
      continue;
    }
    PLUMB_TRY(claimed, store.claimed_body(row.id));
    if (claimed) {
      rows.push_back(row);
    }
  }
  return rows.empty() ? Result<void>() : store.put_outputs(rows);
}

Result<std::vector<Scope>> scopes_to_look_at(const load::Loaded& loaded,
                                             const state::Store& store) {
  PLUMB_TRY(claimed, store.scopes());
  std::set<Scope> all(claimed.begin(), claimed.end());
  for (const auto& desired : loaded.scopes) {
    all.insert(desired->scope);
  }
  return std::vector<Scope>(all.begin(), all.end());
}

plan::PlanContext context_of(const load::Loaded& loaded,
                             const Catalog& catalog,
                             const PassOptions& options) {
  const auto& project = loaded.project;
  return {.catalog = catalog,
          .guards = {.deletes_per_scope = {project.deletes_per_scope_count,
                                           project.deletes_per_scope_percent},
                     .deletes_per_run = {project.deletes_per_run_count,
                                         project.deletes_per_run_percent},
                     .domains_per_origin = {project.domains_per_origin_count,
                                            project.domains_per_origin_percent},
                     .passwords_per_run = {project.passwords_per_run_count,
                                           project.passwords_per_run_percent},
                     .password_length = project.password_length},
          .consents = {},
          .outputs = {},
          .rebindings = {},
          .owner = owner_mark(project.name, project.environment),
          .heal = project.heal,
          .no_heal = options.no_heal,
          .take_over = options.take_over};
}

Result<std::vector<Consent>> consents_left(const load::Loaded& loaded,
                                           const PassOptions& options,
                                           const state::Store& store,
                                           const env::Clock& clock) {
  const auto today = env::date_text(clock.now());
  std::vector<Consent> left;
  for (const auto& consent : loaded.consents) {
    if (!consent.until.empty() && consent.until < today) {
      continue;
    }
    PLUMB_TRY(used, store.consent_used(consent.id));
    const auto& ours = options.consents_in_use;
    const bool begun = std::find(ours.begin(), ours.end(), consent.id) != ours.end();
    if (consent.count ? used < *consent.count : used == 0 || begun) {
      left.push_back(consent);
    }
  }
  left.insert(left.end(), options.consents.begin(), options.consents.end());
  return left;
}

Result<plan::KnownOutputs> observe_producers(const load::Loaded& loaded,
                                             const std::vector<Scope>& planned,
                                             const Roster& roster,
                                             const state::Store& store,
                                             const Catalog& catalog,
                                             Survey& survey,
                                             std::stop_token stop,
                                             bool no_heal) {
  plan::KnownOutputs outputs;
  const auto producers = producers_for(loaded, planned);
  if (producers.empty()) {
    return outputs;
  }
  PLUMB_TRY(rows, store.outputs());
  Stored stored;
  for (auto& row : rows) {
    stored.emplace(std::move(row.id), std::move(row.values));
  }
  PLUMB_TRY(wanted, scopes_to_read(producers, stored, roster, catalog, survey, store));
  std::vector<Look> looks(wanted.size());
  observe(
      roster,
      wanted,
      [&](std::size_t i, Look look) { looks[i] = std::move(look); },
      std::move(stop),
      Part::outputs);
  for (const auto& producer : producers) {
    const auto place = std::lower_bound(wanted.begin(), wanted.end(), producer.id.scope);
    const auto* look = place != wanted.end() && *place == producer.id.scope
                           ? &looks[static_cast<std::size_t>(place - wanted.begin())]
                           : nullptr;
    plan::KnownOutputs::Producer known{
        .state = plan::KnownOutputs::State::unread, .id = producer.id, .values = {}};
    const auto* kind = catalog.find(producer.id.kind);
    const bool container = kind != nullptr && plan::is_container(*kind, producer.id.key);
    PLUMB_TRY(lost, has_vanished(look, producer.id.scope, store));
    const auto kept = stored.find(producer.id);
    if (look != nullptr && look->observed && !(container && lost)) {
      known = seen_outputs(*look->observed, producer.id, container);
      if (kept != stored.end() && keeps_its_outputs(catalog, producer.id)) {
        PLUMB_TRY(replaced,
                  judge_replaced(known,
                                 kept->second,
                                 *look->observed,
                                 desired_of(loaded, producer.id.scope),
                                 store,
                                 no_heal));
        if (replaced) {
          outputs.replaced.insert(producer.id);
        }
      }
    } else if (kept != stored.end()) {
      known.state = plan::KnownOutputs::State::known;
      known.values = kept->second;
    }
    outputs.producers.emplace(producer.declaration, std::move(known));
  }
  return outputs;
}

Result<std::vector<plan::ScopeInput>> inputs_of(const load::Loaded& loaded,
                                                const std::vector<Scope>& scopes,
                                                const Roster& roster,
                                                const state::Store& store,
                                                const plan::PlanContext& context) {
  std::set<std::string> declared_containers;
  std::map<Scope, std::shared_ptr<const DesiredScope>> desired;
  for (const auto& scope : loaded.scopes) {
    desired.emplace(scope->scope, scope);
    if (!scope->scope.container.empty()) {
      declared_containers.insert(scope->scope.container);
    }
  }
  PLUMB_TRY(intents, store.open_intents());
  std::set<Scope> in_doubt;
  for (const auto& intent : intents) {
    in_doubt.insert(rebound({intent.scope}, context.rebindings).front());
  }
  std::vector<plan::ScopeInput> inputs;
  inputs.reserve(scopes.size());
  for (const auto& scope : scopes) {
    plan::ScopeInput input;
    input.scope = scope;
    if (const auto found = desired.find(scope); found != desired.end()) {
      input.desired = found->second;
    }
    if (const auto* rebinding = refused_by(scope, context.rebindings)) {
      input.refused_because = "Provider " + rebinding->provider + " names another account now";
    }
    input.in_doubt = in_doubt.contains(scope);
    input.declared_elsewhere = !input.desired && declared_containers.contains(scope.container);
    if (const auto* member = roster.find(scope.account)) {
      input.provider = member->name;
      input.provider_atomic = member->traits->atomic;
      input.stable_handles = member->traits->stable_handles;
      input.renames = member->traits->renames;
      input.changes_per_batch = member->traits->limits.changes_per_call;
      input.adapt = member->traits->adapt;
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Result<void> read_claims(plan::ScopeInput& input,
                         const plan::PlanContext& context,
                         const state::Store& store) {
  PLUMB_TRY(claimed, claims_after(input.scope, context.rebindings, store));
  input.taken_over = claimed && is_taken_over(*claimed, context.catalog);
  input.claimed = std::move(claimed);
  return {};
}

std::shared_ptr<const ObservedScope> remembered_or_missing(const plan::ScopeInput& input) {
  if (input.claimed) {
    return remembered(*input.claimed);
  }
  auto missing = std::make_shared<ObservedScope>();
  missing->scope = input.scope;
  missing->reading = Reading::missing;
  return missing;
}

void count(Pass& pass, const std::vector<plan::ScopePlan>& planned) {
  std::set<std::string> domains;
  for (const auto& scope : planned) {
    pass.resources += scope.counts.declared;
    if (scope.desired && !scope.domain.empty()) {
      domains.insert(scope.domain);
    }
  }
  pass.domains = domains.size();
}

tl::unexpected<Error> moved(const plan::ScopePlan& scope, const std::string& why) {
  return fail(
      ErrorCode::conflict,
      (scope.domain.empty() ? scope.scope.account : scope.domain) + ": the plan is stale: " + why,
      "plan again");
}

Result<void> still_as_planned(const plan::ScopePlan& scope, const ObservedScope& now) {
  for (const auto& change : scope.changes) {
    if (change.verb == plan::Verb::hold || change.verb == plan::Verb::conflict) {
      continue;
    }
    const auto row = now.reading == Reading::read
                         ? now.table.find(scope.kind(change), scope.key(change))
                         : std::nullopt;
    const auto body = row ? now.table.body(now.table[*row]) : std::string_view();
    const bool was_there = change.before != plan::kNone;
    if (was_there != row.has_value() || body != scope.before(change)) {
      return moved(scope, "something it touches has changed since");
    }
  }
  return {};
}

}  // namespace plumb::reconcile
