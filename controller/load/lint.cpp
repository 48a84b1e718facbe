#include "controller/load/lint.h"

#include <algorithm>
#include <optional>
#include <set>

#include "controller/env/parallel.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/rules/rules.h"

namespace plumb::load {
namespace {

/// The zone as the rules see it, with the switches of its records. Borrows the scope.
rules::ZoneView view_of(const Expanded& domain) {
  const auto& scope = *domain.scopes.front();
  std::vector<rules::ZoneRecord> records;
  records.reserve(scope.table.size());
  auto off = domain.rules_off.begin();
  for (std::uint32_t row = 0; row < scope.table.size(); ++row) {
    const auto& entry = scope.table[row];
    if (entry.kind != kinds::kRRset) {
      continue;
    }
    const auto key = kinds::split_rrset_key(scope.table.key(entry));
    const auto body = scope.table.body(entry);
    rules::ZoneRecord record;
    record.owner = key.owner;
    record.type = values::find_record_type(key.type).value_or(values::RecordType::txt);
    record.ttl = kinds::rrset_ttl(body);
    record.place = scope.places[row];
    record.unresolved = (entry.flags & EntryFlag::has_references) != 0;
    if (!record.unresolved) {
      record.values = kinds::rrset_values(body);
    }
    off = std::find_if(
        off, domain.rules_off.end(), [&](const auto& one) { return one.first >= row; });
    if (off != domain.rules_off.end() && off->first == row) {
      record.rules_off = &off->second;
    }
    records.push_back(std::move(record));
  }
  rules::ZoneSettings settings;
  settings.exclusive = scope.exclusive;
  settings.complete = domain.whole && !domain.problems.has_errors();
  settings.unmanaged = scope.unmanaged;
  settings.place = scope.place;
  return {values::DomainName::from_canonical(scope.scope.container),
          std::move(records),
          std::move(settings)};
}

}  // namespace

void check_rule_names(const kinds::LintSwitch& lint, Diagnostics& problems) {
  if (lint.off.empty()) {
    return;
  }
  const auto known = rules::rule_ids();
  for (std::size_t i = 0; i < lint.off.size(); ++i) {
    if (std::find(known.begin(), known.end(), lint.off[i]) == known.end()) {
      auto hint = did_you_mean(lint.off[i], known);
      problems.error(lint.places[i],
                     "there is no rule `" + lint.off[i] + "`",
                     !hint.empty() ? std::move(hint) : "write the id that the message shows");
    }
  }
}

void lint_zones(std::span<const Expanded> domains, unsigned threads, Diagnostics& problems) {
  std::vector<std::optional<rules::ZoneView>> views(domains.size());
  env::for_each_parallel(domains.size(), threads, [&](std::size_t i) {
    if (!domains[i].scopes.empty()) {
      views[i] = view_of(domains[i]);
    }
  });
  std::vector<const rules::ZoneView*> zones;
  for (const auto& view : views) {
    if (view) {
      zones.push_back(&*view);
    }
  }
  const rules::ZoneDirectory directory(std::move(zones));
  std::vector<Diagnostics> found(domains.size());
  env::for_each_parallel(domains.size(), threads, [&](std::size_t i) {
    if (views[i] && domains[i].whole && !domains[i].problems.has_errors()) {
      rules::lint_zone(*views[i], &directory, domains[i].zone_rules_off, found[i]);
    }
  });
  for (auto& one : found) {
    problems.append(std::move(one));
  }
}

}  // namespace plumb::load
