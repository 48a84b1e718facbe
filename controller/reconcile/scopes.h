#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/env/clock.h"
#include "controller/reconcile/reconciler.h"
#include "controller/reconcile/survey.h"

/// The steps of a pass around observing and planning: what is looked at, with what in hand.
namespace plumb::reconcile {

/// scopes(D) ∪ scopes(C), sorted.
Result<std::vector<Scope>> scopes_to_look_at(const load::Loaded& loaded, const state::Store& store);

/// What all scopes share, from the Project document and the options.
plan::PlanContext context_of(const load::Loaded& loaded,
                             const Catalog& catalog,
                             const PassOptions& options);

/// Consents of documents and command line that are valid today and not used up. A document with a
/// count is used up once so many objects used it; one without holds until the end of the run that
/// used it.
Result<std::vector<Consent>> consents_left(const load::Loaded& loaded,
                                           const PassOptions& options,
                                           const state::Store& store,
                                           const env::Clock& clock);

/// Reads what `scopes` refer to, and what others may refer to of theirs; values that cannot be read
/// come from the store, else they are unread. So do those of keys in a scope that has not moved
/// since it was in plumb. A container has the values it has, or none.
Result<plan::KnownOutputs> observe_producers(const load::Loaded& loaded,
                                             const std::vector<Scope>& scopes,
                                             const Roster& roster,
                                             const state::Store& store,
                                             const Catalog& catalog,
                                             Survey& survey,
                                             std::stop_token stop,
                                             bool no_heal = false);

/// Whether two producers give the same values.
bool same_values(const std::vector<Field>& a, const std::vector<Field>& b);

/// Those values by which it is told that something was replaced: of keys.
std::vector<state::StoredOutputs> kept_outputs(const plan::KnownOutputs& outputs,
                                               const Catalog& catalog);
/// Records what was `seen` of all that is claimed and of which nothing is recorded. That is what
/// was adopted, in this run or in one that was broken off; of what is made it is recorded with it.
Result<void> record_outputs(const std::vector<state::StoredOutputs>& seen, state::Store& store);

/// One input per scope with everything but its claims and the observation. Scopes with open intents
/// are in doubt.
Result<std::vector<plan::ScopeInput>> inputs_of(const load::Loaded& loaded,
                                                const std::vector<Scope>& scopes,
                                                const Roster& roster,
                                                const state::Store& store,
                                                const plan::PlanContext& context);

/// Puts what is claimed of its scope into `input`. Thread-safe.
Result<void> read_claims(plan::ScopeInput& input,
                         const plan::PlanContext& context,
                         const state::Store& store);

/// The claims taken for the world; a missing container where there are none.
std::shared_ptr<const ObservedScope> remembered_or_missing(const plan::ScopeInput& input);

/// Fills the counts of the header.
void count(Pass& pass, const std::vector<plan::ScopePlan>& planned);

/// The error of a plan that is stale.
tl::unexpected<Error> moved(const plan::ScopePlan& scope, const std::string& why);
/// Whether every object that the plan touches is as it was when it was planned; the first that is
/// not.
Result<void> still_as_planned(const plan::ScopePlan& scope, const ObservedScope& now);

}  // namespace plumb::reconcile
