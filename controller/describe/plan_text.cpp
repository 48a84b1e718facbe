#include "controller/describe/plan_text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_groups.h"
#include "controller/describe/plan_parts.h"
#include "controller/describe/plan_rows.h"

namespace plumb::describe {
namespace {

using plan::Change;
using plan::ScopePlan;
using plan::Verb;

constexpr std::size_t kCreatesPerDomain = 16;  ///< beyond these they are counted
constexpr std::size_t kBooksPerDomain = 3;     ///< adoptions and what is forgotten, likewise
constexpr std::size_t kContentPerZone = 12;    ///< of a zone that goes whole, likewise
constexpr std::size_t kDomainsInFull = 5;      ///< with nothing but additions
constexpr std::size_t kLinesToRead = 1'000;    ///< beyond these what says the same is told once
constexpr std::size_t kDomainsNamed = 10;      ///< in a line each, beyond those

/// Whether a line may be counted instead of shown, where there are many like it.
bool is_countable(const Change& change) {
  if (is_drift(change)) {
    return false;
  }
  return change.verb == Verb::create || change.verb == Verb::adopt || change.verb == Verb::forget ||
         change.verb == Verb::refresh;
}

/// Lines that stand under one heading.
struct Domain {
  std::string name;
  std::span<const LineRef> lines;
  bool only_adds = true;
};

/// What is counted instead of shown.
struct Counts {
  std::size_t zones = 0, mail_domains = 0, creates = 0, adopts = 0, forgets = 0, refreshes = 0;

  void add(const Change& change, const Kind& kind);
  std::size_t created() const { return zones + mail_domains + creates; }
  std::string text() const;
};

void Counts::add(const Change& change, const Kind& kind) {
  if (change.verb == Verb::create) {
    ++(kind.name == "Zone" ? zones : kind.name == "MailDomain" ? mail_domains : creates);
  }
  adopts += change.verb == Verb::adopt ? 1 : 0;
  forgets += change.verb == Verb::forget ? 1 : 0;
  refreshes += change.verb == Verb::refresh ? 1 : 0;
}

std::string Counts::text() const {
  std::string text;
  const auto add = [&](std::size_t count, const std::string& what) {
    text += count == 0 ? "" : (text.empty() ? "" : ", ") + what;
  };
  const auto fresh = [](std::size_t count, const std::string& what) {
    return count == 1 ? "new " + what : thousands(count) + " new " + what + "s";
  };
  if (zones + mail_domains == 0) {
    add(creates, thousands(creates) + " to create");
  } else {
    const auto both = zones != 0 && mail_domains != 0 ? " and " : "";
    add(1,
        (zones == 0 ? "" : fresh(zones, "zone")) + both +
            (mail_domains == 0 ? "" : fresh(mail_domains, "mail domain")) + " with " +
            counted(creates, "object"));
  }
  add(adopts, thousands(adopts) + " as declared already");
  add(forgets, thousands(forgets) + " to forget");
  add(refreshes, thousands(refreshes) + " to note");
  return text;
}

/// One piece of output, before the widths of its columns are known.
struct Piece {
  std::string text;
  std::optional<Row> row = {};
};

class PlanText {
 public:
  PlanText(const PlanView& view, const Style& style) : view_(view), style_(style) {}

  std::string all();

 private:
  std::vector<Domain> domains_of(std::span<const LineRef> lines) const;
  void additions(const std::vector<Domain>& domains);
  void domain(const std::string& name, std::span<const LineRef> lines);
  void domains(const std::vector<LineRef>& lines);
  void groups(const std::vector<CauseGroup>& groups);
  void deletes(const std::vector<LineRef>& lines);
  void say(std::string text) { pieces_.push_back({std::move(text)}); }
  std::string laid_out() const;
  Counts counts(std::span<const LineRef> lines) const;
  const Kind& kind_of(const LineRef& ref) const {
    return view_.catalog.of(scope(ref).kind(change(ref)));
  }
  const ScopePlan& scope(const LineRef& ref) const { return view_.plan.scopes[ref.scope]; }
  const Change& change(const LineRef& ref) const { return scope(ref).changes[ref.change]; }

