#include <algorithm>

#include "controller/describe/plan_lines.h"
#include "controller/describe/plan_text.h"

namespace plumb::describe {
namespace {

using plan::Change;
using plan::Verb;

void add_change(Totals& totals, const Change& change) {
  if (is_drift(change)) {
    ++totals.drifted;
  }
  if (change.guard != Guard::none && change.consented == 0) {
    ++(change.guard == Guard::overwrite ? totals.conflicts : totals.refused);
    return;
  }
  if (change.reason == plan::Reason::awaits) {
    ++totals.awaiting;
  }
  if (is_heal(change)) {
    ++totals.heal;
    return;
  }
  switch (change.verb) {
    case Verb::create:
      ++totals.create;
      break;
    case Verb::update:
      ++totals.update;
      break;
    case Verb::replace:
      ++totals.replace;
      break;
    case Verb::rename:
      ++totals.rename;
      break;
    case Verb::remove:
      ++totals.remove;
      break;
    case Verb::adopt:
      ++totals.adopt;
      break;
    case Verb::refresh:
      ++totals.refresh;
      break;
    case Verb::forget:
      ++totals.forget;
      break;
    case Verb::hold:
      ++totals.held;
      break;
    case Verb::conflict:
      ++totals.conflicts;
      break;
  }
}

/// Rows that are not managed for now, in a scope that is.
std::size_t paused_rows(const plan::ScopePlan& scope) {
  if (!scope.desired || scope.state != plan::ScopeState::planned) {
    return 0;
  }
  const auto& desired = *scope.desired;
  return static_cast<std::size_t>(
      std::count_if(desired.policy.begin(), desired.policy.end(), [&](std::uint16_t number) {
        return desired.policies[number].paused;
      }));
}

void add_scope(Totals& totals, const plan::ScopePlan& scope) {
  totals.unread += scope.state == plan::ScopeState::unread ? 1 : 0;
  totals.suspect += scope.state == plan::ScopeState::suspect ? 1 : 0;
  totals.retired += scope.state == plan::ScopeState::retired ? 1 : 0;
  totals.in_doubt += scope.state == plan::ScopeState::in_doubt ? 1 : 0;
  totals.whole_refused += scope.state == plan::ScopeState::refused ? 1 : 0;
  totals.unmanaged += scope.counts.unmanaged;
  totals.paused += paused_rows(scope);
}

}  // namespace

Totals totals(const plan::Plan& plan) {
  Totals totals;
  for (const auto& scope : plan.scopes) {
    add_scope(totals, scope);
    for (const auto& change : scope.changes) {
      if (!change.state_only_silent) {
        add_change(totals, change);
      }
    }
  }
  return totals;
}

std::size_t not_compared(const Totals& totals) {
  return totals.unread + totals.suspect + totals.in_doubt + totals.whole_refused;
}

std::string totals_line(const plan::Plan& plan) {
  const auto t = totals(plan);
  std::string changes;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count != 0) {
      changes += (changes.empty() ? "" : ", ") + thousands(count) + " " + std::string(what);
    }
  };
  add(t.create, "to create");
  add(t.update, "to change");
  add(t.rename, "to rename");
  add(t.heal, "to heal");
  add(t.replace, "to replace");
  add(t.remove, "to delete");
  add(t.adopt, "to adopt");
  add(t.refresh, "to note");
  add(t.forget, "to forget");
  std::string rest;
  const auto beside = [&](std::size_t count, std::string_view what) {
    if (count != 0) {
      rest += " · " + thousands(count) + " " + std::string(what);
    }
  };
  beside(t.conflicts, t.conflicts == 1 ? "conflict" : "conflicts");
  beside(t.refused, "refused until consented");
  beside(t.held, "held");
  beside(t.paused, "paused in the manifests");
  beside(t.unread, t.unread == 1 ? "scope unread" : "scopes unread");
  beside(t.suspect, t.suspect == 1 ? "scope suspect" : "scopes suspect");
  beside(t.in_doubt, t.in_doubt == 1 ? "scope in doubt" : "scopes in doubt");
  beside(t.whole_refused, t.whole_refused == 1 ? "scope refused" : "scopes refused");
  beside(t.retired, t.retired == 1 ? "scope retired" : "scopes retired");
  beside(t.unmanaged,
         t.unmanaged == 1 ? "unmanaged object left alone" : "unmanaged objects left alone");
  return (changes.empty() ? "nothing to change" : changes) + rest;
}

}  // namespace plumb::describe
