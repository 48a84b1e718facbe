#pragma once

#include <string>
#include <vector>

#include "controller/plan/plan.h"
#include "controller/reconcile/reconciler.h"
#include "controller/reconcile/survey.h"

/// Scopes that need no look: nothing has moved since their plan was last empty.
namespace plumb::reconcile {

/// What a scope's plan is made of today, but for the world: `fingerprint` is left empty. All is
/// empty where the scope can never be skipped (nothing declared or claimed, an open intent, values
/// unknown, a key that was replaced). `claims`: Store::claims_digest. `reader`: stands for the
/// program and how its provider is set up, since what is there is read by these.
state::Settled basis_of(const plan::ScopeInput& input,
                        const std::string& claims,
                        const std::string& reader,
                        const plan::PlanContext& context,
                        const state::Store& store);

/// As `reader` above; empty where programs cannot be told apart.
std::string reader_of(const Roster::Member* member, const std::string& program);

/// Which of `inputs` need no look: their record of an empty plan equals today's basis and the
/// provider's change token. Asks accounts only where a record may hold.
Result<std::vector<bool>> settled_scopes(const std::vector<plan::ScopeInput>& inputs,
                                         const std::vector<state::Settled>& bases,
                                         Survey& survey,
                                         const state::Store& store);

/// Whether the record of a plan of it that was empty may be kept.
bool may_settle(const plan::ScopePlan& scope, const Roster::Member* member, Tokens believed);

/// The plan of a scope that needs no look. What is unmanaged there is not counted. Where what it
/// needs must not go before it, its claims are wanted.
plan::ScopePlan settled_plan(const plan::ScopeInput& input);
/// Whether settled_plan() wants ScopeInput::claimed.
bool wants_claims(const plan::ScopeInput& input);

}  // namespace plumb::reconcile
