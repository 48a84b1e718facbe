// The second half of Work: one batch from its intent to its outcome (engine: txn A, call, txn B,
// txn C).
#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <numeric>

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

void Work::intent_failed(Part& part, const Error& error) {
  const bool ours = error.code != ErrorCode::conflict;
  if (ours) {
    memory_failed(error);
  }
  report_all(part.scope, part.numbers, ours ? Ending::not_reached : Ending::refused, error);
}

/// Txn A of all parts; where one of them stands in its way, each by itself. A part whose intent
/// could not be written is left with seq 0, and reported.
void Work::write_intents(Parts& parts) {
  const auto now = env::rfc3339(env_.clock.now());
  std::vector<state::Intent> intents;
  for (auto& part : parts) {
    const auto& planned = plan_.scopes[part.scope];
    auto& intent = part.intent;
    intent.run = run_.id;
    intent.commit = run_.commit;
    intent.scope = planned.scope;
    intent.begun = now;
    intent.process = run_.self.host + "/" + std::to_string(run_.self.pid);
    intent.keys = intent_keys(planned, part.numbers, plan_, run_.id, run_.commit);
    part.outcome_of.resize(part.numbers.size());
    std::iota(part.outcome_of.begin(), part.outcome_of.end(), std::size_t{0});
    if (const auto whole = whole_removal(planned)) {
      const auto at = std::find(part.numbers.begin(), part.numbers.end(), *whole);
      if (at != part.numbers.end()) {
        auto along = keys_along(planned);
        part.outcome_of.resize(part.numbers.size() + along.size(),
                               static_cast<std::size_t>(at - part.numbers.begin()));
        std::move(along.begin(), along.end(), std::back_inserter(intent.keys));
      }
    }
  }
  const auto begin = [&](std::size_t first, std::size_t count) {
    intents.clear();
    for (std::size_t i = first; i < first + count; ++i) {
      intents.push_back(parts[i].intent);
    }
    auto begun = store_.begin_all(intents, now);
    for (std::size_t i = 0; begun && i < count; ++i) {
      auto& intent = parts[first + i].intent;
      intent.seq = (*begun)[i];
      intent.marker = store_.id() + "-" + std::to_string(intent.seq);
    }
    return begun;
  };
  auto begun = begin(0, parts.size());
  const bool one_by_one = !begun && parts.size() > 1 && begun.error().code == ErrorCode::conflict;
  for (std::size_t i = 0; i < parts.size() && !begun; ++i) {
    const auto alone = one_by_one && !memory_failed_ ? begin(i, 1) : begun;
    if (!alone) {
      intent_failed(parts[i], alone.error());
    }
  }
}

void Work::send(std::span<Part* const> parts) {
  std::deque<SecretRef> secrets;
  std::vector<providers::Order> orders;
  std::vector<std::map<std::uint32_t, std::size_t>> places;
  for (auto* part : parts) {
    auto& order = orders.emplace_back(order_of(plan_.scopes[part->scope], part->numbers, secrets));
    order.marker = part->intent.marker;
    auto& place = places.emplace_back();
    for (std::size_t i = 0; i < part->numbers.size(); ++i) {
      place.emplace(part->numbers[i], i);
    }
    part->outcomes.assign(part->numbers.size(), providers::Unknown{unreported_error()});
  }
  std::mutex reported;
  // A call that has begun is brought to its end, whoever asks us to stop (J9): no stop token goes
  // along.
  lookup_(orders.front().scope)
      .provider->apply_all(
          orders,
          [&](std::size_t order, std::uint32_t number, providers::Outcome outcome) {
            const std::lock_guard lock(reported);
            if (const auto found = places[order].find(number); found != places[order].end()) {
              parts[order]->outcomes[found->second] = std::move(outcome);
            }
          },
          std::stop_token());
  progress_.reached(Milestone::answered);
}

bool Work::close(const state::Intent& intent, const std::vector<state::KeyOutcome>& rows) {
  const auto closed = store_.close(intent.seq, rows, env::rfc3339(env_.clock.now()));
  if (!closed) {
    memory_failed(closed.error());
  }
  return closed.has_value();
}

/// Txn B of all parts.
bool Work::write_outcomes(std::span<Part* const> parts) {
  std::vector<std::vector<state::KeyOutcome>> rows;
  std::vector<state::IntentOutcome> intents;
  std::size_t along = 0;
  rows.reserve(parts.size());
  for (const auto* part : parts) {
    auto& own = rows.emplace_back();
    own.reserve(part->intent.keys.size());
    for (std::size_t k = 0; k < part->intent.keys.size(); ++k) {
      own.push_back(journal_outcome(part->intent.keys[k], part->outcomes[part->outcome_of[k]]));
      along += k >= part->outcomes.size() && own.back().ending == state::Ending::done ? 1U : 0U;
    }
    intents.push_back({part->intent.seq, own});
  }
  if (const auto closed = store_.close_all(intents, env::rfc3339(env_.clock.now())); !closed) {
    memory_failed(closed.error());
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    summary_.kept += along;
  }
  progress_.reached(Milestone::after_outcome);
  return true;
}