  const PlanView& view_;
  const Style& style_;
  std::vector<Piece> pieces_;
};

std::vector<Domain> PlanText::domains_of(std::span<const LineRef> lines) const {
  std::vector<Domain> domains;
  std::size_t first = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0 || lines[i].scope != lines[i - 1].scope) {
      auto name = heading(scope(lines[i]));
      if (domains.empty() || domains.back().name != name) {
        domains.push_back({std::move(name), {}});
        first = i;
      }
    }
    auto& domain = domains.back();
    domain.lines = lines.subspan(first, i - first + 1);
    domain.only_adds = domain.only_adds && is_countable(change(lines[i]));
  }
  return domains;
}

Counts PlanText::counts(std::span<const LineRef> lines) const {
  Counts counts;
  for (const auto& ref : lines) {
    counts.add(change(ref), kind_of(ref));
  }
  return counts;
}

/// A line each for domains that are only added to; beyond some they are counted together.
void PlanText::additions(const std::vector<Domain>& domains) {
  if (domains.empty()) {
    return;
  }
  say(painted(counted(domains.size(), "domain") + " only added to", Paint::bold, style_) + "\n");
  Counts rest;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    if (i >= kDomainsNamed) {
      for (const auto& ref : domains[i].lines) {
        rest.add(change(ref), kind_of(ref));
      }
      continue;
    }
    const auto& ref = domains[i].lines.front();
    pieces_.push_back({"",
                       Row{.symbol = std::string(symbol(change(ref))),
                           .paint = paint_of(change(ref)),
                           .kind = "Domain",
                           .label = domains[i].name,
                           .what = counts(domains[i].lines).text(),
                           .provider = printable(scope(ref).provider),
                           .reason = reason_text(change(ref))}});
  }
  if (domains.size() > kDomainsNamed) {
    say("  and in " + counted(domains.size() - kDomainsNamed, "more domain") + ": " + rest.text() +
        " (-v shows them)\n");
  }
  say("\n");
}

void PlanText::domain(const std::string& name, std::span<const LineRef> lines) {
  say(painted(name, Paint::bold, style_) + "\n");
  const auto all = counts(lines);
  const auto limit = [&](Verb verb) -> std::size_t {
    if (style_.verbose) {
      return lines.size();
    }
    const auto most = verb == Verb::create ? kCreatesPerDomain : kBooksPerDomain;
    const auto count = verb == Verb::create   ? all.created()
                       : verb == Verb::adopt  ? all.adopts
                       : verb == Verb::forget ? all.forgets
                                              : all.refreshes;
    return count <= most ? most : verb == Verb::create ? most - 2 : 0;
  };
  std::map<Verb, std::size_t> shown;
  Counts hidden;
  for (const auto& ref : lines) {
    const auto& c = change(ref);
    if (is_countable(c) && ++shown[c.verb] > limit(c.verb)) {
      hidden.add(c, kind_of(ref));
    } else {
      pieces_.push_back({"", row_of(view_, ref, style_)});
    }
  }
  const auto count = [&](std::size_t number, const char* sign, Paint paint, const char* what) {
    if (number != 0) {
      say("  " + painted(sign, paint, style_) + " " + thousands(number) + what +
          " (-v shows them)\n");
    }
  };
  count(hidden.created(), "+", Paint::green, " more to create");
  count(hidden.adopts, "=", Paint::dim, " as declared already: become ours");
  count(hidden.refreshes, "≈", Paint::dim, " only noted in the state");
  count(hidden.forgets, "·", Paint::dim, " no longer kept in the state");
  say("\n");
}

