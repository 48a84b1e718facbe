#include <algorithm>

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_parts.h"

namespace plumb::describe {
namespace {

constexpr std::size_t kMostNotes = 10;

std::string duration_text(std::uint64_t milliseconds) {
  return milliseconds == 0     ? std::string("under 1 ms")
         : milliseconds < 1000 ? std::to_string(milliseconds) + " ms"
                               : fmt::format("{:.1f} s", static_cast<double>(milliseconds) / 1000);
}

/// "pdns → http://127.0.0.1:8081, files → zonefile zones"; a provider that says no more than its
/// name is left out.
std::string accounts_text(const Header& header) {
  std::string text;
  for (const auto& account : header.accounts) {
    if (account.account != account.provider) {
      text += (text.empty() ? "" : ", ") + printable(account.provider) + " → " +
              printable(account.account);
    }
  }
  return text;
}

}  // namespace

std::string left_out_text(std::size_t scopes) {
  return scopes == 0 ? std::string()
                     : counted(scopes, "scope") +
                           " left out by the selection: this says nothing "
                           "about " +
                           (scopes == 1 ? "it" : "them") + "\n";
}

std::string header_text(const Header& header, const Style& style) {
  auto first = printable(header.project) + " · " + printable(header.environment) + " · state " +
               std::to_string(header.serial);
  if (!header.commit.empty()) {
    first += " · commit " + printable(header.commit.substr(0, 7));
    const std::string dirty = header.dirty ? " + uncommitted changes" : "";
    const auto used = columns(first) + columns(dirty) + 3;
    const std::size_t room = style.width == 0          ? 0
                             : style.width > used + 12 ? style.width - used
                                                       : 12;
    first += header.summary.empty() ? "" : " \"" + cut(printable(header.summary), room) + "\"";
    first += dirty;
  }
  const auto project = printable(header.project);
  auto text = painted(project, Paint::bold, style) + first.substr(project.size()) + "\n";
  auto second = counted(header.domains, "domain") + ", " + counted(header.resources, "resource") +
                " in " + counted(header.scopes, "scope") +
                (header.refreshed ? " observed in " + duration_text(header.observe_milliseconds)
                                  : std::string(" as last remembered (nothing was looked at)"));
  const auto accounts = accounts_text(header);
  const bool fits = style.width == 0 || columns(second) + columns(accounts) + 3 <= style.width;
  text += second + (accounts.empty() ? "" : (fits ? " · " : "\n") + accounts) + "\n";
  return text + left_out_text(header.left_out);
}

std::string notes_text(const PlanView& view, const Style& style) {
  const auto& notes = view.plan.notes;
  const auto shown = style.verbose ? notes.size() : std::min(notes.size(), kMostNotes);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    text += painted("note:", Paint::cyan, style) + " " + printable(notes[i]) + "\n";
  }
  if (shown < notes.size()) {
    text += painted("note:", Paint::cyan, style) + " and " +
            counted(notes.size() - shown, "more note") + " (-v shows them)\n";
  }
  return text;
}

}  // namespace plumb::describe
