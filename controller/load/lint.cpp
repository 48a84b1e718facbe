#include "controller/load/lint.h"

#include <algorithm>
#include <optional>
#include <set>

#include "controller/env/parallel.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/mistakes.h"
#include "resources/rules/rules.h"

namespace plumb::load {
namespace {

/// The zone as the rules see it, with the switches of its records. Borrows the scope.
rules::ZoneView view_of(const Expanded& domain) {
  const auto& scope = *domain.scopes.front();
  std::vector<rules::ZoneRecord> records;
  records.reserve(scope.table.size());
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
    record.name_place = domain.written.name(row);
    record.value_places = domain.written.values(row);
    record.unresolved = (entry.flags & EntryFlag::has_references) != 0;
    if (!record.unresolved) {
      record.values = kinds::rrset_values(body);
    }
    record.rules_off = domain.written.rules_off(row);
    records.push_back(std::move(record));
  }
  rules::ZoneSettings settings;
  settings.exclusive = scope.exclusive;
  settings.unread = &domain.unread;
  settings.unmanaged = scope.unmanaged;
  settings.place = scope.place;
  return {values::DomainName::from_canonical(scope.scope.container),
          std::move(records),
          std::move(settings)};
}

/// Says of which domains not every rule was asked everything.
void note_silence(std::span<const Expanded> domains, Diagnostics& problems) {
  constexpr std::size_t kShown = 20;
  std::size_t silent = 0;
  for (const auto& domain : domains) {
    if (domain.scopes.empty() || (domain.unread.empty() && domain.lint_known)) {
      continue;
    }
    if (++silent <= kShown) {
      problems.note(domain.scopes.front()->place,
                    Mistake::rules_held_back,
                    "not all of " + domain.scopes.front()->domain + " can be read: rules " +
                        (domain.lint_known ? "say nothing of what may be missing for that alone"
                                           : "are not asked, which are switched off is not known"));
    }
  }
  if (silent > kShown) {
    problems.note({},
                  Mistake::rules_held_back,
                  "the same holds for " + std::to_string(silent - kShown) + " more domains");
  }
}

}  // namespace

void check_rule_names(const kinds::LintSwitch& lint, Diagnostics& problems) {
  if (lint.off.empty()) {
    return;
  }
  const auto known = rules::rule_ids();
  for (std::size_t i = 0; i < lint.off.size(); ++i) {
    if (std::find(known.begin(), known.end(), lint.off[i]) == known.end()) {
      if (find_mistake(lint.off[i]) != nullptr) {
        problems.error(lint.places[i],
                       Mistake::rule_not_switchable,
                       "`" + lint.off[i] + "` is always reported and cannot be switched off",
                       "repair what it reports; only rules of zones can be switched off");
        continue;
      }
      auto hint = did_you_mean(lint.off[i], known);
      problems.error(lint.places[i],
                     Mistake::unknown_rule,
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
    if (views[i] && domains[i].lint_known) {
      rules::lint_zone(*views[i], &directory, domains[i].zone_rules_off, found[i]);
    }
  });
  for (auto& one : found) {
    problems.append(std::move(one));
  }
  note_silence(domains, problems);
}

}  // namespace plumb::load
