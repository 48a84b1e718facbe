#include <chrono>

#include "controller/apply/executor.h"
#include "controller/apply/settle.h"
#include "controller/env/clock.h"

namespace plumb::apply {
namespace {

/// Effects may arrive late: an observation counts only once the vendor's settle time is over (J5).
bool wait_for_effects(env::Env env,
                      const state::Intent& intent,
                      const ProviderTraits& traits,
                      std::stop_token stop) {
  const auto begun = env::parse_rfc3339(intent.begun);
  const auto now = env.clock.now();
  const auto until = (begun ? *begun : now) + traits.settle;
  if (until <= now) {
    return true;
  }
  const auto rest = std::chrono::duration_cast<std::chrono::steady_clock::duration>(until - now);
  return env.clock.wait_until(env.clock.steady() + rest, stop);
}

std::string_view seen_handle(const ObservedScope& seen, const Entry& entry) {
  return entry.side == 0 ? std::string_view() : seen.side[entry.side - 1].handle;
}

state::KeyOutcome outcome_of(const state::IntentKey& key, const ObservedScope& seen) {
  const auto row =
      seen.reading == Reading::read ? seen.table.find(key.kind, key.key) : std::nullopt;
  const auto* entry = row ? &seen.table[*row] : nullptr;
  const auto body = entry != nullptr ? std::optional(seen.table.body(*entry)) : std::nullopt;
  state::KeyOutcome outcome{.kind = key.kind, .key = key.key};
  switch (settle(key, body)) {
    case Settlement::done:
      outcome.ending = state::Ending::done;
      if (entry != nullptr) {
        outcome.handle = seen_handle(seen, *entry);
        outcome.outputs =
            entry->side == 0 ? std::vector<Field>() : seen.side[entry->side - 1].outputs;
      }
      break;
    case Settlement::not_done:
      outcome.ending = state::Ending::not_done;
      outcome.error = "found not to have happened";
      break;
    case Settlement::conflict:
      outcome.ending = state::Ending::not_done;
      outcome.error = "found changed by somebody else";
      break;
  }
  return outcome;
}

}  // namespace

Result<std::vector<state::KeyOutcome>> settle_intent(state::Store& store,
                                                     env::Env env,
                                                     const ProviderHandle& handle,
                                                     const state::Intent& intent,
                                                     Progress& progress,
                                                     std::stop_token stop) {
  if (!wait_for_effects(env, intent, *handle.traits, stop)) {
    return std::vector<state::KeyOutcome>();
  }
  std::vector<std::string> wanted{intent.marker};
  for (const auto& key : intent.keys) {
    wanted.push_back(key.key);
  }
  const auto seen = handle.provider->locate(intent.scope, wanted, stop);
  if (!seen) {
    return tl::unexpected(seen.error());
  }
  if (seen->reading == Reading::unread) {
    return std::vector<state::KeyOutcome>();
  }
  std::vector<state::KeyOutcome> outcomes;
  for (const auto& key : intent.keys) {
    outcomes.push_back(outcome_of(key, *seen));
  }
  progress.reached(Milestone::before_settle);
  const auto closed = store.close(intent.seq, outcomes, env::rfc3339(env.clock.now()));
  if (!closed) {
    return tl::unexpected(closed.error());
  }
  progress.reached(Milestone::after_settle);
  return outcomes;
}

Result<Recovery> recover(state::Store& store,
                         env::Env env,
                         const Run& run,
                         const ProviderLookup& lookup,
                         Progress& progress,
                         std::stop_token stop) {
  Recovery recovery;
  PLUMB_TRY(intents, store.open_intents());
  for (const auto& intent : intents) {
    const auto handle = lookup(intent.scope);
    if (handle.provider == nullptr || stop.stop_requested()) {
      recovery.in_doubt.emplace_back(
          intent.scope,
          Error{.code = ErrorCode::unavailable,
                .message = "an earlier change of " + intent.scope.container +
                           " is still open and its provider is not at hand",
                .hint = "declare the provider again and make it reachable"});
      continue;
    }
    auto lock = state::ScopeLock::take(run.lock_directory, intent.scope, run.self);
    if (!lock) {
      recovery.in_doubt.emplace_back(intent.scope, lock.error());
      continue;
    }
    const auto left = settle_intent(store, env, handle, intent, progress, stop);
    if (!left) {
      recovery.in_doubt.emplace_back(intent.scope, left.error());
    } else if (left->empty() && !intent.keys.empty()) {
      recovery.in_doubt.emplace_back(
          intent.scope,
          Error{.code = ErrorCode::unavailable,
                .message = "could not be read to settle an earlier change"});
    } else {
      recovery.settled += intent.keys.size();
    }
  }
  return recovery;
}

}  // namespace plumb::apply
