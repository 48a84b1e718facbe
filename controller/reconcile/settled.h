#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "controller/plan/plan.h"
#include "controller/reconcile/reconciler.h"

/// Scopes that need no look: nothing has moved since their plan was last empty.
namespace plumb::reconcile {

/// What a scope's plan is made of today, but for the world: `fingerprint` is left empty. All is
/// empty where the scope can never be skipped (nothing declared, an open intent, values unknown).
state::Settled basis_of(const plan::ScopeInput& input,
                        const plan::PlanContext& context,
                        const state::Store& store);

/// Which of `inputs` need no look: their record of an empty plan equals today's basis and the
/// provider's change token. Asks each account at most once, and only where a record may hold.
Result<std::vector<bool>> settled_scopes(const std::vector<plan::ScopeInput>& inputs,
                                         const std::vector<state::Settled>& bases,
                                         const Roster& roster,
                                         const state::Store& store,
                                         std::stop_token stop);

/// The plan of a scope that needs no look. What is unmanaged there is not counted.
plan::ScopePlan settled_plan(const plan::ScopeInput& input);

}  // namespace plumb::reconcile
