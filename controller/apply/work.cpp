#include "controller/apply/work.h"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "controller/apply/batch.h"
#include "controller/apply/outcomes.h"
#include "controller/env/parallel.h"

namespace plumb::apply {
namespace {

Error stopped_error() {
  return {.code = ErrorCode::cancelled, .message = "not begun: the run was stopped"};
}

CallLimits limits_of(const ProviderHandle& handle) {
  return handle.traits == nullptr ? CallLimits() : handle.traits->limits;
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
      walk_(plan, [&](const Scope& scope) { return limits_of(lookup(scope)); }),
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

void Work::report_all(std::uint32_t scope,
                      const Numbers& numbers,
                      Ending ending,
                      const Error& error) {
  for (const auto number : numbers) {
    report(scope, number, ending, error);
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

/// Locks those scopes that nobody has come to yet, checks that they have not moved, and writes what
/// is only memory.
void Work::prepare(std::span<const std::uint32_t> scopes) {
  Numbers fresh;
  for (const auto scope : scopes) {
    if (!std::exchange(scopes_[scope].prepared, true)) {
      progress_.scope_begun(scope);
      fresh.push_back(scope);
    }
  }
  lock_all(fresh);
  const auto drop_troubled = [&](Numbers& numbers) {
    std::erase_if(numbers, [&](std::uint32_t scope) { return scopes_[scope].trouble.has_value(); });
  };
  auto sound = fresh;
  drop_troubled(sound);
  if (!sound.empty()) {
    std::mutex refused;
    fresh_(sound, [&](std::uint32_t scope, Error why) {
      const std::lock_guard lock(refused);
      scopes_[scope].trouble = std::move(why);
    });
    drop_troubled(sound);
    for (const auto scope : sound) {
      progress_.scope_writes(scope);
    }
    keep_books(sound);
  }
  const std::lock_guard lock(mutex_);
  for (const auto scope : fresh) {
    if (scopes_[scope].trouble) {
      summary_.troubles.push_back(*scopes_[scope].trouble);
    }
  }
}

void Work::lock_all(std::span<const std::uint32_t> scopes) {
  auto self = run_.self;
  self.since = env::rfc3339(env_.clock.now());
  for (const auto scope : scopes) {
    auto& state = scopes_[scope];
    if (!lock_file_) {
      state.trouble = lock_file_.error();
      continue;
    }
    auto lock = state::ScopeLock::take(*lock_file_, plan_.scopes[scope].scope, self);
    if (lock) {
      state.lock = std::move(*lock);
    } else {
      state.trouble = std::move(lock).error();
    }
  }
}

/// Writes the bookkeeping of all scopes in one transaction; where one of them stands in its way,
/// each by itself.
void Work::keep_books(std::span<const std::uint32_t> scopes) {
  std::vector<std::vector<state::Bookkeeping>> rows(scopes.size());
  env::for_each_parallel(rows.size(), std::thread::hardware_concurrency(), [&](std::size_t i) {
    rows[i] = bookkeeping(plan_.scopes[scopes[i]], run_.commit);
  });
  Numbers with_rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].empty()) {
      with_rows.push_back(scopes[i]);
    }
  }
  std::erase_if(rows, [](const auto& own) { return own.empty(); });
  std::vector<state::ScopeBooks> books;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    books.push_back({plan_.scopes[with_rows[i]].scope, rows[i]});
  }
  const auto now = env::rfc3339(env_.clock.now());
  const auto noted = [&](std::size_t first, std::size_t count) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = first; i < first + count; ++i) {
      scopes_[with_rows[i]].touched = true;
      summary_.kept += rows[i].size();
    }
  };
  const auto keep = [&](std::size_t first, std::size_t count) {
    auto kept = store_.keep_all(std::span(books).subspan(first, count), run_.id, run_.commit, now);
    if (kept) {
      noted(first, count);
    } else if (kept.error().code != ErrorCode::conflict) {  // conflict: a key is in doubt (J6)
      memory_failed(kept.error());
    }
    return kept;
  };
  if (books.empty()) {
    return;
  }
  auto kept = keep(0, books.size());
  for (std::size_t i = 0; i < books.size() && !kept; ++i) {
    auto alone = memory_failed_ ? kept : keep(i, 1);
    if (!alone) {
      scopes_[with_rows[i]].trouble = std::move(alone).error();
    }
  }
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