/// Brings what was answered with Pending or Unknown to an end as far as can be; the outcomes are
/// then as known.
void Work::settle_rest(const ProviderHandle& handle,
                       Part& part,
                       std::chrono::steady_clock::time_point not_before,
                       const std::stop_token& stop) {
  auto& outcomes = part.outcomes;
  if (std::any_of(outcomes.begin(), outcomes.end(), is_pending)) {
    await_pending(env_, *handle.provider, outcomes, stop);
    auto* const alone = &part;
    if (!write_outcomes({&alone, 1})) {
      return;
    }
    not_before = env_.clock.steady() + handle.traits->settle;
  }
  if (std::none_of(outcomes.begin(), outcomes.end(), in_doubt)) {
    return;
  }
  auto rest = part.intent;
  rest.keys.clear();
  std::vector<std::size_t> decides;
  for (std::size_t k = 0; k < part.intent.keys.size(); ++k) {
    if (in_doubt(outcomes[part.outcome_of[k]])) {
      rest.keys.push_back(part.intent.keys[k]);
      decides.push_back(k);
    }
  }
  const auto found = find_out(env_, handle, rest, run_.catalog, not_before, stop);
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
bool Work::to_be_halved(const Part& part) const {
  const auto& planned = plan_.scopes[part.scope];
  const bool several = std::any_of(part.numbers.begin(), part.numbers.end(), [&](std::uint32_t n) {
    return planned.changes[n].group != planned.changes[part.numbers.front()].group;
  });
  return several && lookup_(planned.scope).traits->atomic &&
         std::all_of(part.outcomes.begin(), part.outcomes.end(), not_valid);
}

/// One bad record must not block the rest of an atomic batch: halves are tried by themselves,
/// groups whole.
void Work::bisect(Part& part, const std::stop_token& stop) {
  const auto& changes = plan_.scopes[part.scope].changes;
  const auto& numbers = part.numbers;
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
  part.done = true;
  for (const auto& own : {Numbers(numbers.begin(), half), Numbers(half, numbers.end())}) {
    Parts one;
    one.push_back({.scope = part.scope, .numbers = own});
    run_call(one, stop);
    part.done = part.done && one.front().done;
  }
}

void Work::report_outcomes(Part& part) {
  part.done = true;
  for (std::size_t i = 0; i < part.numbers.size(); ++i) {
    const auto* error = error_in(part.outcomes[i]);
    const auto ending = ending_of(part.outcomes[i]);
    part.done = part.done && ending == Ending::done;
    Error why;
    if (error != nullptr) {
      why = *error;
    } else if (ending == Ending::skipped) {
      why = skipped_error();
    } else if (ending == Ending::in_doubt) {
      why = {.code = ErrorCode::unavailable, .message = "the provider has not finished it yet"};
    }
    report(part.scope, part.numbers[i], ending, std::move(why));
  }
}

/// One call with the batches of one or several scopes of an account: intents, call, outcomes. All
/// changes are reported; Part::done says of which part all was done.
void Work::run_call(Parts& parts, const std::stop_token& stop) {
  const auto report_each = [&](Ending ending, const Error& error) {
    for (const auto& part : parts) {
      report_all(part.scope, part.numbers, ending, error);
    }
  };
  if (parts.empty()) {
    return;
  }
  if (halted(stop)) {
    report_each(Ending::not_reached,
                {.code = ErrorCode::cancelled, .message = "not begun: the run was stopped"});
    return;
  }
  progress_.reached(Milestone::before_intent);
  write_intents(parts);
  std::vector<Part*> begun;
  for (auto& part : parts) {
    if (part.intent.seq != 0) {
      begun.push_back(&part);
    }
  }
  if (begun.empty()) {
    return;
  }
  progress_.reached(Milestone::after_intent);
  send(begun);
  if (!write_outcomes(begun)) {
    for (const auto* part : begun) {
      report_all(part->scope,
                 part->numbers,
                 Ending::in_doubt,
                 {.message = "done or not, it could not be recorded",
                  .hint = "make the state writable and apply again: it is settled first"});
    }
    return;
  }
  const auto handle = lookup_(plan_.scopes[begun.front()->scope].scope);
  const auto arrived = env_.clock.steady() + handle.traits->settle;
  for (auto* part : begun) {
    if (to_be_halved(*part)) {
      bisect(*part, stop);
    } else {
      settle_rest(handle, *part, arrived, stop);
      report_outcomes(*part);
    }
  }
}

}  // namespace plumb::apply
