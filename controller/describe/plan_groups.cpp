#include "controller/describe/plan_groups.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_rows.h"

namespace plumb::describe {
namespace {

constexpr std::size_t kFewestDomains = 3;
constexpr std::size_t kMostNamed = 5;

/// What lines must have in common to be of one cause. No text: there may be very many.
struct Cause {
  Place place;
  plan::Verb verb{};
  plan::Reason reason{};
  std::pair<Guard, bool> consent;
  std::uint8_t kind = 0;
  std::string_view key;
  LineRef ref;

  auto identity() const { return std::tie(place, verb, reason, consent, kind, key); }
};

const plan::ScopePlan& scope_of(const PlanView& view, const LineRef& ref) {
  return view.plan.scopes[ref.scope];
}
const plan::Change& change_of(const PlanView& view, const LineRef& ref) {
  return scope_of(view, ref).changes[ref.change];
}

bool is_groupable(const plan::Change& change) {
  return (change.verb == plan::Verb::create || change.verb == plan::Verb::update ||
          change.verb == plan::Verb::hold) &&
         !is_destructive(change);
}

std::size_t domains_in(const PlanView& view, const std::vector<LineRef>& lines) {
  std::set<std::string> domains;
  for (const auto& ref : lines) {
    domains.insert(heading(scope_of(view, ref)));
  }
  return domains.size();
}

std::vector<Cause> causes(const PlanView& view, const std::vector<LineRef>& lines) {
  std::vector<Cause> causes;
  for (const auto& ref : lines) {
    const auto& scope = scope_of(view, ref);
    const auto& change = change_of(view, ref);
    const auto place = scope.place(change);
    if (place.known() && is_groupable(change)) {
      causes.push_back({place,
                        change.verb,
                        change.reason,
                        {change.guard, change.consented != 0},
                        static_cast<std::uint8_t>(scope.kind(change)),
                        scope.key(change),
                        ref});
    }
  }
  std::sort(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) {
    return std::tuple(a.identity(), a.ref.scope, a.ref.change) <
           std::tuple(b.identity(), b.ref.scope, b.ref.change);
  });
  return causes;
}

/// `text` with the domain's own name taken out: "dmarc@a.example" and "dmarc@b.example" are alike.
std::string neutral(std::string text, const std::string& domain) {
  for (auto at = text.find(domain); !domain.empty() && at != std::string::npos;
       at = text.find(domain, at + 1)) {
    text.replace(at, domain.size(), "{domain}");
  }
  return text;
}

/// The lines by what they say: as it is where several say so, else with the domain's name taken
/// out.
std::map<std::string, std::vector<LineRef>> by_text(const PlanView& view,
                                                    std::span<const Cause> causes) {
  std::map<std::string, std::vector<LineRef>> as_is;
  std::pair<std::string_view, std::string_view> bytes;
  std::string text;
  for (const auto& cause : causes) {
    const auto& scope = scope_of(view, cause.ref);
    const auto& change = change_of(view, cause.ref);
    const std::pair own(scope.before(change), scope.after(change));
    if (as_is.empty() || own != bytes) {
      text = what_text(scope, change, view.catalog);
      bytes = own;
    }
    as_is[text].push_back(cause.ref);
  }
  std::map<std::string, std::vector<LineRef>> found;
  for (auto& [said, refs] : as_is) {
    const auto& key = refs.size() > 1 ? said : neutral(said, heading(scope_of(view, refs.front())));
    auto& into = found[key];
    into.insert(into.end(), refs.begin(), refs.end());
  }
  return found;
}

/// The groups among the lines of one cause; the largest knows which lines differ.
void add_groups(const PlanView& view,
                std::span<const Cause> causes,
                std::vector<CauseGroup>& groups) {
  const auto first = groups.size();
  std::vector<LineRef> differ;
  for (auto& [text, refs] : by_text(view, causes)) {
    if (domains_in(view, refs) >= kFewestDomains) {
      groups.push_back({.alike = refs, .what = text});
    } else {
      differ.insert(differ.end(), refs.begin(), refs.end());
    }
  }
  if (groups.size() > first) {
    const auto most = std::max_element(
        groups.begin() + static_cast<std::ptrdiff_t>(first),
        groups.end(),
        [](const CauseGroup& a, const CauseGroup& b) { return a.alike.size() < b.alike.size(); });
    most->differ = std::move(differ);
  }
}

}  // namespace