/// Runs batches in one call; which of them were done whole.
std::vector<bool> Work::run(const Walk::Company& company, const std::stop_token& stop) {
  Numbers scopes;
  for (const auto batch : company) {
    scopes.push_back(plan_.batches[batch].scope);
  }
  if (stop.stop_requested()) {
    for (const auto batch : company) {
      report_all(plan_.batches[batch].scope,
                 plan_.batches[batch].changes,
                 Ending::not_reached,
                 stopped_error());
    }
    return std::vector<bool>(company.size(), false);
  }
  prepare(scopes);
  Parts parts;
  std::vector<std::size_t> part_of;
  for (const auto batch : company) {
    const auto& [scope, changes, after] = plan_.batches[batch];
    part_of.push_back(parts.size());
    if (scopes_[scope].trouble) {
      report_all(scope, changes, Ending::refused, *scopes_[scope].trouble);
    } else if (lookup_(plan_.scopes[scope].scope).provider == nullptr) {
      report_all(scope,
                 changes,
                 Ending::refused,
                 {.code = ErrorCode::unavailable, .message = "its provider is not at hand"});
    } else {
      parts.push_back({.scope = scope, .numbers = changes});
      continue;
    }
    part_of.back() = company.size();
  }
  run_call(parts, stop);
  std::vector<bool> done;
  for (const auto part : part_of) {
    done.push_back(part < parts.size() && parts[part].done);
  }
  return done;
}

void Work::worker(const std::stop_token& stop) {
  for (;;) {
    const auto company = walk_.next();
    if (company.empty()) {
      return;
    }
    const auto done = run(company, stop);
    walk_.call_ended(company);
    for (std::size_t i = 0; i < company.size(); ++i) {
      for (const auto other : walk_.ended(company[i], done[i])) {
        const auto& skipped = plan_.batches[other];
        report_all(skipped.scope, skipped.changes, Ending::skipped, skipped_error());
        batch_ended(skipped.scope);
      }
      batch_ended(plan_.batches[company[i]].scope);
    }
  }
}

/// Scopes where nothing is to be sent: many of them at once.
void Work::only_books(const std::stop_token& stop) {
  constexpr std::size_t kAtOnce = 1000;  // what a transaction and its locks cost stays small
  std::set<std::uint32_t> with_batches;
  for (const auto& batch : plan_.batches) {
    with_batches.insert(batch.scope);
  }
  Numbers together;
  const auto write = [&] {
    if (!halted(stop)) {
      prepare(together);
    }
    for (const auto scope : together) {
      end_scope(scope);
    }
    together.clear();
  };
  for (std::uint32_t scope = 0; scope < plan_.scopes.size(); ++scope) {
    if (with_batches.contains(scope)) {
      continue;
    }
    if (!has_bookkeeping(plan_.scopes[scope])) {
      end_scope(scope);
      continue;
    }
    together.push_back(scope);
    if (together.size() == kAtOnce) {
      write();
    }
  }
  write();
}

Summary Work::all(const std::stop_token& stop) {
  const std::stop_callback on_stop(stop, [&] { walk_.stop(); });
  lock_file_ = state::LockFile::open(run_.lock_directory);
  {
    std::vector<std::jthread> workers;
    const auto wanted = std::min<std::size_t>(run_.workers, plan_.batches.size());
    for (std::size_t i = 1; i < wanted; ++i) {
      workers.emplace_back([&] { worker(stop); });
    }
    worker(stop);
  }
  for (const auto number : walk_.untouched()) {
    const auto& batch = plan_.batches[number];
    report_all(batch.scope, batch.changes, Ending::not_reached, stopped_error());
    batch_ended(batch.scope);
  }
  only_books(stop);
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
