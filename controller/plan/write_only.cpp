#include "controller/plan/write_only.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "controller/plan/compare.h"
#include "controller/plan/guards.h"

namespace plumb::plan {
namespace {

/// "password": what the write-only rows of a table are called.
std::string word_of(const Table& table, const Catalog& catalog) {
  for (const auto& entry : table.entries()) {
    const auto& kind = catalog.of(entry.kind);
    if ((entry.flags & has_references) != 0 && has_write_only(kind, table.body(entry))) {
      return data_word(kind);
    }
  }
  return "value";
}

std::string name_of(const ScopePlan& scope, std::uint32_t desired_row, const Catalog& catalog) {
  const auto& table = scope.desired->table;
  const auto& entry = table[desired_row];
  return object_name(scope, entry.kind, table.key(entry), catalog);
}

Place place_of(const ScopePlan& scope, std::uint32_t desired_row) {
  const auto& places = scope.desired->places;
  return desired_row < places.size() ? places[desired_row] : Place{};
}

}  // namespace

void refuse_without_secret(ScopePlan& scope,
                           std::uint32_t desired_row,
                           std::string_view why,
                           const Catalog& catalog) {
  scope.refusals.push_back(
      {.message = fmt::format("{} cannot be made: {}", name_of(scope, desired_row, catalog), why),
       .place = place_of(scope, desired_row)});
}

void refuse_flawed(ScopePlan& scope,
                   std::uint32_t desired_row,
                   std::string_view flaw,
                   const Catalog& catalog) {
  scope.refusals.push_back(
      {.message = fmt::format("{} is not set: {}", name_of(scope, desired_row, catalog), flaw),
       .place = place_of(scope, desired_row),
       .mistake = true});
}

void hold_without_secret(ScopePlan& scope) {
  std::set<std::string_view> keys;
  for (const auto& change : scope.changes) {
    if (change.no_secret) {
      keys.insert(scope.key(change));
    }
  }
  for (auto& change : scope.changes) {
    if (!keys.empty() && change.verb == Verb::create && keys.contains(scope.key(change))) {
      change.verb = Verb::hold;
      change.reason = Reason::awaits;
      change.guard = Guard::none;
      change.consented = 0;
    }
  }
}

std::uint32_t set_anew(const Plan& plan, const Catalog& catalog) {
  std::uint32_t count = 0;
  for (const auto& scope : plan.scopes) {
    std::multiset<std::string_view> made;  // an object that is new brings its value along
    for (const auto& change : scope.changes) {
      if (goes(change) && change.verb == Verb::create) {
        made.insert(scope.key(change));
      }
    }
    count += static_cast<std::uint32_t>(
        std::count_if(scope.changes.begin(), scope.changes.end(), [&](const Change& change) {
          const bool sets = goes(change) && change.verb != Verb::remove &&
                            has_write_only(catalog.of(scope.kind(change)), scope.after(change));
          const bool alone = change.verb != Verb::create || made.count(scope.key(change)) == 1;
          const auto* claim = change.claim == kNone ? nullptr : &scope.claimed->table;
          const bool same = claim != nullptr && change.verb == Verb::update &&
                            same_write_only(catalog.of(scope.kind(change)),
                                            claim->body((*claim)[change.claim]),
                                            scope.after(change));
          return sets && alone && !same;
        }));
  }
  return count;
}

std::uint32_t declared_write_only(const Plan& plan, const Catalog& catalog) {
  std::uint32_t count = 0;
  for (const auto& scope : plan.scopes) {
    if (scope.desired == nullptr) {
      continue;
    }
    const auto& table = scope.desired->table;
    count += static_cast<std::uint32_t>(
        std::count_if(table.entries().begin(), table.entries().end(), [&](const Entry& entry) {
          return has_write_only(catalog.of(entry.kind), table.body(entry));
        }));
  }
  return count;
}

void note_left_alone(Plan& plan, const Catalog& catalog) {
  struct Left {
    std::uint32_t count = 0;
    std::string why;  ///< of the first
  };
  std::map<std::pair<std::string, std::string>, Left> left;
  for (const auto& scope : plan.scopes) {
    if (scope.counts.left_alone != 0 && scope.desired) {
      auto& one = left[{scope.provider, word_of(scope.desired->table, catalog)}];
      one.count += scope.counts.left_alone;
      one.why = one.why.empty() ? scope.left_alone_because : one.why;
    }
  }
  for (const auto& [who, what] : left) {
    plan.notes.push_back(fmt::format("{}: {} {}{} could not be read here: left alone{}{}",
                                     who.first,
                                     what.count,
                                     who.second,
                                     what.count == 1 ? "" : "s",
                                     what.count == 1 ? ": " : "; of the first: ",
                                     what.why));
  }
}

}  // namespace plumb::plan