Grouping group_by_cause(const PlanView& view, const std::vector<LineRef>& lines) {
  const auto all = causes(view, lines);
  Grouping grouping;
  for (std::size_t i = 0; i < all.size();) {
    auto end = i;
    while (end < all.size() && all[end].identity() == all[i].identity()) {
      ++end;
    }
    if (end - i >= kFewestDomains) {
      add_groups(view, std::span(all).subspan(i, end - i), grouping.groups);
    }
    i = end;
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> grouped;
  for (const auto& group : grouping.groups) {
    for (const auto& ref : group.alike) {
      grouped.emplace(ref.scope, ref.change);
    }
  }
  for (const auto& ref : lines) {
    if (!grouped.contains({ref.scope, ref.change})) {
      grouping.single.push_back(ref);
    }
  }
  return grouping;
}

Sameness group_by_difference(const PlanView& view, const std::vector<LineRef>& lines) {
  constexpr std::size_t kFewestLines = 20;
  using Said = std::tuple<plan::Verb, plan::Reason, std::uint8_t, std::string>;
  std::map<Said, std::vector<LineRef>> by_what;
  for (const auto& ref : lines) {
    const auto& scope = scope_of(view, ref);
    const auto& change = change_of(view, ref);
    if (change.verb == plan::Verb::update && change.risk == Risk::none &&
        change.guard == Guard::none && !is_destructive(change)) {
      by_what[{change.verb,
               change.reason,
               static_cast<std::uint8_t>(scope.kind(change)),
               what_text(scope, change, view.catalog)}]
          .push_back(ref);
    }
  }
  Sameness found;
  std::set<std::pair<std::uint32_t, std::uint32_t>> gathered;
  for (auto& [said, refs] : by_what) {
    if (refs.size() >= kFewestLines) {
      for (const auto& ref : refs) {
        gathered.emplace(ref.scope, ref.change);
      }
      found.same.push_back({std::move(refs), std::get<3>(said)});
    }
  }
  std::copy_if(
      lines.begin(), lines.end(), std::back_inserter(found.single), [&](const LineRef& ref) {
        return !gathered.contains({ref.scope, ref.change});
      });
  return found;
}

std::string same_text(const PlanView& view, const SameChange& same, const Style& style) {
  const auto row = row_of(view, same.lines.front(), style);
  return painted("in " + counted(domains_in(view, same.lines), "domain"), Paint::bold, style) +
         "\n  " + painted(row.symbol, row.paint, style) + " " + thousands(same.lines.size()) + " " +
         row.kind + "  " + cut(same.what, style.width > 60 ? style.width - 50 : 24) + "  " +
         row.reason + " (-v shows them)\n";
}

std::string group_text(const PlanView& view, const CauseGroup& group, const Style& style) {
  const auto row = row_of(view, group.alike.front(), style);
  const auto& scope = scope_of(view, group.alike.front());
  const auto place = scope.place(change_of(view, group.alike.front()));
  const auto where =
      printable(view.files.path(place.file)) + ":" + std::to_string(std::uint32_t{place.line});
  auto text =
      painted("in " + counted(domains_in(view, group.alike), "domain"), Paint::bold, style) + "  " +
      painted(where, Paint::dim, style) + "\n";
  auto line = row.kind + "  " + row.label + "  " + group.what + "  ";
  const auto tail = row.provider + "  " + row.reason;
  const bool fits = style.width == 0 || columns(line) + columns(tail) + 4 <= style.width;
  if (fits) {
    text += "  " + painted(row.symbol, row.paint, style) + " " + line +
            painted(row.provider, Paint::dim, style) + "  " + row.reason + "\n";
  } else {
    const std::size_t width = style.width > 30 ? style.width - 6 : 24;
    text += "  " + painted(row.symbol, row.paint, style) + " " + row.kind + "  " + row.label +
            "  " + painted(row.provider, Paint::dim, style) + "  " + row.reason + "\n";
    for (const auto& part : wrapped(group.what, width, 3)) {
      text += "      " + part + "\n";
    }
  }
  if (!group.differ.empty()) {
    std::set<std::string> names;
    for (const auto& ref : group.differ) {
      names.insert(heading(scope_of(view, ref)));
    }
    text += "    (" + thousands(names.size()) + (names.size() == 1 ? " differs: " : " differ: ");
    std::size_t shown = 0;
    for (const auto& name : names) {
      if (shown++ == kMostNamed) {
        text += ", …";
        break;
      }
      text += (shown == 1 ? "" : ", ") + name;
    }
    text += ")\n";
  }
  return text;
}

}  // namespace plumb::describe
