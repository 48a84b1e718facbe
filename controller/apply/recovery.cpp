#include "controller/apply/recovery.h"

#include <algorithm>
#include <map>

#include "controller/apply/outcomes.h"
#include "controller/apply/settle.h"
#include "controller/env/clock.h"

namespace plumb::apply {
namespace {

std::string_view seen_handle(const ObservedScope& seen, const Entry& entry) {
  return entry.side == 0 ? std::string_view() : seen.side[entry.side - 1].handle;
}

state::KeyOutcome outcome_of(const state::IntentKey& key,
                             const ObservedScope& seen,
                             const Catalog* catalog) {
  const auto row =
      seen.reading == Reading::read ? seen.table.find(key.kind, key.key) : std::nullopt;
  const auto* entry = row ? &seen.table[*row] : nullptr;
  const auto body = entry != nullptr ? std::optional(seen.table.body(*entry)) : std::nullopt;
  state::KeyOutcome outcome{.kind = key.kind, .key = key.key};
  switch (settle(key, body, catalog == nullptr ? nullptr : catalog->find(key.kind))) {
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

bool is_open(const state::KeyOutcome& outcome) {
  return outcome.ending == state::Ending::in_doubt || outcome.ending == state::Ending::pending;
}

/// The answers of the vendor for what it had accepted; in doubt for all other keys.
std::vector<state::KeyOutcome> ask_after_pending(env::Env env,
                                                 providers::Provider& provider,
                                                 const state::Intent& intent,
                                                 const std::stop_token& stop) {
  std::vector<providers::Outcome> outcomes;
  for (const auto& key : intent.keys) {
    const bool pending = key.state == state::KeyState::pending;
    outcomes.push_back(
        pending ? providers::Outcome(providers::Pending{key.token, std::chrono::milliseconds(0)})
                : providers::Outcome(providers::Unknown{unreported_error()}));
  }
  await_pending(env, provider, outcomes, stop);
  std::vector<state::KeyOutcome> rows;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    rows.push_back(journal_outcome(intent.keys[i], outcomes[i]));
  }
  return rows;
}

/// One intent of an earlier run. nullopt: it is closed; else why it stays open.
Result<std::optional<Error>> settle_intent(state::Store& store,
                                           env::Env env,
                                           const ProviderHandle& handle,
                                           const state::Intent& intent,
                                           const Catalog* catalog,
                                           std::chrono::steady_clock::time_point not_before,
                                           Progress& progress,
                                           const std::stop_token& stop) {
  auto found = find_out(env, handle, intent, catalog, not_before, stop);
  if (!found) {
    return std::optional(std::move(found).error());
  }
  progress.reached(Milestone::before_settle);
  const auto now = env::rfc3339(env.clock.now());
  if (auto closed = store.close(intent.seq, *found, now); !closed) {
    return tl::unexpected(std::move(closed).error());
  }
  progress.reached(Milestone::after_settle);
  if (std::any_of(found->begin(), found->end(), is_open)) {
    return std::optional(Error{.code = ErrorCode::unavailable,
                               .message = "an earlier change has not ended yet",
                               .hint = "run again once the provider has finished"});
  }
  return std::optional<Error>();
}

Error no_provider(const state::Intent& intent) {
  const auto& scope = intent.scope;
  return {.code = ErrorCode::unavailable,
          .message = "an earlier change of " +
                     (scope.container.empty() ? scope.account : scope.container) +
                     " is still open and its provider is not at hand",
          .hint = "declare the provider again and make it reachable"};
}

/// Locks the scopes of all intents; those that somebody else works on are left out, with the
/// reason.
std::map<Scope, state::ScopeLock> lock_all(const std::vector<state::Intent>& intents,
                                           env::Env env,
                                           const Run& run,
                                           Recovery& recovery) {
  std::map<Scope, state::ScopeLock> locks;
  auto self = run.self;
  self.since = env::rfc3339(env.clock.now());
  const auto file = state::LockFile::open(run.lock_directory);
  for (const auto& intent : intents) {
    if (locks.contains(intent.scope)) {
      continue;
    }
    auto lock = file ? state::ScopeLock::take(*file, intent.scope, self)
                     : Result<state::ScopeLock>(tl::unexpected(file.error()));
    if (lock) {
      locks.emplace(intent.scope, std::move(*lock));
    } else {
      recovery.in_doubt.emplace_back(intent.scope, std::move(lock).error());
    }
  }
  return locks;
}

Result<ObservedScope> locate(const ProviderHandle& handle,
                             const state::Intent& intent,
                             const std::stop_token& stop) {
  std::vector<std::string> wanted{intent.marker};
  for (const auto& key : intent.keys) {
    wanted.push_back(key.key);
  }
  PLUMB_TRY(seen, handle.provider->locate(intent.scope, wanted, stop));
  if (seen.reading == Reading::unread) {
    return fail(ErrorCode::unavailable, "could not be read to settle an earlier change");
  }
  return std::move(seen);
}

}  // namespace

void await_pending(env::Env env,
                   providers::Provider& provider,
                   std::vector<providers::Outcome>& outcomes,
                   const std::stop_token& stop) {
  constexpr std::chrono::minutes kPatience{20};
  const auto deadline = env.clock.steady() + kPatience;
  for (auto& outcome : outcomes) {
    while (std::holds_alternative<providers::Pending>(outcome)) {
      const auto pending = std::get<providers::Pending>(outcome);
      const auto when = env.clock.steady() + pending.poll_after;
      if (when > deadline || !env.clock.wait_until(when, stop)) {
        break;
      }
      outcome = provider.resume(pending, stop);
    }
  }
}

Result<std::vector<state::KeyOutcome>> find_out(env::Env env,
                                                const ProviderHandle& handle,
                                                const state::Intent& intent,
                                                const Catalog* catalog,
                                                std::chrono::steady_clock::time_point not_before,
                                                const std::stop_token& stop) {
  auto outcomes = ask_after_pending(env, *handle.provider, intent, stop);
  const auto in_doubt = [](const auto& o) { return o.ending == state::Ending::in_doubt; };
  if (std::none_of(outcomes.begin(), outcomes.end(), in_doubt)) {
    return outcomes;
  }
  if (!env.clock.wait_until(not_before, stop)) {
    return fail(ErrorCode::cancelled, "not looked at: the run was stopped");
  }
  PLUMB_TRY(seen, locate(handle, intent, stop));
  std::vector<std::size_t> gone;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (in_doubt(outcomes[i])) {
      outcomes[i] = outcome_of(intent.keys[i], seen, catalog);
      if (intent.keys[i].after.empty() && outcomes[i].ending == state::Ending::done) {
        gone.push_back(i);
      }
    }
  }
  if (!gone.empty()) {
    // Absence closes a claim for good: a listing that is behind would leave the object to nobody.
    PLUMB_TRY(again, locate(handle, intent, stop));
    for (const auto i : gone) {
      outcomes[i] = outcome_of(intent.keys[i], again, catalog);
    }
  }
  return outcomes;
}

Result<Recovery> recover(state::Store& store,
                         env::Env env,
                         const Run& run,
                         const ProviderLookup& lookup,
                         Progress& progress,
                         std::stop_token stop) {
  Recovery recovery;
  PLUMB_TRY(listed, store.open_intents());
  const auto locks = lock_all(listed, env, run, recovery);
  // Who held the locks has ended or died by now; what it sent may still arrive (J5). What it wrote
  // in between is read anew.
  const auto ended = env.clock.steady();
  PLUMB_TRY(intents, store.open_intents());
  for (const auto& intent : intents) {
    if (!locks.contains(intent.scope)) {
      continue;
    }
    const auto handle = lookup(intent.scope);
    if (handle.provider == nullptr) {
      recovery.in_doubt.emplace_back(intent.scope, no_provider(intent));
      continue;
    }
    PLUMB_TRY(left,
              settle_intent(store,
                            env,
                            handle,
                            intent,
                            run.catalog,
                            ended + handle.traits->settle,
                            progress,
                            stop));
    if (left) {
      recovery.in_doubt.emplace_back(intent.scope, std::move(*left));
    } else {
      recovery.settled += intent.keys.size();
    }
  }
  return recovery;
}

}  // namespace plumb::apply
