// The part of Reconciler that decides what is read, and remembers what need not be read again.
#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "controller/env/file_stamp.h"
#include "controller/env/parallel.h"
#include "controller/reconcile/observer.h"
#include "controller/reconcile/rebind.h"
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

/// Plans the scopes of a pass, each by itself and on whatever thread. What is claimed and what is
/// there is let go with the plan of its scope: neither is ever held whole. Its calls for different
/// scopes may overlap.
class Planning {
 public:
  Planning(Pass& pass,
           std::vector<plan::ScopeInput>& inputs,
           const plan::PlanContext& context,
           const state::Store& store,
           std::vector<plan::ScopePlan>& planned)
      : pass_(pass), inputs_(inputs), context_(context), store_(store), planned_(planned) {
    pass_.sights.resize(inputs.size());
    pass_.claim_digests.resize(inputs.size());
    for (const auto& [declaration, producer] : context.outputs.producers) {
      producers_[producer.id.scope].push_back(&producer);
    }
  }

  /// Notes what is claimed before anything is looked at: what another run makes of a scope in the
  /// meantime is told by it when the plan is applied.
  Result<void> note_claims() {
    const auto program = env::file_stamp("/proc/self/exe");
    env::for_each_parallel(inputs_.size(), std::thread::hardware_concurrency(), [&](std::size_t i) {
      const auto& input = inputs_[i];
      auto digest = claims_digest_after(input.scope, context_.rebindings, store_);
      if (!digest) {
        fail(std::move(digest).error());
        return;
      }
      const auto reader = reader_of(pass_.roster->find(input.scope.account), program);
      pass_.sights[i] = basis_of(input, *digest, reader, context_, store_);
      pass_.claim_digests[i] = std::move(*digest);
    });
    return outcome();
  }

  void decide(std::size_t i, Look look) {
    auto& input = inputs_[i];
    if (!read(i)) {
      return;
    }
    pass_.sights[i].fingerprint = look.observed && gives_what_was_planned_with(*look.observed)
                                      ? look.observed->fingerprint
                                      : std::string();
    input.observed = std::move(look.observed);
    input.unread_because = look.error.message;
    input.unread_hint = look.error.hint;
    planned_[i] = plan::plan_scope(input, context_);
    input.observed.reset();
    input.claimed.reset();
  }

  /// The claims taken for the world.
  void decide_unseen(std::size_t i) {
    if (read(i)) {
      decide(i, {.observed = remembered_or_missing(inputs_[i]), .error = {}});
    }
  }

  /// Nothing has moved since the plan was last empty.
  void skip(std::size_t i) {
    if (!wants_claims(inputs_[i]) || read(i)) {
      planned_[i] = settled_plan(inputs_[i]);
      inputs_[i].claimed.reset();
    }
  }

  /// What kept a scope from being planned.
  Result<void> outcome() const {
    return trouble_ ? Result<void>(tl::unexpected(*trouble_)) : Result<void>();
  }

 private:
  /// Whether the values that others refer to are still those that were seen before: a key that was
  /// replaced in between is not to be remembered as in plumb.
  bool gives_what_was_planned_with(const ObservedScope& seen) const {
    const auto here = producers_.find(seen.scope);
    return here == producers_.end() ||
           std::all_of(here->second.begin(), here->second.end(), [&](const auto* producer) {
             const auto row = seen.table.find(producer->id.kind, producer->id.key);
             const auto side = row ? seen.table[*row].side : 0U;
             return same_values(producer->values,
                                side == 0 ? std::vector<Field>() : seen.side[side - 1].outputs);
           });
  }

  /// Reads what is claimed of a scope, where it is not in hand.
  bool read(std::size_t i) {
    auto done = inputs_[i].claimed ? Result<void>() : read_claims(inputs_[i], context_, store_);
    if (!done) {
      fail(std::move(done).error());
    }
    return done.has_value();
  }

  void fail(Error trouble) {
    const std::lock_guard lock(guard_);
    trouble_ = std::move(trouble);
  }

  Pass& pass_;
  std::vector<plan::ScopeInput>& inputs_;
  const plan::PlanContext& context_;
  const state::Store& store_;
  std::vector<plan::ScopePlan>& planned_;
  std::map<Scope, std::vector<const plan::KnownOutputs::Producer*>> producers_;
  std::mutex guard_;
  std::optional<Error> trouble_;
};

}  // namespace

Result<void> Reconciler::observe_and_plan(Pass& pass,
                                          std::vector<plan::ScopeInput>& inputs,
                                          const plan::PlanContext& context,
                                          const PassOptions& options,
                                          Survey& survey,
                                          std::stop_token stop,
                                          std::vector<plan::ScopePlan>& planned) {
  Planning planning(pass, inputs, context, store_, planned);
  if (auto noted = planning.note_claims(); !noted) {
    return noted;
  }
  if (!options.refresh) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      planning.decide_unseen(i);
    }
    return planning.outcome();
  }
  PLUMB_TRY(settled, settled_scopes(inputs, pass.sights, survey, store_));
  std::vector<Scope> wanted;
  std::vector<std::size_t> number;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto seen = options.seen != nullptr ? options.seen->find(inputs[i].scope)
                                              : decltype(options.seen->end()){};
    if (options.seen != nullptr && seen != options.seen->end()) {
      planning.decide(i, {.observed = seen->second, .error = {}});
    } else if (settled[i]) {
      planning.skip(i);
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
        [&](std::size_t i, Look look) { planning.decide(number[i], std::move(look)); },
        stop);
  };
  look_at();
  keep_doubtful(planned, wanted, number);
  look_at();
  return planning.outcome();
}

Result<void> Reconciler::keep_settled(const Pass& pass, Tokens believed) {
  std::vector<state::SettledScope> settled;
  for (std::size_t i = 0; i < pass.plan.scopes.size(); ++i) {
    const auto& scope = pass.plan.scopes[i];
    const auto& sight = pass.sights[i];
    if (!sight.desired.empty() && !sight.fingerprint.empty() &&
        may_settle(scope, pass.roster->find(scope.scope.account), believed)) {
      settled.push_back({scope.scope, sight});
    }
  }
  return settled.empty() ? Result<void>() : store_.put_all_settled(settled);
}

}  // namespace plumb::reconcile
