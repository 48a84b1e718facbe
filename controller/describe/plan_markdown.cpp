#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_groups.h"
#include "controller/describe/plan_json.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/plan_parts.h"

namespace plumb::describe {
namespace {

constexpr std::size_t kMostOctets =
    60'000;  // GitHub takes 65,536; the rest is for what a caller adds
constexpr std::size_t kForTroubles = kMostOctets / 3;
constexpr std::size_t kReserve = 1'000;  // for what closes tables and counts what was left out
constexpr std::size_t kWidestCell = 160;
constexpr std::size_t kWidestSentence = 400;

/// Text from outside as a code span: nothing in it is markup, a mention, a link or a reference to
/// an issue (GFM §6.1). What would end the span or a table's cell is escaped as printable() does.
std::string code(std::string_view text, std::size_t width = kWidestCell) {
  std::string out = "`";
  for (const char c : cut(printable(text), width)) {
    out += c == '`' ? "\\x60" : c == '|' ? "\\x7c" : std::string(1, c);
  }
  return out.size() == 1 ? std::string() : out + "`";
}

/// "RRset www A"; a container has no label.
std::string object_text(const PlanView& view,
                        const plan::ScopePlan& scope,
                        const plan::Change& change) {
  const auto label = label_of(scope, change, view.catalog);
  return std::string(view.catalog.of(scope.kind(change)).name) + (label.empty() ? "" : " ") + label;
}

/// A change as a line of the table.
std::string row(const PlanView& view, const LineRef& ref) {
  const auto& scope = view.plan.scopes[ref.scope];
  const auto& change = scope.changes[ref.change];
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n",
                     code(symbol(change)),
                     code(heading(scope)),
                     code(object_text(view, scope, change)),
                     code(what_text(scope, change, view.catalog)),
                     code(scope.provider, 40),
                     reason_text(change));
}

bool is_risky(const plan::Change& change) {
  return is_destructive(change) || change.verb == plan::Verb::conflict ||
         (change.risk == Risk::severe && change.verb != plan::Verb::create) ||
         (change.guard != Guard::none && change.consented == 0);
}

/// Adds `part` if the whole stays within `most` octets.
bool add_within(std::string& text, const std::string& part, std::size_t most) {
  if (text.size() + part.size() > most) {
    return false;
  }
  text += part;
  return true;
}

/// Changes that one line of a manifest caused in many domains, as one line of the table.
std::string group_row(const PlanView& view, const CauseGroup& group) {
  const auto& scope = view.plan.scopes[group.alike.front().scope];
  const auto& change = scope.changes[group.alike.front().change];
  const auto place = scope.place(change);
  std::set<std::string> domains;
  for (const auto& ref : group.alike) {
    domains.insert(heading(view.plan.scopes[ref.scope]));
  }
  return fmt::format(
      "| {} | {} | {} | {} | {} | {} {} |\n",
      code(symbol(change)),
      counted(domains.size(), "domain"),
      code(object_text(view, scope, change)),
      code(group.what),
      code(scope.provider, 40),
      reason_text(change),
      code(view.files.path(place.file) + ":" + std::to_string(std::uint32_t{place.line})));
}

/// A table of as many rows as fit, groups first; says how many lines do not.
void add_table(std::string& text,
               const PlanView& view,
               const std::vector<CauseGroup>& groups,
               const std::vector<LineRef>& lines,
               std::size_t most) {
  text += "| | domain | object | change | provider | why |\n|---|---|---|---|---|---|\n";
  for (const auto& group : groups) {
    if (!add_within(text, group_row(view, group), most)) {
      break;
    }
  }
  std::size_t shown = 0;
  for (const auto& ref : lines) {
    if (!add_within(text, row(view, ref), most)) {
      break;
    }
    ++shown;
  }
  if (shown < lines.size()) {
    text += fmt::format("\n… and {}: `plumb plan` shows all.\n",
                        counted(lines.size() - shown, "more line"));
  }
}

std::string consent_fence(const Consent& consent) {
  if (consent.allow.empty()) {
    return {};
  }
  std::string text = "  To permit exactly this, add:\n\n  ```yaml\n";
  const auto yaml = consent_yaml(consent);
  for (std::size_t begin = 0; begin < yaml.size();) {
    const auto end = std::min(yaml.find('\n', begin), yaml.size());
    text += "  " + yaml.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  return text + "  ```\n";
}

/// What was refused and what could not be read: a list.
std::string troubles(const PlanView& view) {
  std::string text;
  std::size_t left_out = 0;
  for (const auto* refusal : shown_refusals(view)) {
    const auto line =
        std::string(refusal->guard == Guard::overwrite ? "- **Conflict:** " : "- **Refused:** ") +
        code(refusal->message, kWidestSentence) + "\n";
    left_out += add_within(text, line + consent_fence(refusal->consent), kForTroubles) ? 0U : 1U;
  }
  for (const auto& scope : view.plan.scopes) {
    if (scope.state != plan::ScopeState::planned && scope.state != plan::ScopeState::paused) {
      const auto line = "- " + code(heading(scope)) + " **" + std::string(state_name(scope.state)) +
                        "**: " + code(scope.why, kWidestSentence) + "\n";
      left_out += add_within(text, line, kForTroubles) ? 0U : 1U;
    }
  }
  for (const auto& note : view.plan.notes) {
    const auto line = "- note: " + code(note, kWidestSentence) + "\n";
    left_out += add_within(text, line, kForTroubles) ? 0U : 1U;
  }
  if (left_out != 0) {
    text += "- … and " + counted(left_out, "more line") + ": `plumb plan` shows all.\n";
  }
  return text.empty() ? text : text + "\n";
}

std::string head(const PlanView& view) {
  const auto& header = view.header;
  auto text = "### Plumb: " + totals_line(view.plan) + "\n\n" + code(header.project, 80) + " · " +
              code(header.environment, 80) + " · state " + std::to_string(header.serial);
  if (!header.commit.empty()) {
    text += " · commit " + code(header.commit.substr(0, 7)) + " " + code(header.summary, 80) +
            (header.dirty ? " + uncommitted changes" : "");
  }
  return text + "\n\n";
}

}  // namespace

std::string plan_markdown(const PlanView& view) {
  auto text = head(view) + troubles(view);
  std::vector<LineRef> risky;
  std::vector<LineRef> rest;
  for (const auto& ref : shown_lines(view)) {
    (is_risky(view.plan.scopes[ref.scope].changes[ref.change]) ? risky : rest).push_back(ref);
  }
  if (!risky.empty()) {
    text += "**Look at these first**\n\n";
    add_table(text, view, {}, risky, kMostOctets - kReserve);
    text += "\n";
  }
  if (!rest.empty()) {
    text += fmt::format("<details{}><summary>{}</summary>\n\n",
                        risky.empty() && rest.size() <= 20 ? " open" : "",
                        counted(rest.size(), risky.empty() ? "change" : "other change"));
    const auto grouped = group_by_cause(view, rest);
    add_table(text, view, grouped.groups, grouped.single, kMostOctets - kReserve / 2);
    text += "\n</details>\n";
  }
  return text;
}

}  // namespace plumb::describe
