// What a plan says below its lines: scopes that could not be planned, refusals, what to do next.
#include <algorithm>
#include <map>
#include <tuple>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_parts.h"

namespace plumb::describe {
namespace {

using plan::ScopeState;

constexpr std::size_t kMostNamed = 5;
constexpr std::size_t kMostRefusals = 8;  ///< with their Consent; the rest in a line each

using Story = std::tuple<ScopeState, std::string, std::string, std::string>;

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  return names.size() > kMostNamed ? text + " and " + thousands(names.size() - kMostNamed) + " more"
                                   : text;
}

std::string story_text(const Story& story,
                       const std::vector<std::string>& names,
                       const Style& style) {
  const auto& [state, provider, why, hint] = story;
  const bool trouble = state != ScopeState::paused && state != ScopeState::retired;
  auto text = painted(names_text(names), Paint::bold, style) + "  " +
              painted(trouble ? "!" : "·", trouble ? Paint::red : Paint::dim, style) + " ";
  if (state == ScopeState::unread) {
    text += "could not be read: ";
  } else if (state == ScopeState::suspect) {
    text += "is not believed: ";
  } else if (state == ScopeState::retired) {
    text += "kept at " + provider + ": ";
  }
  text += why + (trouble ? " (left alone)" : "") + "\n";
  return hint.empty() ? text : text + "    hint: " + hint + "\n";
}

std::string indented(const std::string& lines, std::string_view indent) {
  std::string text;
  for (std::size_t begin = 0; begin < lines.size();) {
    const auto end = std::min(lines.find('\n', begin), lines.size());
    text.append(indent).append(lines, begin, end - begin).append("\n");
    begin = end + 1;
  }
  return text;
}

std::string ways_out(const plan::Refusal& refusal) {
  std::string text;
  if (refusal.guard == Guard::overwrite) {
    text +=
        "  ways out: declare it as it is there, or list it in `unmanaged` of its domain's `dns`; "
        "or replace it:\n";
  }
  if (refusal.consent.allow.empty()) {
    return text;
  }
  return text + "  to permit exactly this, once:  plumb apply --consent '" +
         consent_argument(refusal.consent) + "'\n  or, to have it reviewed, add this document:\n" +
         indented(consent_yaml(refusal.consent), "    ");
}

bool is_of_drift(const PlanView& view, const plan::Refusal& refusal) {
  if (refusal.guard == Guard::suspect) {
    return true;
  }
  if (refusal.scope == plan::kNone) {
    return false;
  }
  return view.plan.scopes[refusal.scope].state == ScopeState::refused ||
         std::any_of(refusal.changes.begin(), refusal.changes.end(), [&](std::uint32_t number) {
           return is_drift(view.plan.scopes[refusal.scope].changes[number]);
         });
}

std::string drift_closing(const PlanView& view, const Totals& t) {
  std::size_t reported = 0;
  std::size_t others = 0;
  for (const auto& scope : view.plan.scopes) {
    for (const auto& change : scope.changes) {
      reported +=
          is_drift(change) && change.verb == plan::Verb::hold && change.guard == Guard::none;
      others += is_shown(change, false) && !is_drift(change) ? 1U : 0U;
    }
  }
  std::string text;
  if (t.heal != 0 || t.drifted > reported) {
    text +=
        "plumb apply puts it right; to keep what is there instead, write it in the manifests.\n";
  }
  if (reported != 0) {
    text += counted(reported, "resource") +
            " only reported (`drift: report`, or --no-heal): put right by hand, or write it in the "
            "manifests.\n";
  }
  if (others != 0) {
    text += counted(others, "further change") + " not of drift: plumb plan shows what.\n";
  }
  return text;
}

std::string drift_totals(const PlanView& view, const Totals& t) {
  auto text = t.drifted != 0         ? counted(t.drifted, "resource") + " out of plumb"
              : not_compared(t) == 0 ? std::string("In plumb: nothing has moved outside of git")
                                     : std::string("Nothing has moved where it was compared");
  const auto beside = [&](std::size_t count, std::string_view what) {
    text += count == 0 ? "" : " · " + counted(count, what);
  };
  text += t.heal == 0 ? "" : " · " + thousands(t.heal) + " to heal";
  const auto refused = shown_refusals(view).size();
  beside(refused, "refusal");
  text += t.unread == 0 ? "" : " · " + counted(t.unread, "scope") + " unread";
  text += t.suspect == 0 ? "" : " · " + counted(t.suspect, "scope") + " suspect";
  text += t.in_doubt == 0 ? "" : " · " + counted(t.in_doubt, "scope") + " in doubt";
  text += t.whole_refused == 0 ? "" : " · " + counted(t.whole_refused, "scope") + " left alone";
  return text;
}

std::string plan_closing(const PlanView& view, const Totals& t) {
  if (view.plan.run_refused) {
    return "Nothing will be applied until this is consented to or the manifests change.\n";
  }
  if (view.plan.change_count() == 0 && !view.plan.rebinds()) {
    if (!view.plan.refusals.empty()) {
      return "Nothing here can be applied as it stands.\n";
    }
    return t.unread + t.suspect + t.in_doubt == 0 ? "In plumb: nothing to do.\n"
                                                  : "Nothing to do where it could be read.\n";
  }
  if (t.create + t.update + t.replace + t.rename + t.remove + t.heal + t.adopt + t.refresh +
              t.forget ==
          0 &&
      !view.plan.rebinds()) {
    return "Nothing here can be applied as it stands.\n";
  }
  return view.about_to_apply ? "\n"
                             : "Nothing is applied yet.  plumb apply   or   plumb plan --out "
                               "plan.json && plumb apply plan.json\n";
}

}  // namespace

