#include "controller/apply/executor.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "controller/apply/batch.h"
#include "controller/apply/walk.h"

namespace plumb::apply {
namespace {

using Numbers = std::vector<std::uint32_t>;

Error skipped_error() {
  return {.code = ErrorCode::unavailable,
          .message = "not tried: something it needs was not done",
          .hint = "mend what failed and apply again"};
}

Error unreported_error() {
  return {.code = ErrorCode::unavailable,
          .message = "the provider said nothing of it",
          .effect = Effect::maybe};
}

const Error* error_in(const providers::Outcome& outcome) {
  if (const auto* refused = std::get_if<providers::Refused>(&outcome)) {
    return &refused->error;
  }
  const auto* unknown = std::get_if<providers::Unknown>(&outcome);
  return unknown == nullptr ? nullptr : &unknown->error;
}

state::KeyOutcome journal_outcome(const state::IntentKey& key, const providers::Outcome& outcome) {
  state::KeyOutcome row{.kind = key.kind, .key = key.key};
  if (const auto* done = std::get_if<providers::Done>(&outcome)) {
    row.ending = state::Ending::done;
    row.handle = done->handle;
    row.outputs = done->outputs;
  } else if (const auto* pending = std::get_if<providers::Pending>(&outcome)) {
    row.ending = state::Ending::pending;
    row.token = pending->token;
  } else if (std::holds_alternative<providers::Unknown>(outcome)) {
    row.ending = state::Ending::in_doubt;
  } else {
    row.ending = state::Ending::not_done;
  }
  if (const auto* error = error_in(outcome)) {
    row.error = error->message;
  }
  return row;
}

Ending ending_of(const providers::Outcome& outcome) {
  if (std::holds_alternative<providers::Done>(outcome)) {
    return Ending::done;
  }
  if (std::holds_alternative<providers::Refused>(outcome)) {
    return Ending::refused;
  }
  return std::holds_alternative<providers::NotSent>(outcome) ? Ending::skipped : Ending::in_doubt;
}

/// One apply of one plan: what its workers share.
class Work {
 public:
  Work(state::Store& store,
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
        scopes_(plan.scopes.size()) {}

  Summary all(std::stop_token stop);

 private:
  struct ScopeState {
    std::once_flag prepared;
    std::optional<state::ScopeLock> lock;
    std::optional<Error> trouble;
  };

  void worker(const std::stop_token& stop);
  bool prepare(std::uint32_t scope);
  void keep_books(std::uint32_t scope);
  bool run_batch(std::uint32_t scope, const Numbers& numbers, std::stop_token stop);
  std::vector<providers::Outcome> send(std::uint32_t scope,
                                       const Numbers& numbers,
                                       const state::Intent& intent);
  std::optional<state::Intent> begin(std::uint32_t scope, const Numbers& numbers);
  bool write_outcomes(const state::Intent& intent, const std::vector<providers::Outcome>& outcomes);
  std::vector<providers::Outcome> settle_rest(std::uint32_t scope,
                                              state::Intent intent,
                                              std::vector<providers::Outcome> outcomes,
                                              const std::stop_token& stop);
  void await_pending(const ProviderHandle& handle,
                     std::vector<providers::Outcome>& outcomes,
                     const std::stop_token& stop);
  bool bisect(std::uint32_t scope, const Numbers& numbers, const std::stop_token& stop);
  void report(std::uint32_t scope, std::uint32_t change, Ending ending, Error error);
  void report_all(std::uint32_t batch, Ending ending, const Error& error);
  void memory_failed(const Error& error);

  state::Store& store_;
  env::Env env_;
  const Run& run_;
  const plan::Plan& plan_;
  const ProviderLookup& lookup_;
  const Executor::Fresh& fresh_;
  Progress& progress_;
  Walk walk_;
  std::vector<ScopeState> scopes_;
  std::mutex mutex_;  // guards summary_
  Summary summary_;
};

void Work::report(std::uint32_t scope, std::uint32_t change, Ending ending, Error error) {
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
  walk_.stop();
  const std::lock_guard lock(mutex_);
  if (!summary_.memory_failed) {
    summary_.memory_failed = error;
  }
}

/// Locks the scope, checks that it has not moved, and writes what is only memory; once per scope.
bool Work::prepare(std::uint32_t scope) {
  auto& state = scopes_[scope];
  std::call_once(state.prepared, [&] {
    progress_.scope_begun(scope);
    auto self = run_.self;
    self.since = env::rfc3339(env_.clock.now());
    auto lock = state::ScopeLock::take(run_.lock_directory, plan_.scopes[scope].scope, self);
    if (!lock) {
      state.trouble = lock.error();
    } else {
      state.lock = std::move(*lock);
      if (auto fresh = fresh_(scope); !fresh) {
        state.trouble = fresh.error();
      } else {
        keep_books(scope);
      }
    }
    if (state.trouble) {
      const std::lock_guard guard(mutex_);
      summary_.troubles.push_back({scope, *state.trouble});
    }
  });
  return !state.trouble;
}

void Work::keep_books(std::uint32_t scope) {
  const auto rows = bookkeeping(plan_.scopes[scope], run_.commit);
  if (rows.empty()) {
    return;
  }
  const auto kept = store_.keep(
      plan_.scopes[scope].scope, rows, run_.id, run_.commit, env::rfc3339(env_.clock.now()));
  if (!kept) {
    memory_failed(kept.error());
    scopes_[scope].trouble = kept.error();
    return;
  }
  const std::lock_guard lock(mutex_);
  summary_.kept += rows.size();
}

std::optional<state::Intent> Work::begin(std::uint32_t scope, const Numbers& numbers) {
  state::Intent intent;
  intent.run = run_.id;
  intent.commit = run_.commit;
  intent.scope = plan_.scopes[scope].scope;
  intent.begun = env::rfc3339(env_.clock.now());
  intent.process = run_.self.host + "/" + std::to_string(run_.self.pid);
  intent.keys = intent_keys(plan_.scopes[scope], numbers, plan_, run_.commit);
  progress_.reached(Milestone::before_intent);
  const auto seq = store_.begin(intent, intent.begun);
  if (!seq) {
    const bool ours = seq.error().code != ErrorCode::conflict;
    for (const auto number : numbers) {
      report(scope, number, ours ? Ending::not_reached : Ending::refused, seq.error());
    }
    if (ours) {
      memory_failed(seq.error());
    }
    return std::nullopt;
  }
  intent.seq = *seq;
  intent.marker = store_.id() + "-" + std::to_string(*seq);
  progress_.reached(Milestone::after_intent);
  return intent;
}

std::vector<providers::Outcome> Work::send(std::uint32_t scope,
                                           const Numbers& numbers,
                                           const state::Intent& intent) {
  auto order = order_of(plan_.scopes[scope], numbers);
  order.marker = intent.marker;
  std::map<std::uint32_t, std::size_t> place;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    place.emplace(numbers[i], i);
  }
  std::vector<providers::Outcome> outcomes(numbers.size(), providers::Unknown{unreported_error()});
  std::mutex reported;
  // A call that has begun is brought to its end, whoever asks us to stop (J9): no stop token goes
  // along.
  lookup_(order.scope)
      .provider->apply(
          order,
          [&](std::uint32_t number, providers::Outcome outcome) {
            const std::lock_guard lock(reported);
            if (const auto found = place.find(number); found != place.end()) {
              outcomes[found->second] = std::move(outcome);
            }
          },
          std::stop_token());
  progress_.reached(Milestone::answered);
  return outcomes;
}

bool Work::write_outcomes(const state::Intent& intent,
                          const std::vector<providers::Outcome>& outcomes) {
  std::vector<state::KeyOutcome> rows;
  rows.reserve(outcomes.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    rows.push_back(journal_outcome(intent.keys[i], outcomes[i]));
  }
  const auto closed = store_.close(intent.seq, rows, env::rfc3339(env_.clock.now()));
  if (!closed) {
    memory_failed(closed.error());
    return false;
  }
  progress_.reached(Milestone::after_outcome);
  return true;
}

void Work::await_pending(const ProviderHandle& handle,
                         std::vector<providers::Outcome>& outcomes,
                         const std::stop_token& stop) {
  constexpr std::chrono::minutes kPatience{20};
  const auto deadline = env_.clock.steady() + kPatience;
  for (auto& outcome : outcomes) {
    while (std::holds_alternative<providers::Pending>(outcome)) {
      const auto pending = std::get<providers::Pending>(outcome);
      const auto when = env_.clock.steady() + pending.poll_after;
      if (when > deadline || !env_.clock.wait_until(when, stop)) {
        break;
      }
      outcome = handle.provider->resume(pending, stop);
    }
  }
}

/// Brings what was answered with Pending or Unknown to an end as far as can be; the outcomes as
/// known now.
std::vector<providers::Outcome> Work::settle_rest(std::uint32_t scope,
                                                  state::Intent intent,
                                                  std::vector<providers::Outcome> outcomes,
                                                  const std::stop_token& stop) {
  const auto handle = lookup_(plan_.scopes[scope].scope);
  const auto is_pending = [](const auto& o) {
    return std::holds_alternative<providers::Pending>(o);
  };
  if (std::any_of(outcomes.begin(), outcomes.end(), is_pending)) {
    await_pending(handle, outcomes, stop);
    if (!write_outcomes(intent, outcomes)) {
      return outcomes;
    }
  }
  const auto in_doubt = [](const auto& o) { return std::holds_alternative<providers::Unknown>(o); };
  if (std::none_of(outcomes.begin(), outcomes.end(), in_doubt)) {
    return outcomes;
  }
  const auto whole = std::move(intent.keys);
  intent.keys.clear();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (in_doubt(outcomes[i])) {
      intent.keys.push_back(whole[i]);
    }
  }
  intent.begun = env::rfc3339(env_.clock.now());
  const auto decided = settle_intent(store_, env_, handle, intent, progress_, stop);
  if (!decided || decided->empty()) {
    return outcomes;
  }
  std::size_t next = 0;
  for (auto& outcome : outcomes) {
    if (!in_doubt(outcome)) {
      continue;
    }
    const auto& row = (*decided)[next++];
    if (row.ending == state::Ending::done) {
      outcome = providers::Done{row.handle, row.outputs};
    } else {
      outcome = providers::Refused{std::get<providers::Unknown>(outcome).error};
    }
  }
  return outcomes;
}

/// One bad record must not block the rest of an atomic batch: halves are tried by themselves,
/// groups whole.
bool Work::bisect(std::uint32_t scope, const Numbers& numbers, const std::stop_token& stop) {
  const auto& changes = plan_.scopes[scope].changes;
  auto middle = numbers.size() / 2;
  while (middle < numbers.size() &&
         changes[numbers[middle]].group == changes[numbers[middle - 1]].group) {
    ++middle;
  }
  if (middle == numbers.size()) {
    middle = numbers.size() / 2;
    while (middle > 0 && changes[numbers[middle]].group == changes[numbers[middle - 1]].group) {
      --middle;
    }
  }
  const auto half = numbers.begin() + static_cast<std::ptrdiff_t>(middle);
  const bool first = run_batch(scope, Numbers(numbers.begin(), half), stop);
  const bool second = run_batch(scope, Numbers(half, numbers.end()), stop);
  return first && second;
}

bool Work::run_batch(std::uint32_t scope, const Numbers& numbers, std::stop_token stop) {
  auto intent = begin(scope, numbers);
  if (!intent) {
    return false;
  }
  auto outcomes = send(scope, numbers, *intent);
  if (!write_outcomes(*intent, outcomes)) {
    for (const auto number : numbers) {
      report(scope,
             number,
             Ending::in_doubt,
             Error{.message = "done or not, it could not be recorded"});
    }
    return false;
  }
  const auto handle = lookup_(plan_.scopes[scope].scope);
  const auto rejected = [](const providers::Outcome& outcome) {
    const auto* refused = std::get_if<providers::Refused>(&outcome);
    return refused != nullptr && refused->error.category == ErrorCategory::validation;
  };
  const auto& changes = plan_.scopes[scope].changes;
  const bool several = std::any_of(numbers.begin(), numbers.end(), [&](std::uint32_t n) {
    return changes[n].group != changes[numbers.front()].group;
  });
  if (handle.traits->atomic && several && std::all_of(outcomes.begin(), outcomes.end(), rejected)) {
    return bisect(scope, numbers, stop);
  }
  outcomes = settle_rest(scope, std::move(*intent), std::move(outcomes), stop);
  bool all_done = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto* error = error_in(outcomes[i]);
    const auto ending = ending_of(outcomes[i]);
    all_done = all_done && ending == Ending::done;
    report(scope,
           numbers[i],
           ending,
           error != nullptr            ? *error
           : ending == Ending::skipped ? skipped_error()
                                       : Error{});
  }
  return all_done;
}

