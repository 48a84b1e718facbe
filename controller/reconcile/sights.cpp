// The part of Reconciler that decides what is read, and remembers what need not be read again.
#include <algorithm>

#include "controller/reconcile/observer.h"
#include "controller/reconcile/reconciler.h"
#include "controller/reconcile/scopes.h"
#include "controller/reconcile/settled.h"

namespace plumb::reconcile {
namespace {

bool differs_from_what_we_did(const plan::ScopePlan& scope) {
  return std::any_of(scope.changes.begin(), scope.changes.end(), [](const plan::Change& change) {
    return change.reason == plan::Reason::vanished || change.reason == plan::Reason::drifted;
  });
}

/// Leaves those scopes that deserve a second look: a listing that is a moment behind shows what we
/// did as not done, and to do it again would double it (row 2 of the decision table).
void keep_doubtful(const std::vector<plan::ScopePlan>& planned,
                   std::vector<Scope>& wanted,
                   std::vector<std::size_t>& number) {
  std::vector<std::size_t> doubtful;
  for (const auto i : number) {
    if (differs_from_what_we_did(planned[i])) {
      doubtful.push_back(i);
    }
  }
  number = std::move(doubtful);
  wanted.clear();
  for (const auto i : number) {
    wanted.push_back(planned[i].scope);
  }
}

}  // namespace

Result<void> Reconciler::observe_and_plan(Pass& pass,
                                          std::vector<plan::ScopeInput>& inputs,
                                          const plan::PlanContext& context,
                                          const PassOptions& options,
                                          std::stop_token stop,
                                          std::vector<plan::ScopePlan>& planned) {
  for (const auto& input : inputs) {
    pass.sights.push_back(basis_of(input, context, store_));
  }
  const auto decide = [&](std::size_t i, Look look) {
    auto& input = inputs[i];
    pass.sights[i].fingerprint = look.observed ? look.observed->fingerprint : std::string();
    input.observed = std::move(look.observed);
    input.unread_because = look.error.message;
    input.unread_hint = look.error.hint;
    planned[i] = plan::plan_scope(input, context);
    input.observed.reset();  // the world is never held whole
  };
  if (!options.refresh) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      decide(i, {.observed = remembered_or_missing(inputs[i]), .error = {}});
    }
    return {};
  }
  std::vector<bool> settled(inputs.size(), false);
  if (!options.full_refresh) {
    PLUMB_TRY(known, settled_scopes(inputs, pass.sights, *pass.roster, store_, stop));
    settled = std::move(known);
  }
  std::vector<Scope> wanted;
  std::vector<std::size_t> number;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto seen = options.seen != nullptr ? options.seen->find(inputs[i].scope)
                                              : decltype(options.seen->end()){};
    if (options.seen != nullptr && seen != options.seen->end()) {
      decide(i, {.observed = seen->second, .error = {}});
    } else if (settled[i]) {
      planned[i] = settled_plan(inputs[i]);
      ++pass.skipped;
    } else {
      wanted.push_back(inputs[i].scope);
      number.push_back(i);
    }
  }
  const auto look_at = [&] {
    observe(
        *pass.roster,
        wanted,
        [&](std::size_t i, Look look) { decide(number[i], std::move(look)); },
        stop);
  };
  look_at();
  keep_doubtful(planned, wanted, number);
  look_at();
  return {};
}

Result<void> Reconciler::keep_settled(const Pass& pass) {
  std::vector<state::SettledScope> settled;
  for (std::size_t i = 0; i < pass.plan.scopes.size(); ++i) {
    const auto& scope = pass.plan.scopes[i];
    const auto& sight = pass.sights[i];
    if (scope.changes.empty() && scope.notes.empty() && scope.state == plan::ScopeState::planned &&
        !sight.desired.empty() && !sight.fingerprint.empty()) {
      settled.push_back({scope.scope, sight});
    }
  }
  return store_.put_all_settled(settled);
}

}  // namespace plumb::reconcile
