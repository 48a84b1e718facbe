#include "controller/plan/plan.h"

#include <algorithm>

namespace plumb::plan {
namespace {

const Entry* row_of(const Table& table, std::uint32_t row) {
  return row < table.size() ? &table[row] : nullptr;
}

/// The table and the entry that name a change's resource.
struct Named {
  const Table* table = nullptr;
  const Entry* entry = nullptr;
};

Named named(const ScopePlan& scope, const Change& change) {
  if (change.after != kNone) {
    const bool merged = (change.after & kMerged) != 0;
    const auto& table = merged ? scope.merged : scope.desired->table;
    return {&table, row_of(table, change.after & ~kMerged)};
  }
  if (change.before != kNone) {
    return {&scope.observed->table, row_of(scope.observed->table, change.before)};
  }
  if (change.claim != kNone) {
    return {&scope.claimed->table, row_of(scope.claimed->table, change.claim)};
  }
  return {};
}

}  // namespace

bool goes(const Change& change) {
  const bool held = change.guard != Guard::none && change.consented == 0;
  if (held || change.reason == Reason::awaits) {
    return false;
  }
  switch (change.verb) {
    case Verb::create:
    case Verb::update:
    case Verb::replace:
    case Verb::rename:
    case Verb::remove:
      return true;
    case Verb::adopt:
    case Verb::refresh:
    case Verb::forget:
    case Verb::hold:
    case Verb::conflict:
      return false;
  }
  return false;
}

bool takes_away(const Change& change) {
  return change.verb == Verb::remove ||
         (change.verb == Verb::update &&
          (change.reason == Reason::undeclared || change.reason == Reason::moved));
}

std::string_view ScopePlan::before(const Change& change) const {
  if (change.before == kNone || !observed) {
    return {};
  }
  return observed->table.body(observed->table[change.before]);
}

std::string_view ScopePlan::after(const Change& change) const {
  if (change.after == kNone) {
    return {};
  }
  const auto& table = (change.after & kMerged) != 0 ? merged : desired->table;
  return table.body(table[change.after & ~kMerged]);
}

std::string_view ScopePlan::key(const Change& change) const {
  const auto found = named(*this, change);
  return found.entry == nullptr ? std::string_view() : found.table->key(*found.entry);
}

KindId ScopePlan::kind(const Change& change) const {
  const auto found = named(*this, change);
  return found.entry == nullptr ? KindId{} : found.entry->kind;
}

Place ScopePlan::place(const Change& change) const {
  const auto row = desired_row(change);
  return row != kNone && row < desired->places.size() ? desired->places[row] : Place{};
}

std::uint32_t ScopePlan::desired_row(const Change& change) const {
  if (change.after == kNone || !desired) {
    return kNone;
  }
  if ((change.after & kMerged) == 0) {
    return change.after;
  }
  const auto& entry = merged[change.after & ~kMerged];
  return desired->table.find(entry.kind, merged.key(entry)).value_or(kNone);
}

std::optional<ClaimAfter> ScopePlan::claim_after(const Change& change) const {
  const auto row = desired_row(change);
  if (row == kNone || change.verb == Verb::remove || change.verb == Verb::forget) {
    return std::nullopt;
  }
  const auto& entry = desired->table[row];
  if ((entry.flags & has_references) == 0) {
    return ClaimAfter{desired->table.body(entry), change.made};
  }
  if (const auto found = resolved.find(entry.kind, desired->table.key(entry))) {
    return ClaimAfter{resolved.body(resolved[*found]), change.made};
  }
  return ClaimAfter{after(change), change.made};
}

std::size_t Plan::change_count() const {
  std::size_t count = 0;
  for (const auto& scope : scopes) {
    count += static_cast<std::size_t>(
        std::count_if(scope.changes.begin(), scope.changes.end(), [](const Change& change) {
          return !change.state_only_silent;
        }));
  }
  return count;
}

bool Plan::rebinds() const {
  return std::any_of(rebindings.begin(), rebindings.end(), [](const Rebinding& rebinding) {
    return rebinding.consented != 0;
  });
}

bool Plan::empty() const {
  return !run_refused && refusals.empty() && !rebinds() && change_count() == 0 &&
         std::all_of(scopes.begin(), scopes.end(), [](const ScopePlan& scope) {
           return scope.state == ScopeState::planned || scope.state == ScopeState::paused ||
                  scope.state == ScopeState::retired;
         });
}

}  // namespace plumb::plan
