#include "controller/load/scope_builder.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/model/mistakes.h"

namespace plumb::load {

ScopeBuilder::ScopeBuilder(Scope scope) : scope_(std::make_shared<DesiredScope>()) {
  scope_->scope = std::move(scope);
}

void ScopeBuilder::reserve(std::size_t rows, std::size_t octets) {
  table_.reserve(rows, octets);
  places_.reserve(rows);
  policies_.reserve(rows);
}

std::uint16_t ScopeBuilder::intern(Policy policy) {
  auto& all = scope_->policies;
  const auto found = std::find(all.begin(), all.end(), policy);
  if (found != all.end()) {
    return static_cast<std::uint16_t>(found - all.begin());
  }
  all.push_back(std::move(policy));
  return static_cast<std::uint16_t>(all.size() - 1);
}

/// What one rule makes comes in a row: the last one is likely the same.
std::uint32_t ScopeBuilder::intern(std::string_view maker) {
  auto& all = scope_->makers;
  if (maker.empty()) {
    return 0;
  }
  if (all.empty() || all.back() != maker) {
    all.emplace_back(maker);
  }
  return static_cast<std::uint32_t>(all.size());
}

void ScopeBuilder::add(Row row) {
  const auto number = static_cast<std::uint32_t>(places_.size());
  table_.add(row.kind, row.key, row.body, row.flags);
  places_.push_back(row.place);
  policies_.push_back(intern(std::move(row.policy)));
  makers_.push_back(intern(row.made_by));
  if (!row.sources.empty()) {
    sources_.emplace_back(number, std::move(row.sources));
  }
  if (!row.needs.empty()) {
    std::sort(row.needs.begin(), row.needs.end());
    row.needs.erase(std::unique(row.needs.begin(), row.needs.end()), row.needs.end());
    needs_.emplace_back(number, std::move(row.needs));
  }
  if (!row.former.empty()) {
    formers_.push_back({number, std::move(row.former), row.former_place});
  }
}

/// What a mailbox holds can go on under one name only. Requires: the table is sealed.
void ScopeBuilder::check_formers(std::span<const std::uint32_t> row_of,
                                 Diagnostics& problems) const {
  std::map<std::string_view, Place> taken;
  for (const auto& former : formers_) {
    const auto& entry = scope_->table[row_of[former.number]];
    if (entry.kind != kinds::kMailbox) {
      continue;
    }
    Diagnostic problem{.severity = Severity::error,
                       .place = former.place,
                       .rule = std::string(info(Mistake::former_name).id)};
    if (former.key == scope_->table.key(entry)) {
      problem.message = "`formerly` is the mailbox's own name";
      problem.hint = "take it out";
      problems.add(std::move(problem));
      continue;
    }
    if (const auto row = scope_->table.find(entry.kind, former.key)) {
      problem.message = fmt::format("`formerly`: mailbox {} is still declared", former.key);
      problem.hint = "take `formerly` out: what it holds stays with it";
      problem.related = scope_->places[*row];
      problems.add(std::move(problem));
      continue;
    }
    const auto [first, added] = taken.emplace(former.key, former.place);
    if (!added) {
      problem.message = fmt::format("two mailboxes say that they were {}", former.key);
      problem.hint = "its home and its password can go to one of them: take the other out";
      problem.related = first->second;
      problems.add(std::move(problem));
    }
  }
}

std::shared_ptr<DesiredScope> ScopeBuilder::seal(std::vector<std::uint32_t>& order,
                                                 Diagnostics& problems) {
  auto sealed = table_.seal();
  for (const auto& [first, second] : sealed.duplicates) {
    problems.add({.severity = Severity::error,
                  .place = places_[second],
                  .message = "this is declared twice",
                  .hint = "remove one of the two",
                  .rule = std::string(info(Mistake::declared_twice).id),
                  .related = places_[first]});
  }
  std::vector<std::uint32_t> row_of(places_.size(), 0);
  scope_->places.reserve(sealed.order.size());
  scope_->policy.reserve(sealed.order.size());
  for (std::uint32_t row = 0; row < sealed.order.size(); ++row) {
    row_of[sealed.order[row]] = row;
    scope_->places.push_back(places_[sealed.order[row]]);
    scope_->policy.push_back(policies_[sealed.order[row]]);
    if (!scope_->makers.empty()) {
      scope_->maker.push_back(makers_[sealed.order[row]]);
    }
  }
  for (auto& [number, ids] : needs_) {
    scope_->needs.push_back({row_of[number], std::move(ids)});
  }
  for (auto& former : formers_) {
    scope_->formers.push_back({row_of[former.number], former.key});
  }
  for (auto& [number, places] : sources_) {
    scope_->sources.push_back({row_of[number], std::move(places)});
  }
  const auto by_entry = [](const auto& a, const auto& b) { return a.entry < b.entry; };
  std::sort(scope_->needs.begin(), scope_->needs.end(), by_entry);
  std::sort(scope_->formers.begin(), scope_->formers.end(), by_entry);
  std::sort(scope_->sources.begin(), scope_->sources.end(), by_entry);
  if (scope_->policies.empty()) {
    scope_->policies.emplace_back();
  }
  scope_->table = std::move(sealed.table);
  check_formers(row_of, problems);
  order = std::move(sealed.order);
  return std::move(scope_);
}

}  // namespace plumb::load