void Work::worker(const std::stop_token& stop) {
  while (const auto batch = walk_.next()) {
    const auto& work = plan_.batches[*batch];
    bool done = false;
    if (!prepare(work.scope)) {
      report_all(*batch, Ending::refused, *scopes_[work.scope].trouble);
    } else if (lookup_(plan_.scopes[work.scope].scope).provider == nullptr) {
      report_all(*batch,
                 Ending::refused,
                 {.code = ErrorCode::unavailable, .message = "its provider is not at hand"});
    } else {
      done = run_batch(work.scope, work.changes, stop);
    }
    for (const auto skipped : walk_.ended(*batch, done)) {
      report_all(skipped, Ending::skipped, skipped_error());
    }
    if (stop.stop_requested()) {
      walk_.stop();
    }
  }
}

Summary Work::all(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [&] { walk_.stop(); });
  {
    std::vector<std::jthread> workers;
    const auto wanted = std::min<std::size_t>(run_.workers, plan_.batches.size());
    for (std::size_t i = 1; i < wanted; ++i) {
      workers.emplace_back([&] { worker(stop); });
    }
    worker(stop);
  }
  for (std::uint32_t scope = 0; scope < plan_.scopes.size() && !stop.stop_requested(); ++scope) {
    if (!plan_.scopes[scope].changes.empty() && !summary_.memory_failed) {
      prepare(scope);
    }
  }
  for (const auto batch : walk_.untouched()) {
    report_all(batch,
               Ending::not_reached,
               {.code = ErrorCode::cancelled, .message = "not begun: the run was stopped"});
  }
  for (std::uint32_t scope = 0; scope < plan_.scopes.size(); ++scope) {
    progress_.scope_ended(scope);
  }
  summary_.stopped = stop.stop_requested();
  return std::move(summary_);
}

}  // namespace

std::size_t Summary::count(Ending ending) const {
  return static_cast<std::size_t>(std::count_if(
      results.begin(), results.end(), [&](const auto& r) { return r.ending == ending; }));
}

bool Summary::all_done() const {
  return troubles.empty() && !stopped && !memory_failed && count(Ending::done) == results.size();
}

Executor::Executor(state::Store& store, env::Env env, Run run)
    : store_(store), env_(env), run_(std::move(run)) {}

Summary Executor::apply(const plan::Plan& plan,
                        const ProviderLookup& lookup,
                        const Fresh& fresh,
                        Progress& progress,
                        std::stop_token stop) {
  if (plan.run_refused) {
    return {};
  }
  return Work(store_, env_, run_, plan, lookup, fresh, progress).all(std::move(stop));
}

}  // namespace plumb::apply
