#include "controller/describe/plan_text.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_groups.h"
#include "controller/describe/plan_lines.h"

namespace plumb::describe {
namespace {

using plan::Change;
using plan::ScopePlan;

constexpr std::size_t kLinesPerDomain = 12;  ///< creates and adoptions beyond these are counted
constexpr std::size_t kDomains =
    40;  ///< headings in full; beyond these counted, if all they do is create

std::string thousands(std::size_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string header_text(const Header& header, const Style& style) {
  auto text = painted(header.project, Paint::bold, style) + " · " + header.environment +
              " · state " + std::to_string(header.serial);
  if (!header.commit.empty()) {
    text += " · commit " + header.commit.substr(0, 7);
    text += header.summary.empty() ? "" : " \"" + printable(cut(header.summary, 50)) + "\"";
    text += header.dirty ? " + uncommitted changes" : "";
  }
  text += "\n" + counted(header.domains, "domain") + ", " + thousands(header.resources) +
          " resources in " + counted(header.scopes, "scope");
  text += header.refreshed ? fmt::format(" observed in {:.1f} s",
                                         static_cast<double>(header.observe_milliseconds) / 1000)
                           : std::string(" as last remembered (nothing was looked at)");
  for (std::size_t i = 0; i < header.accounts.size(); ++i) {
    const auto& account = header.accounts[i];
    text += (i == 0 ? " · " : ", ") + account.provider + " → " + printable(account.account);
  }
  text += "\n";
  if (header.left_out != 0) {
    text += counted(header.left_out, "scope") +
            " left out by the selection: this says nothing about them\n";
  }
  return text;
}

/// Widths of the columns, from what is shown.
struct Columns {
  std::size_t kind = 5;
  std::size_t label = 12;
  std::size_t what = 40;
  std::size_t provider = 0;
};

class PlanText {
 public:
  PlanText(const PlanView& view, const Style& style) : view_(view), style_(style) {}

  std::string all();

 private:
  void measure(const std::vector<LineRef>& lines);
  std::string line(const LineRef& ref, bool in_full) const;
  void domains(const std::vector<LineRef>& lines);
  void domain(const std::string& head, std::span<const LineRef> lines);
  void deletes(const std::vector<LineRef>& lines);
  void scope_states();
  void refusals();
  void notes();
  void closing();
  const ScopePlan& scope(const LineRef& ref) const { return view_.plan.scopes[ref.scope]; }
  const Change& change(const LineRef& ref) const { return scope(ref).changes[ref.change]; }

  const PlanView& view_;
  const Style& style_;
  Columns columns_;
  std::string text_;
};

void PlanText::measure(const std::vector<LineRef>& lines) {
  constexpr std::size_t kWidestLabel = 34;
  constexpr std::size_t kMeasured = 2000;
  for (std::size_t i = 0; i < std::min(lines.size(), kMeasured); ++i) {
    const auto& s = scope(lines[i]);
    columns_.kind = std::max(columns_.kind, view_.catalog.of(s.kind(change(lines[i]))).name.size());
    columns_.label =
        std::max(columns_.label, columns(label_of(s, change(lines[i]), view_.catalog)));
    columns_.provider = std::max(columns_.provider, columns(s.provider));
  }
  columns_.label = std::min(columns_.label, kWidestLabel);
  const std::size_t reason = 24;
  const auto used = 4 + columns_.kind + 2 + columns_.label + 2 + columns_.provider + 2 + reason;
  columns_.what = style_.width > used + 24 ? style_.width - used : 24;
}

std::string PlanText::line(const LineRef& ref, bool in_full) const {
  const auto& s = scope(ref);
  const auto& c = change(ref);
  auto what = what_text(s, c, view_.catalog);
  if (!in_full && !style_.verbose) {
    what = cut(what, columns_.what);
  }
  auto text = "  " + painted(symbol(c), paint_of(c), style_) + " " +
              padded(view_.catalog.of(s.kind(c)).name, columns_.kind) + "  " +
              padded(label_of(s, c, view_.catalog), columns_.label) + "  " +
              padded(what, columns_.what) + "  " +
              painted(padded(s.provider, columns_.provider), Paint::dim, style_) + "  " +
              reason_text(c);
  if (style_.verbose && s.place(c).known()) {
    text += painted("  " + view_.files.text(s.place(c)), Paint::dim, style_);
  }
  while (text.ends_with(' ')) {
    text.pop_back();
  }
  return text + "\n";
}

/// Whether a line may be counted instead of shown, where there are many like it.
bool countable(const Change& change) {
  return (change.verb == plan::Verb::create && !is_drift(change)) ||
         change.verb == plan::Verb::adopt;
}

void PlanText::domain(const std::string& head, std::span<const LineRef> lines) {
  text_ += painted(head, Paint::bold, style_) + "\n";
  std::size_t creates = 0;
  std::size_t adopts = 0;
  for (const auto& ref : lines) {
    if (countable(change(ref))) {
      ++(change(ref).verb == plan::Verb::adopt ? adopts : creates);
    }
  }
  const bool few_creates = style_.verbose || creates <= kLinesPerDomain;
  const bool few_adopts = style_.verbose || adopts <= 3;
  std::size_t shown_creates = 0;
  std::size_t hidden_creates = 0;
  for (const auto& ref : lines) {
    const auto& c = change(ref);
    const bool is_adopt = c.verb == plan::Verb::adopt;
    if (countable(c) && is_adopt && !few_adopts) {
      continue;
    }
    if (countable(c) && !is_adopt && !few_creates && ++shown_creates > kLinesPerDomain - 2) {
      ++hidden_creates;
      continue;
    }
    text_ += line(ref, false);
  }
  if (hidden_creates != 0) {
    text_ += "  " + painted("+", Paint::green, style_) + " " + std::to_string(hidden_creates) +
             " more to create (-v shows them)\n";
  }
  if (!few_adopts) {
    text_ += "  " + painted("=", Paint::dim, style_) + " " + std::to_string(adopts) +
             " are as declared and become ours (-v shows them)\n";
  }
}

void PlanText::domains(const std::vector<LineRef>& lines) {
  std::size_t headings = 0;
  std::size_t hidden_domains = 0;
  std::size_t hidden_lines = 0;
  for (std::size_t i = 0; i < lines.size();) {
    const auto head = heading(scope(lines[i]));
    auto end = i;
    bool harmless = true;
    while (end < lines.size() && heading(scope(lines[end])) == head) {
      harmless = harmless && countable(change(lines[end]));
      ++end;
    }
    if (harmless && !style_.verbose && ++headings > kDomains) {
      ++hidden_domains;
      hidden_lines += end - i;
    } else {
      domain(head, std::span(lines).subspan(i, end - i));
      text_ += "\n";
    }
    i = end;
  }
  if (hidden_domains != 0) {
    text_ += "and in " + thousands(hidden_domains) + " more domains " + thousands(hidden_lines) +
             " to create or adopt (-v shows them)\n\n";
  }
}

void PlanText::deletes(const std::vector<LineRef>& lines) {
  if (lines.empty()) {
    return;
  }
  text_ += painted("To delete or replace", Paint::red, style_) + "\n";
  std::string head;
  for (const auto& ref : lines) {
    if (heading(scope(ref)) != head) {
      head = heading(scope(ref));
      text_ += painted(head, Paint::bold, style_) + "\n";
    }
    text_ += line(ref, true);
  }
  text_ += "\n";
}

void PlanText::scope_states() {
  bool any = false;
  for (const auto& s : view_.plan.scopes) {
    if (s.state == plan::ScopeState::planned) {
      continue;
    }
    const bool trouble =
        s.state != plan::ScopeState::paused && s.state != plan::ScopeState::retired;
    const auto* what = s.state == plan::ScopeState::unread ? "could not be read: " : "";
    text_ += painted(heading(s), Paint::bold, style_) + "   " +
             painted(trouble ? "!" : "·", trouble ? Paint::red : Paint::dim, style_) + " " + what +
             printable(s.why) + (trouble ? " (left alone)" : "") + "\n";
    if (!s.hint.empty()) {
      text_ += "    hint: " + printable(s.hint) + "\n";
    }
    any = true;
  }
  text_ += any ? "\n" : "";
}

void PlanText::refusals() {
  for (const auto& refusal : view_.plan.refusals) {
    text_ += painted("Refused", Paint::red, style_) + ": " + printable(refusal.message) + "\n";
    if (refusal.consent.allow.empty()) {
      continue;
    }
    text_ +=
        "  To permit exactly this, once:  --consent '" + consent_argument(refusal.consent) + "'\n";
    text_ += "  or have it reviewed, as a document:\n";
    const auto yaml = consent_yaml(refusal.consent);
    for (std::size_t begin = 0; begin < yaml.size();) {
      const auto end = std::min(yaml.find('\n', begin), yaml.size());
      text_ += "    " + yaml.substr(begin, end - begin) + "\n";
      begin = end + 1;
    }
  }
  text_ += view_.plan.refusals.empty() ? "" : "\n";
}

void PlanText::notes() {
  for (const auto& note : view_.plan.notes) {
    text_ += painted("note:", Paint::cyan, style_) + " " + printable(note) + "\n";
  }
  for (const auto& s : view_.plan.scopes) {
    for (const auto& note : s.notes) {
      text_ +=
          painted("note:", Paint::cyan, style_) + " " + heading(s) + ": " + printable(note) + "\n";
    }
  }
}

void PlanText::closing() {
  const auto t = totals(view_.plan);
  text_ += painted(totals_line(view_.plan), Paint::bold, style_) + "\n";
  if (view_.plan.run_refused) {
    text_ += "Nothing will be applied until this is consented to or the manifests change.\n";
  } else if (view_.drift_only) {
    text_ += t.drifted == 0 ? "In plumb: nothing has moved outside of git.\n"
                            : "plumb apply puts right what is to be healed; plumb adopt or an edit "
                              "keeps what is there.\n";
  } else if (view_.plan.change_count() == 0) {
    text_ += t.unread + t.suspect + t.in_doubt == 0 ? "In plumb: nothing to do.\n"
                                                    : "Nothing to do where it could be read.\n";
  } else {
    text_ +=
        "Nothing is applied yet.  plumb apply   or   plumb plan --out plan.json && plumb apply "
        "plan.json\n";
  }
}

std::string PlanText::all() {
  text_ = header_text(view_.header, style_);
  notes();
  text_ += "\n";
  auto lines = shown_lines(view_);
  std::vector<LineRef> last;
  const auto destructive = [&](const LineRef& ref) { return is_destructive(change(ref)); };
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(last), destructive);
  std::erase_if(lines, destructive);
  measure(last);
  measure(lines);
  const auto grouped = style_.verbose ? Grouping{{}, lines} : group_by_cause(view_, lines);
  domains(grouped.single);
  for (const auto& group : grouped.groups) {
    text_ += group_text(view_, group, style_) + "\n";
  }
  text_ += grouped.groups.empty() ? "" : "\n";
  scope_states();
  deletes(last);
  refusals();
  closing();
  return text_;
}

}  // namespace

std::string plan_text(const PlanView& view, const Style& style) {
  return PlanText(view, style).all();
}

std::string drift_summary(const PlanView& view) {
  std::map<std::string, std::size_t> drifted;
  for (const auto& ref : shown_lines({view.plan, view.header, view.catalog, view.files, true})) {
    ++drifted[heading(view.plan.scopes[ref.scope])];
  }
  std::string text;
  for (const auto& [head, count] : drifted) {
    text += head + ": " + counted(count, "resource") + " out of plumb\n";
  }
  for (const auto& scope : view.plan.scopes) {
    if (scope.state == plan::ScopeState::unread || scope.state == plan::ScopeState::suspect) {
      text += heading(scope) + ": could not be read: " + printable(scope.why) + "\n";
    }
  }
  return text;
}

std::string object_name(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  const auto& kind = catalog.of(scope.kind(change));
  const auto key = scope.key(change);
  const auto base = std::string(kind.name) + "/";
  if (scope.scope.container.empty()) {
    return base + kind.label(key);
  }
  return base + heading(scope) + (key.empty() ? "" : "/" + kind.label(key));
}

std::string change_line(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  return std::string(symbol(change)) + " " + std::string(catalog.of(scope.kind(change)).name) +
         " " + label_of(scope, change, catalog) + "  " + what_text(scope, change, catalog);
}

}  // namespace plumb::describe
