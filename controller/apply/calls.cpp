// The second half of Work: one batch from its intent to its outcome (engine: txn A, call, txn B,
// txn C).
#include <algorithm>
#include <map>

#include "controller/apply/batch.h"
#include "controller/apply/outcomes.h"
#include "controller/apply/recovery.h"
#include "controller/apply/work.h"

namespace plumb::apply {
namespace {

bool is_pending(const providers::Outcome& outcome) {
  return std::holds_alternative<providers::Pending>(outcome);
}

bool in_doubt(const providers::Outcome& outcome) {
  return std::holds_alternative<providers::Unknown>(outcome);
}

bool not_valid(const providers::Outcome& outcome) {
  const auto* refused = std::get_if<providers::Refused>(&outcome);
  return refused != nullptr && refused->error.category == ErrorCategory::validation;
}

/// What was found out of a change that nobody answered for.
providers::Outcome as_found(const state::KeyOutcome& found, const providers::Outcome& before) {
  switch (found.ending) {
    case state::Ending::done:
      return providers::Done{found.handle, found.outputs};
    case state::Ending::not_done:
      return providers::Refused{std::get<providers::Unknown>(before).error};
    case state::Ending::pending:
    case state::Ending::in_doubt:
      return before;
  }
  return before;
}

}  // namespace

std::optional<Work::Begun> Work::begin(std::uint32_t scope, const Numbers& numbers) {
  const auto& planned = plan_.scopes[scope];
  Begun begun;
  auto& intent = begun.intent;
  intent.run = run_.id;
  intent.commit = run_.commit;
  intent.scope = planned.scope;
  intent.begun = env::rfc3339(env_.clock.now());
  intent.process = run_.self.host + "/" + std::to_string(run_.self.pid);
  intent.keys = intent_keys(planned, numbers, plan_, run_.id, run_.commit);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    begun.outcome_of.push_back(i);
  }
  if (const auto whole = whole_removal(planned)) {
    const auto at = std::find(numbers.begin(), numbers.end(), *whole);
    if (at != numbers.end()) {
      auto along = keys_along(planned);
      begun.outcome_of.resize(numbers.size() + along.size(),
                              static_cast<std::size_t>(at - numbers.begin()));
      std::move(along.begin(), along.end(), std::back_inserter(intent.keys));
    }
  }
  progress_.reached(Milestone::before_intent);
  const auto seq = store_.begin(intent, intent.begun);
  if (!seq) {
    const bool ours = seq.error().code != ErrorCode::conflict;
    if (ours) {
      memory_failed(seq.error());
    }
    for (const auto number : numbers) {
      report(scope, number, ours ? Ending::not_reached : Ending::refused, seq.error());
    }
    return std::nullopt;
  }
  intent.seq = *seq;
  intent.marker = store_.id() + "-" + std::to_string(*seq);
  progress_.reached(Milestone::after_intent);
  return begun;
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

bool Work::close(const state::Intent& intent, const std::vector<state::KeyOutcome>& rows) {
  const auto closed = store_.close(intent.seq, rows, env::rfc3339(env_.clock.now()));
  if (!closed) {
    memory_failed(closed.error());
  }
  return closed.has_value();
}

bool Work::write_outcomes(const Begun& begun, const std::vector<providers::Outcome>& outcomes) {
  std::vector<state::KeyOutcome> rows;
  rows.reserve(begun.intent.keys.size());
  std::size_t along = 0;
  for (std::size_t k = 0; k < begun.intent.keys.size(); ++k) {
    rows.push_back(journal_outcome(begun.intent.keys[k], outcomes[begun.outcome_of[k]]));
    along += k >= outcomes.size() && rows.back().ending == state::Ending::done ? 1U : 0U;
  }
  if (!close(begun.intent, rows)) {
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    summary_.kept += along;
  }
  progress_.reached(Milestone::after_outcome);
  return true;
}

/// Brings what was answered with Pending or Unknown to an end as far as can be; `outcomes` are then
/// as known.
void Work::settle_rest(const ProviderHandle& handle,
                       Begun begun,
                       std::vector<providers::Outcome>& outcomes,
                       const std::stop_token& stop) {
  if (std::any_of(outcomes.begin(), outcomes.end(), is_pending)) {
    await_pending(env_, *handle.provider, outcomes, stop);
    if (!write_outcomes(begun, outcomes)) {
      return;
    }
  }
  if (std::none_of(outcomes.begin(), outcomes.end(), in_doubt)) {
    return;
  }
  auto rest = begun.intent;
  rest.keys.clear();
  std::vector<std::size_t> decides;
  for (std::size_t k = 0; k < begun.intent.keys.size(); ++k) {
    if (in_doubt(outcomes[begun.outcome_of[k]])) {
      rest.keys.push_back(begun.intent.keys[k]);
      decides.push_back(k);
    }
  }
  const auto found =
      find_out(env_, handle, rest, env_.clock.steady() + handle.traits->settle, stop);
  if (!found) {
    return;  // the next run settles it
  }
  progress_.reached(Milestone::before_settle);
  if (!close(rest, *found)) {
    return;
  }
  progress_.reached(Milestone::after_settle);
  for (std::size_t i = 0; i < decides.size(); ++i) {
    if (decides[i] < outcomes.size()) {
      outcomes[decides[i]] = as_found((*found)[i], outcomes[decides[i]]);
    }
  }
}

/// Whether an atomic batch was refused for something in it, so that a part of it may be fine.
bool Work::to_be_halved(std::uint32_t scope,
                        const Numbers& numbers,
                        const std::vector<providers::Outcome>& outcomes) const {
  const auto& planned = plan_.scopes[scope];
  const bool several = std::any_of(numbers.begin(), numbers.end(), [&](std::uint32_t n) {
    return planned.changes[n].group != planned.changes[numbers.front()].group;
  });
  return several && lookup_(planned.scope).traits->atomic &&
         std::all_of(outcomes.begin(), outcomes.end(), not_valid);
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

bool Work::report_outcomes(std::uint32_t scope,
                           const Numbers& numbers,
                           const std::vector<providers::Outcome>& outcomes) {
  bool all_done = true;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto* error = error_in(outcomes[i]);
    const auto ending = ending_of(outcomes[i]);
    all_done = all_done && ending == Ending::done;
    Error why;
    if (error != nullptr) {
      why = *error;
    } else if (ending == Ending::skipped) {
      why = skipped_error();
    } else if (ending == Ending::in_doubt) {
      why = {.code = ErrorCode::unavailable, .message = "the provider has not finished it yet"};
    }
    report(scope, numbers[i], ending, std::move(why));
  }
  return all_done;
}

bool Work::run_batch(std::uint32_t scope, const Numbers& numbers, const std::stop_token& stop) {
  const auto report_each = [&](Ending ending, const Error& error) {
    for (const auto number : numbers) {
      report(scope, number, ending, error);
    }
    return false;
  };
  if (halted(stop)) {
    return report_each(Ending::not_reached,
                       {.code = ErrorCode::cancelled, .message = "not begun: the run was stopped"});
  }
  auto begun = begin(scope, numbers);
  if (!begun) {
    return false;
  }
  auto outcomes = send(scope, numbers, begun->intent);
  if (!write_outcomes(*begun, outcomes)) {
    return report_each(Ending::in_doubt,
                       {.message = "done or not, it could not be recorded",
                        .hint = "make the state writable and apply again: it is settled first"});
  }
  if (to_be_halved(scope, numbers, outcomes)) {
    return bisect(scope, numbers, stop);
  }
  settle_rest(lookup_(plan_.scopes[scope].scope), std::move(*begun), outcomes, stop);
  return report_outcomes(scope, numbers, outcomes);
}

}  // namespace plumb::apply
