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
  }
  return "";
}

std::string reason_text(const Change& change) {
  std::string text;
  switch (change.reason) {
    case Reason::declared:
      text = change.verb == Verb::adopt ? "is as declared: becomes ours" : "declared";
      break;
    case Reason::edited:
      text = "manifest changed";
      break;
    case Reason::drifted:
      text = "drift: changed outside";
      break;
    case Reason::both:
      text = "manifest and world both changed";
      break;
    case Reason::vanished:
      text = "drift: deleted outside";
      break;
    case Reason::undeclared:
      text = "no longer declared";
      break;
    case Reason::foreign:
      text = change.verb == Verb::remove ? "drift: not declared" : "there already, and not ours";
      break;
    case Reason::moved:
      text = "declared elsewhere now";
      break;
    case Reason::awaits:
      text = "waits for a value";
      break;
    case Reason::in_doubt:
      text = "an earlier change is in doubt";
      break;
  }
  if (change.guard != Guard::none && change.consented == 0) {
    text += ", needs consent";
  } else if (change.consented != 0) {
    text += ", consented";
  } else if (change.verb == Verb::hold && change.reason == Reason::drifted) {
    text += ", only reported";
  }
  return text;
}

std::string what_text(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  const auto& kind = catalog.of(scope.kind(change));
  const auto key = scope.key(change);
  const auto before = scope.before(change);
  const auto after = scope.after(change);
  if (change.reason == Reason::awaits) {
    return "(known after what it refers to)";
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
  return printable(catalog.of(scope.kind(change)).label(scope.key(change)));
}

std::string heading(const ScopePlan& scope) {
  if (!scope.domain.empty()) {
    return scope.domain;
  }
  if (!scope.scope.container.empty()) {
    auto name = scope.scope.container;
    if (name.ends_with('.') && name.size() > 1) {
      name.pop_back();
    }
    return name;
  }
  return scope.provider.empty() ? scope.scope.account : scope.provider;
}

std::vector<LineRef> shown_lines(const PlanView& view) {
  struct Sortable {
    std::string heading;
    std::string label;
    LineRef line;
  };
  std::vector<Sortable> rows;
  for (std::uint32_t s = 0; s < view.plan.scopes.size(); ++s) {
    const auto& scope = view.plan.scopes[s];
    const auto head = heading(scope);
    for (std::uint32_t c = 0; c < scope.changes.size(); ++c) {
      const auto& change = scope.changes[c];
      if (is_shown(change, view.drift_only)) {
        rows.push_back(
            {head, view.catalog.of(scope.kind(change)).label(scope.key(change)), {s, c}});
      }
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Sortable& a, const Sortable& b) {
    return std::tie(a.heading, a.line.scope, a.label) < std::tie(b.heading, b.line.scope, b.label);
  });
  std::vector<LineRef> lines;
  lines.reserve(rows.size());
  for (const auto& row : rows) {
    lines.push_back(row.line);
  }
  return lines;
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace plumb::describe
