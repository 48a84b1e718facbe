#include "controller/apply/work.h"

#include <algorithm>
#include <set>
#include <thread>

#include "controller/apply/batch.h"
#include "controller/apply/outcomes.h"

namespace plumb::apply {
namespace {

Error stopped_error() {
  return {.code = ErrorCode::cancelled, .message = "not begun: the run was stopped"};
}

}  // namespace

Work::Work(state::Store& store,
           env::Env env,
           const Run& run,
           const plan::Plan& plan,
           const ProviderLookup& lookup,
           const Executor::Fresh& fresh,
           Progress& progress)
    : store_(store),
      env_(env),
      run_(run),
      plan_(plan),
      lookup_(lookup),
      fresh_(fresh),
      progress_(progress),
      walk_(plan),
      scopes_(plan.scopes.size()) {
  for (const auto& batch : plan.batches) {
    ++scopes_[batch.scope].batches_left;
  }
}

void Work::report(std::uint32_t scope, std::uint32_t change, Ending ending, Error error) {
  if (ending == Ending::done) {
    scopes_[scope].touched = true;
  }
  ChangeResult result{scope, change, ending, std::move(error)};
  progress_.changed(result);
  const std::lock_guard lock(mutex_);
  summary_.results.push_back(std::move(result));
}

void Work::report_all(std::uint32_t batch, Ending ending, const Error& error) {
  for (const auto number : plan_.batches[batch].changes) {
    report(plan_.batches[batch].scope, number, ending, error);
  }
}

void Work::memory_failed(const Error& error) {
  memory_failed_ = true;
  walk_.stop();
  const std::lock_guard lock(mutex_);
  if (!summary_.memory_failed) {
    summary_.memory_failed = error;
  }
}

/// No intent is begun any more (J8, J9).
bool Work::halted(const std::stop_token& stop) const {
  return stop.stop_requested() || memory_failed_;
}

/// Locks the scope, checks that it has not moved, and writes what is only memory; once per scope.
bool Work::prepare(std::uint32_t scope) {
  auto& state = scopes_[scope];
  std::call_once(state.prepared, [&] {
    progress_.scope_begun(scope);
    lock_and_check(scope);
    if (!state.trouble) {
      keep_books(scope);
    }
    if (state.trouble) {
      const std::lock_guard guard(mutex_);
      summary_.troubles.push_back({scope, *state.trouble});
    }
  });
  return !state.trouble;
}

void Work::lock_and_check(std::uint32_t scope) {
  auto& state = scopes_[scope];
  auto self = run_.self;
  self.since = env::rfc3339(env_.clock.now());
  auto lock = state::ScopeLock::take(run_.lock_directory, plan_.scopes[scope].scope, self);
  if (!lock) {
    state.trouble = std::move(lock).error();
    return;
  }
  state.lock = std::move(*lock);
  if (auto fresh = fresh_(scope); !fresh) {
    state.trouble = std::move(fresh).error();
  }
}

void Work::keep_books(std::uint32_t scope) {
  const auto rows = bookkeeping(plan_.scopes[scope], run_.commit);
  if (rows.empty()) {
    return;
  }
  const auto kept = store_.keep(
      plan_.scopes[scope].scope, rows, run_.id, run_.commit, env::rfc3339(env_.clock.now()));
  if (!kept) {
    scopes_[scope].trouble = kept.error();
    if (kept.error().code != ErrorCode::conflict) {  // conflict: a key of it is in doubt (J6)
      memory_failed(kept.error());
    }
    return;
  }
  scopes_[scope].touched = true;
  const std::lock_guard lock(mutex_);
  summary_.kept += rows.size();
}

void Work::batch_ended(std::uint32_t scope) {
  if (--scopes_[scope].batches_left == 0) {
    end_scope(scope);
  }
}

/// Nothing of the scope is left to be tried. Its lock goes now: a run over many scopes must not
/// hold a descriptor for each until it ends.
void Work::end_scope(std::uint32_t scope) {
  auto& state = scopes_[scope];
  const auto& planned = plan_.scopes[scope];
  if (state.touched) {
    use_consents(planned.consents_used,
                 planned.domain.empty() ? planned.scope.account : planned.domain);
  }
  state.lock.reset();
  progress_.scope_ended(scope);
}

void Work::use_consents(const std::vector<std::uint32_t>& numbers, const std::string& detail) {
  for (const auto number : std::set<std::uint32_t>(numbers.begin(), numbers.end())) {
    const auto used = store_.use_consent(consent_id(plan_.consents[number], run_.id),
                                         detail + " in run " + run_.id,
                                         env::rfc3339(env_.clock.now()));
    if (!used) {
      memory_failed(used.error());
      return;
    }
  }
}

void Work::worker(const std::stop_token& stop) {
  while (const auto batch = walk_.next()) {
    const auto& work = plan_.batches[*batch];
    bool done = false;
    if (stop.stop_requested()) {
      report_all(*batch, Ending::not_reached, stopped_error());
    } else if (!prepare(work.scope)) {
      report_all(*batch, Ending::refused, *scopes_[work.scope].trouble);
    } else if (lookup_(plan_.scopes[work.scope].scope).provider == nullptr) {
      report_all(*batch,
                 Ending::refused,
                 {.code = ErrorCode::unavailable, .message = "its provider is not at hand"});
    } else {
      done = run_batch(work.scope, work.changes, stop);
    }
    const auto skipped = walk_.ended(*batch, done);
    for (const auto other : skipped) {
      report_all(other, Ending::skipped, skipped_error());
      batch_ended(plan_.batches[other].scope);
    }
    batch_ended(work.scope);
  }
}

Summary Work::all(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [&] { walk_.stop(); });
  {
    std::vector<std::jthread> workers;
    const auto wanted = std::min<std::size_t>(run_.workers, plan_.batches.size());
    for (std::size_t i = 1; i < wanted; ++i) {
      workers.emplace_back([&] { worker(stop); });
    }
    worker(stop);
  }
  for (const auto batch : walk_.untouched()) {
    report_all(batch, Ending::not_reached, stopped_error());
    batch_ended(plan_.batches[batch].scope);
  }
  std::set<std::uint32_t> with_batches;
  for (const auto& batch : plan_.batches) {
    with_batches.insert(batch.scope);
  }
  for (std::uint32_t scope = 0; scope < plan_.scopes.size(); ++scope) {
    if (with_batches.contains(scope)) {
      continue;
    }
    if (!halted(stop) && !bookkeeping(plan_.scopes[scope], run_.commit).empty()) {
      prepare(scope);
    }
    end_scope(scope);
  }
  const bool any = std::any_of(
      scopes_.begin(), scopes_.end(), [](const ScopeState& state) { return state.touched.load(); });
  if (any) {
    use_consents(plan_.consents_used, "Project");
  }
  // A stop that came when all was done has stopped nothing.
  summary_.stopped = stop.stop_requested() && summary_.count(Ending::not_reached) != 0;
  return std::move(summary_);
}

}  // namespace plumb::apply