std::vector<const plan::Refusal*> shown_refusals(const PlanView& view) {
  std::vector<const plan::Refusal*> shown;
  for (const auto& refusal : view.plan.refusals) {
    if (!view.drift_only || is_of_drift(view, refusal)) {
      shown.push_back(&refusal);
    }
  }
  return shown;
}

std::string scope_states_text(const PlanView& view, const Style& style) {
  std::map<Story, std::vector<std::string>> stories;
  for (const auto& scope : view.plan.scopes) {
    if (scope.state != ScopeState::planned) {
      const auto& where = scope.provider.empty() ? scope.scope.account : scope.provider;
      stories[{scope.state, printable(where), printable(scope.why), printable(scope.hint)}]
          .push_back(heading(scope));
    }
  }
  std::string text;
  for (const auto& [story, names] : stories) {
    text += story_text(story, names, style);
  }
  for (const auto& scope : view.plan.scopes) {
    if (style.verbose && !scope.owner.empty() && scope.counts.claimed != 0) {
      text += painted(heading(scope), Paint::bold, style) + "  " + painted("·", Paint::dim, style) +
              " its owner mark " + printable(scope.owner) +
              " is not there (plumb apply puts it there)\n";
    }
  }
  return text.empty() ? text : text + "\n";
}

std::string refusals_text(const PlanView& view, const Style& style) {
  const auto refusals = shown_refusals(view);
  std::string text;
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    const auto& refusal = *refusals[i];
    text += painted(refusal.guard == Guard::overwrite ? "Conflict" : "Refused", Paint::red, style) +
            ": " + printable(refusal.message) + "\n";
    if (refusal.place.known()) {
      text += "  declared at " + printable(view.files.text(refusal.place)) + "\n";
    }
    if (style.verbose || i < kMostRefusals) {
      text += ways_out(refusal);
    } else if (i == kMostRefusals) {
      text += "  (-v shows how to consent to this and to what follows)\n";
    }
  }
  return text.empty() ? text : text + "\n";
}

std::string closing_text(const PlanView& view, const Style& style) {
  const auto t = totals(view.plan);
  if (view.drift_only) {
    return painted(drift_totals(view, t), Paint::bold, style) + "\n" + drift_closing(view, t);
  }
  return painted(totals_line(view.plan), Paint::bold, style) + "\n" + plan_closing(view, t);
}

}  // namespace plumb::describe
