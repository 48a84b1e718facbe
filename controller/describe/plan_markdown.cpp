#include <algorithm>

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_json.h"
#include "controller/describe/plan_lines.h"

namespace plumb::describe {
namespace {

constexpr std::size_t kMostOctets =
    60'000;  // GitHub takes 65,536; the rest is for what a caller adds

/// `text` as literal inline text of GitHub-flavoured Markdown: nothing in it can become markup,
/// HTML or a mention.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '@':
        out += "&#64;";
        break;
      case '#':
        out += "&#35;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '{':
      case '}':
      case '[':
      case ']':
      case '(':
      case ')':
      case '!':
      case '|':
      case '~':
      case '+':
      case '-':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string row(const PlanView& view, const LineRef& ref) {
  const auto& scope = view.plan.scopes[ref.scope];
  const auto& change = scope.changes[ref.change];
  constexpr std::size_t kWidest = 160;
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n",
                     escaped(symbol(change)),
                     escaped(heading(scope)),
                     escaped(std::string(view.catalog.of(scope.kind(change)).name) + " " +
                             label_of(scope, change, view.catalog)),
                     escaped(cut(what_text(scope, change, view.catalog), kWidest)),
                     escaped(scope.provider),
                     escaped(reason_text(change)));
}

bool is_risky(const plan::Change& change) {
  return is_destructive(change) || change.verb == plan::Verb::conflict ||
         change.risk == Risk::severe || (change.guard != Guard::none && change.consented == 0);
}

constexpr std::string_view kTableHead =
    "| | domain | object | change | provider | why |\n|---|---|---|---|---|---|\n";

/// A table of as many rows as fit; says how many do not.
void add_table(std::string& text,
               const PlanView& view,
               const std::vector<LineRef>& lines,
               std::string_view closing) {
  text += kTableHead;
  std::size_t shown = 0;
  for (const auto& ref : lines) {
    auto next = row(view, ref);
    if (text.size() + next.size() + closing.size() + 200 > kMostOctets) {
      break;
    }
    text += next;
    ++shown;
  }
  if (shown < lines.size()) {
    text +=
        fmt::format("\n… and {} more lines: `plumb plan` shows them all.\n", lines.size() - shown);
  }
  text += closing;
}

std::string troubles(const PlanView& view) {
  std::string text;
  for (const auto& scope : view.plan.scopes) {
    const bool silent =
        scope.state == plan::ScopeState::planned || scope.state == plan::ScopeState::paused;
    if (!silent && text.size() < kMostOctets / 4) {
      text += "- **" + escaped(heading(scope)) + "** " + std::string(state_name(scope.state)) +
              ": " + escaped(scope.why) + "\n";
    }
  }
  for (const auto& refusal : view.plan.refusals) {
    if (text.size() < kMostOctets / 2) {
      text += "- **Refused:** " + escaped(refusal.message) + "\n";
      if (!refusal.consent.allow.empty()) {
        text += "  To permit exactly this, add:\n\n  ```yaml\n";
        const auto yaml = consent_yaml(refusal.consent);
        for (std::size_t begin = 0; begin < yaml.size();) {
          const auto end = std::min(yaml.find('\n', begin), yaml.size());
          text += "  " + yaml.substr(begin, end - begin) + "\n";
          begin = end + 1;
        }
        text += "  ```\n";
      }
    }
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace

std::string plan_markdown(const PlanView& view) {
  const auto& header = view.header;
  std::string text = "### Plumb: " + escaped(totals_line(view.plan)) + "\n\n";
  text += fmt::format("{} · {} · state {}{}\n\n",
                      escaped(header.project),
                      escaped(header.environment),
                      header.serial,
                      header.commit.empty() ? "" : " · commit " + header.commit.substr(0, 7));
  text += troubles(view);
  std::vector<LineRef> risky;
  std::vector<LineRef> rest;
  for (const auto& ref : shown_lines(view)) {
    (is_risky(view.plan.scopes[ref.scope].changes[ref.change]) ? risky : rest).push_back(ref);
  }
  if (!risky.empty()) {
    text += "**Look at these first**\n\n";
    add_table(text, view, risky, "\n");
  }
  if (!rest.empty()) {
    text += fmt::format("<details><summary>{}</summary>\n\n", counted(rest.size(), "other change"));
    add_table(text, view, rest, "\n</details>\n");
  }
  return text;
}

}  // namespace plumb::describe