void PlanText::domains(const std::vector<LineRef>& lines) {
  const auto all = domains_of(lines);
  std::vector<LineRef> others;
  std::vector<Domain> adding;
  for (const auto& each : all) {
    if (each.only_adds) {
      adding.push_back(each);
    } else {
      others.insert(others.end(), each.lines.begin(), each.lines.end());
    }
  }
  const auto grouped = style_.verbose ? Grouping{{}, others} : group_by_cause(view_, others);
  const bool too_many = !style_.verbose && grouped.single.size() > kLinesToRead;
  const auto rest =
      too_many ? group_by_difference(view_, grouped.single) : Sameness{{}, grouped.single};
  std::vector<Domain> in_full;
  for (const auto& each : domains_of(rest.single)) {
    (each.only_adds ? adding : in_full).push_back(each);
  }
  if (style_.verbose || adding.size() <= kDomainsInFull) {
    in_full.insert(in_full.end(), adding.begin(), adding.end());
    adding.clear();
  }
  std::stable_sort(in_full.begin(), in_full.end(), [](const Domain& a, const Domain& b) {
    return a.name < b.name;
  });
  for (const auto& each : in_full) {
    domain(each.name, each.lines);
  }
  groups(grouped.groups);
  for (const auto& same : rest.same) {
    say(same_text(view_, same, style_));
  }
  say(rest.same.empty() ? "" : "\n");
  additions(adding);
}

void PlanText::groups(const std::vector<CauseGroup>& groups) {
  for (const auto& group : groups) {
    say(group_text(view_, group, style_));
  }
  say(groups.empty() ? "" : "\n");
}

/// In full; but a zone that goes with all that is in it says so, and its content is counted beyond
/// a screenful.
void PlanText::deletes(const std::vector<LineRef>& lines) {
  if (lines.empty()) {
    return;
  }
  say(painted("To delete or replace", Paint::red, style_) + "\n");
  for (const auto& each : domains_of(lines)) {
    say(painted(each.name, Paint::bold, style_) + "\n");
    const auto& first = each.lines.front();
    const bool whole = scope(first).key(change(first)).empty() &&
                       each.lines.back().scope == first.scope && !style_.verbose;
    const auto shown = whole ? std::min(each.lines.size(), kContentPerZone + 1) : each.lines.size();
    for (const auto& ref : each.lines.first(shown)) {
      pieces_.push_back({"", row_of(view_, ref, style_)});
    }
    if (shown < each.lines.size()) {
      say("    and " + counted(each.lines.size() - shown, "more object") +
          " in it (-v shows them)\n");
    }
  }
  say("\n");
}

std::string PlanText::laid_out() const {
  RowLayout layout(style_);
  for (const auto& piece : pieces_) {
    if (piece.row) {
      layout.measure(*piece.row);
    }
  }
  std::string text;
  for (const auto& piece : pieces_) {
    text += piece.row ? layout.text(*piece.row) : piece.text;
  }
  return text;
}

std::string PlanText::all() {
  auto lines = shown_lines(view_);
  std::vector<LineRef> last;
  const auto destructive = [&](const LineRef& ref) { return is_destructive(change(ref)); };
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(last), destructive);
  std::erase_if(lines, destructive);
  domains(lines);
  say(scope_states_text(view_, style_));
  deletes(last);
  return header_text(view_.header, style_) + notes_text(view_, style_) + "\n" + laid_out() +
         refusals_text(view_, style_) + closing_text(view_, style_);
}

}  // namespace

std::string plan_text(const PlanView& view, const Style& style) {
  return PlanText(view, style).all();
}

namespace {

/// What to say before the reason; null where a scope was compared, or is not to be.
const char* why_not_compared(plan::ScopeState state) {
  switch (state) {
    case plan::ScopeState::unread:
      return ": could not be read: ";
    case plan::ScopeState::suspect:
      return ": is not believed: ";
    case plan::ScopeState::in_doubt:
      return ": is in doubt: ";
    case plan::ScopeState::refused:
      return ": is left alone: ";
    case plan::ScopeState::planned:
    case plan::ScopeState::paused:
    case plan::ScopeState::retired:
      break;
  }
  return nullptr;
}

}  // namespace

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
    const auto* what = why_not_compared(scope.state);
    if (what != nullptr) {
      text += heading(scope) + what + printable(scope.why) + "\n";
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
  auto text = std::string(symbol(change)) + " " + std::string(catalog.of(scope.kind(change)).name);
  const auto label = label_of(scope, change, catalog);
  const auto what = what_text(scope, change, catalog);
  return text + (label.empty() ? "" : " " + label) + (what.empty() ? "" : "  " + what);
}

}  // namespace plumb::describe
