#include "controller/describe/plan_lines.h"

#include <algorithm>
#include <tuple>

#include "controller/describe/diagnostics_text.h"

namespace plumb::describe {

using plan::Change;
using plan::Reason;
using plan::ScopePlan;
using plan::Verb;

bool is_drift(const Change& change) {
  const bool touches = change.verb != Verb::refresh && change.verb != Verb::adopt;
  return touches && (change.reason == Reason::drifted || change.reason == Reason::both ||
                     change.reason == Reason::vanished ||
                     (change.reason == Reason::foreign && change.verb != Verb::conflict));
}

bool is_heal(const Change& change) {
  return plan::goes(change) &&
         (change.reason == Reason::drifted || change.reason == Reason::vanished);
}

bool is_destructive(const Change& change) {
  return change.verb == Verb::remove || change.verb == Verb::replace ||
         (change.verb == Verb::hold &&
          (change.guard == Guard::remove || change.guard == Guard::replace ||
           change.guard == Guard::protect || change.guard == Guard::deletes_in_scope));
}

bool is_shown(const Change& change, bool drift_only) {
  return !change.state_only_silent && (!drift_only || is_drift(change));
}

std::string_view symbol(const Change& change) {
  if (is_heal(change) && change.verb != Verb::remove) {
    return "↺";
  }
  switch (change.verb) {
    case Verb::create:
      return "+";
    case Verb::update:
      return "~";
    case Verb::replace:
      return "±";
    case Verb::rename:
      return "»";
    case Verb::remove:
      return "-";
    case Verb::adopt:
      return "=";
    case Verb::refresh:
      return "≈";
    case Verb::forget:
      return "·";
    case Verb::hold:
      return change.guard == Guard::none ? "…" : "!";
    case Verb::conflict:
      return "✗";
  }
  return " ";
}

Paint paint_of(const Change& change) {
  if (is_destructive(change) || change.verb == Verb::conflict) {
    return Paint::red;
  }
  if (is_heal(change)) {
    return Paint::cyan;
  }
  switch (change.verb) {
    case Verb::create:
      return Paint::green;
    case Verb::update:
    case Verb::rename:
    case Verb::hold:
      return Paint::yellow;
    case Verb::replace:
    case Verb::remove:
    case Verb::conflict:
      return Paint::red;
    case Verb::adopt:
    case Verb::refresh:
    case Verb::forget:
      return Paint::dim;
  }
  return Paint::none;
}

std::string_view verb_name(Verb verb) {
  switch (verb) {
    case Verb::create:
      return "create";
    case Verb::update:
      return "update";
    case Verb::replace:
      return "replace";
    case Verb::rename:
      return "rename";
    case Verb::remove:
      return "delete";
    case Verb::adopt:
      return "adopt";
    case Verb::refresh:
      return "refresh";
    case Verb::forget:
      return "forget";
    case Verb::hold:
      return "hold";
    case Verb::conflict:
      return "conflict";
  }
  return "";
}

std::string_view reason_name(Reason reason) {
  switch (reason) {
    case Reason::declared:
      return "declared";
    case Reason::edited:
      return "edited";
    case Reason::drifted:
      return "drifted";
    case Reason::both:
      return "both";
    case Reason::vanished:
      return "vanished";
    case Reason::undeclared:
      return "undeclared";
    case Reason::foreign:
      return "foreign";
    case Reason::moved:
      return "moved";
    case Reason::awaits:
      return "awaits";
    case Reason::in_doubt:
      return "in-doubt";
  }
  return "";
}

std::string_view state_name(plan::ScopeState state) {
  switch (state) {
    case plan::ScopeState::planned:
      return "planned";
    case plan::ScopeState::unread:
      return "unread";
    case plan::ScopeState::suspect:
      return "suspect";
    case plan::ScopeState::paused:
      return "paused";
    case plan::ScopeState::retired:
      return "retired";
    case plan::ScopeState::in_doubt:
      return "in-doubt";
    case plan::ScopeState::refused:
      return "refused";
  }
  return "";
}

namespace {

/// What moved, without what becomes of it.
std::string cause_text(const Change& change) {
  switch (change.reason) {
    case Reason::declared:
      return change.verb == Verb::adopt ? "becomes ours" : "new";
    case Reason::edited:
      return "manifest changed";
    case Reason::drifted:
      return "drift: changed outside";
    case Reason::both:
      return "changed on both sides";
    case Reason::vanished:
      return change.verb == Verb::forget ? "gone" : "drift: deleted outside";
    case Reason::undeclared:
      return "no longer declared";
    case Reason::foreign:
      if (change.verb == Verb::remove || change.guard == Guard::remove) {
        return "drift: not declared";
      }
      return change.verb == Verb::update ? "drift: not as declared" : "exists, not ours";
    case Reason::moved:
      return change.verb == Verb::create ? "has a new name" : "declared elsewhere now";
    case Reason::awaits:
      return change.verb == Verb::hold ? "waits for another change" : "waits for a value";
    case Reason::in_doubt:
      return "an earlier change is in doubt";
  }
  return {};
}

bool is_only_reported(const Change& change) {
  return change.verb == Verb::hold && change.guard == Guard::none &&
         (change.reason == Reason::drifted || change.reason == Reason::vanished ||
          change.reason == Reason::both);
}

}  // namespace

std::string reason_text(const Change& change) {
  if (change.verb == Verb::refresh) {
    return "only noted in the state";
  }
  if (is_only_reported(change)) {
    return change.reason == Reason::vanished ? "drift: deleted, only reported"
                                             : "drift, only reported";
  }
  auto text = cause_text(change);
  if (change.guard != Guard::none && change.consented == 0) {
    text += ", refused";
  } else if (change.consented != 0) {
    text += ", consented";
  }
  return text;
}

std::string what_text(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  const auto& kind = catalog.of(scope.kind(change));
  const auto key = scope.key(change);
  const auto before = scope.before(change);
  const auto after = scope.after(change);
  if (key.empty() && kind.holds_data && is_destructive(change)) {
    return "with all that is in it";
  }
  if (!before.empty() && !after.empty() && before != after) {
    auto text = kind.difference(key, before, after);
    if (!text.empty()) {
      return printable(text);
    }
  }
  const auto body = !after.empty() ? after : before;
  return body.empty() ? std::string() : printable(kind.summary(key, body));
}

std::string label_of(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  const auto key = scope.key(change);
  return key.empty() ? std::string() : printable(catalog.of(scope.kind(change)).label(key));
}

std::string heading(const ScopePlan& scope) {
  if (!scope.domain.empty()) {
    return printable(scope.domain);
  }
  if (!scope.scope.container.empty()) {
    auto name = scope.scope.container;
    if (name.ends_with('.') && name.size() > 1) {
      name.pop_back();
    }
    return printable(name);
  }
  return printable(scope.provider.empty() ? scope.scope.account : scope.provider);
}

namespace {

/// The changes of one scope that are shown: its container first, then by key. Keys sort as labels
/// do, and need no text.
void add_shown(const PlanView& view, std::uint32_t number, std::vector<LineRef>& lines) {
  const auto& scope = view.plan.scopes[number];
  std::vector<std::tuple<std::string_view, bool, std::uint32_t>> keys;
  for (std::uint32_t i = 0; i < scope.changes.size(); ++i) {
    if (is_shown(scope.changes[i], view.drift_only)) {
      keys.emplace_back(scope.key(scope.changes[i]), takes_away(scope.changes[i]), i);
    }
  }
  std::sort(keys.begin(), keys.end());
  for (const auto& key : keys) {
    lines.push_back({number, std::get<2>(key)});
  }
}

}  // namespace

std::vector<LineRef> shown_lines(const PlanView& view) {
  std::vector<std::pair<std::string, std::uint32_t>> scopes;
  for (std::uint32_t i = 0; i < view.plan.scopes.size(); ++i) {
    if (!view.plan.scopes[i].changes.empty()) {
      scopes.emplace_back(heading(view.plan.scopes[i]), i);
    }
  }
  std::sort(scopes.begin(), scopes.end());
  std::vector<LineRef> lines;
  for (const auto& [head, number] : scopes) {
    add_shown(view, number, lines);
  }
  return lines;
}

std::string thousands(std::size_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return thousands(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace plumb::describe
