#include "controller/describe/plan_groups.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace plumb::describe {
namespace {

constexpr std::size_t kFewestDomains = 3;
constexpr std::size_t kMostNamed = 5;

using Cause =
    std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, plan::Verb, plan::Reason, std::string>;

const plan::ScopePlan& scope_of(const PlanView& view, const LineRef& ref) {
  return view.plan.scopes[ref.scope];
}
const plan::Change& change_of(const PlanView& view, const LineRef& ref) {
  return scope_of(view, ref).changes[ref.change];
}

std::size_t domains_in(const PlanView& view, const std::vector<LineRef>& lines) {
  std::set<std::string> domains;
  for (const auto& ref : lines) {
    domains.insert(heading(scope_of(view, ref)));
  }
  return domains.size();
}

/// Differences are compared with the domain's own name taken out: "dmarc@a.example" and
/// "dmarc@b.example" are alike.
std::string neutral_difference(const PlanView& view, const LineRef& ref) {
  const auto& scope = scope_of(view, ref);
  auto text = what_text(scope, change_of(view, ref), view.catalog);
  const auto domain = heading(scope);
  for (auto at = text.find(domain); !domain.empty() && at != std::string::npos;
       at = text.find(domain, at + 1)) {
    text.replace(at, domain.size(), "{domain}");
  }
  return text;
}

CauseGroup split(const PlanView& view, const std::vector<LineRef>& lines) {
  std::map<std::string, std::vector<LineRef>> by_difference;
  for (const auto& ref : lines) {
    by_difference[neutral_difference(view, ref)].push_back(ref);
  }
  const auto most = std::max_element(
      by_difference.begin(), by_difference.end(), [](const auto& a, const auto& b) {
        return a.second.size() < b.second.size();
      });
  CauseGroup group;
  group.alike = most->second;
  for (const auto& [difference, refs] : by_difference) {
    if (difference != most->first) {
      group.differ.insert(group.differ.end(), refs.begin(), refs.end());
    }
  }
  return group;
}

}  // namespace

Grouping group_by_cause(const PlanView& view, const std::vector<LineRef>& lines) {
  std::map<Cause, std::vector<LineRef>> by_cause;
  for (const auto& ref : lines) {
    const auto& scope = scope_of(view, ref);
    const auto& change = change_of(view, ref);
    const auto place = scope.place(change);
    if (place.known()) {
      by_cause[{place.file,
                place.line,
                place.column,
                change.verb,
                change.reason,
                label_of(scope, change, view.catalog)}]
          .push_back(ref);
    }
  }
  Grouping grouping;
  std::set<std::pair<std::uint32_t, std::uint32_t>> grouped;
  for (const auto& [cause, refs] : by_cause) {
    if (refs.size() >= kFewestDomains && domains_in(view, refs) >= kFewestDomains) {
      grouping.groups.push_back(split(view, refs));
      for (const auto& ref : refs) {
        grouped.emplace(ref.scope, ref.change);
      }
    }
  }
  for (const auto& ref : lines) {
    if (!grouped.contains({ref.scope, ref.change})) {
      grouping.single.push_back(ref);
    }
  }
  return grouping;
}

std::string group_text(const PlanView& view, const CauseGroup& group, const Style& style) {
  const auto& first = group.alike.front();
  const auto& scope = scope_of(view, first);
  const auto& change = change_of(view, first);
  auto all = group.alike;
  all.insert(all.end(), group.differ.begin(), group.differ.end());
  const auto place = scope.place(change);
  auto where = view.files.path(place.file) + ":" + std::to_string(std::uint32_t{place.line});
  auto text = "in " + counted(domains_in(view, all), "domain") + "  " +
              painted(where, Paint::dim, style) + "  " +
              painted(symbol(change), paint_of(change), style) + " " +
              std::string(view.catalog.of(scope.kind(change)).name) + " " +
              label_of(scope, change, view.catalog) + "  " +
              cut(neutral_difference(view, first), style.width > 60 ? style.width - 40 : 40) +
              "  " + reason_text(change);
  if (!group.differ.empty()) {
    std::vector<std::string> names;
    for (const auto& ref : group.differ) {
      names.push_back(heading(scope_of(view, ref)));
    }
    text += "  (" + std::to_string(names.size()) + " differ: ";
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
      text += (i == 0 ? "" : ", ") + names[i];
    }
    text += names.size() > kMostNamed ? ", …)" : ")";
  }
  return text;
}

}  // namespace plumb::describe
