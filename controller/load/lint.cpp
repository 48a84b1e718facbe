#include "controller/load/lint.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "controller/env/parallel.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/mistakes.h"
#include "resources/rules/rules.h"

namespace plumb::load {
namespace {

/// Texts that stand in for values which nobody knows before an apply. Their addresses stay.
using StandIns = std::deque<std::string>;

/// What a TXT of references can be judged by: the addresses of servers are taken for some that mean
/// nothing. nullopt: it depends on something else.
std::optional<std::string> judged_text(const Value& value) {
  if (const auto* text = value.as_string()) {
    return *text;
  }
  const auto* expression = std::get_if<Expression>(&value.data);
  std::string text;
  for (const auto& part : expression != nullptr ? expression->parts : std::vector<Value>{value}) {
    if (const auto* literal = part.as_string()) {
      text += *literal;
      continue;
    }
    const auto* reference = std::get_if<Reference>(&part.data);
    const auto output = reference != nullptr ? std::string_view(reference->output) : "";
    if (output == "spf") {
      text += "ip4:192.0.2.1";
    } else if (output == "ipv4") {
      text += "192.0.2.1";
    } else if (output == "ipv6") {
      text += "2001:db8::1";
    } else {
      return std::nullopt;
    }
  }
  return text;
}

/// Gives a record with references the values by which it can be judged, if it has such.
void stand_in(rules::ZoneRecord& record, std::string_view body, StandIns& texts) {
  const auto tree = body_tree(kinds::rrset_kind(), body);
  const auto* values = tree ? tree->find("values") : nullptr;
  if (record.type != values::RecordType::txt || values == nullptr || values->as_list() == nullptr) {
    return;
  }
  std::vector<std::string_view> judged;
  for (const auto& value : *values->as_list()) {
    auto text = judged_text(value);
    if (!text) {
      return;
    }
    judged.push_back(texts.emplace_back(*std::move(text)));
  }
  record.values = std::move(judged);
  record.unresolved = false;
}

/// Whether some provider serves nothing of what a set declares: who resolves its name may come to
/// any of them.
bool is_proxied(const Expanded& domain, std::string_view key) {
  for (std::size_t i = 0; i < domain.served.size(); ++i) {
    const auto& table = domain.scopes[i]->table;
    const auto row = domain.served[i] != nullptr ? table.find(kinds::kRRset, key) : std::nullopt;
    if (row && domain.served[i](table.body(table[*row])).empty()) {
      return true;
    }
  }
  return false;
}

/// The zone as the rules see it, with the switches of its records. Borrows the scope.
rules::ZoneView view_of(const Expanded& domain, StandIns& texts) {
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
    if (record.unresolved) {
      stand_in(record, body, texts);
    } else {
      record.values = kinds::rrset_values(body);
    }
    record.proxied = is_proxied(domain, scope.table.key(entry));
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

/// The zones around one that is checked. Remembers which were asked for.
class Neighbours final : public rules::ZoneDirectory {
 public:
  using Numbers = std::unordered_map<const rules::ZoneView*, std::size_t>;
  Neighbours(const rules::ZoneDirectory& all, const Numbers& numbers)
      : all_(all), numbers_(numbers) {}

  const rules::ZoneView* zone_of(std::string_view absolute) const override {
    const auto* found = all_.zone_of(absolute);
    if (found != nullptr) {
      asked_.insert(numbers_.at(found));
    }
    return found;
  }
  const std::set<std::size_t>& asked() const { return asked_; }

 private:
  const rules::ZoneDirectory& all_;
  const Numbers& numbers_;
  mutable std::set<std::size_t> asked_;
};

/// Checks the zones of those domains that are not known already. An empty view stands for the zone
/// of one that is, until a rule asks for it: then that zone is expanded, and who asked checked
/// anew.
class ZoneCheck {
 public:
  ZoneCheck(const Manifests& manifests,
            std::span<const Expanded> domains,
            const ExpandKept& expand_kept,
            unsigned threads,
            std::vector<Diagnostics>& found,
            std::vector<std::vector<std::size_t>>& asked)
      : manifests_(manifests),
        domains_(domains),
        expand_kept_(expand_kept),
        threads_(threads),
        found_(found),
        asked_(asked),
        texts_(domains.size()),
        views_(domains.size()) {}

  void run() {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      if (!domains_[i].scopes.empty() && domains_[i].lint_known) {
        open.push_back(i);
      }
    }
    if (open.empty()) {
      return;
    }
    make_views();
    for (auto missing = check(open); !missing.empty(); missing = check(open)) {
      for (const auto i : missing) {
        auto& expanded = expanded_[i] = expand_kept_(i);
        views_[i].emplace(view_of(expanded, texts_[i]));
      }
      std::erase_if(open, [&](std::size_t i) {
        return std::none_of(asked_[i].begin(), asked_[i].end(), [&](std::size_t other) {
          return missing.contains(other);
        });
      });
    }
  }

 private:
  void make_views() {
    env::for_each_parallel(domains_.size(), threads_, [&](std::size_t i) {
      if (manifests_.domains[i].kept) {
        views_[i].emplace(manifests_.domains[i].name, std::vector<rules::ZoneRecord>());
      } else if (!domains_[i].scopes.empty()) {
        views_[i].emplace(view_of(domains_[i], texts_[i]));
      }
    });
    std::vector<const rules::ZoneView*> zones;
    for (std::size_t i = 0; i < views_.size(); ++i) {
      if (views_[i]) {
        zones.push_back(&*views_[i]);
        numbers_.emplace(&*views_[i], i);
      }
    }
    directory_ = rules::ZoneDirectory(std::move(zones));
  }

  /// Gives those that were asked for and are not expanded yet.
  std::set<std::size_t> check(const std::vector<std::size_t>& open) {
    env::for_each_parallel(open.size(), threads_, [&](std::size_t number) {
      const auto i = open[number];
      const Neighbours neighbours(directory_, numbers_);
      Diagnostics found;
      rules::lint_zone(*views_[i], &neighbours, domains_[i].zone_rules_off, found);
      found_[i] = std::move(found);
      asked_[i].clear();
      for (const auto other : neighbours.asked()) {
        if (other != i) {
          asked_[i].push_back(other);
        }
      }
    });
    std::set<std::size_t> missing;
    for (const auto i : open) {
      for (const auto other : asked_[i]) {
        if (manifests_.domains[other].kept && !expanded_.contains(other)) {
          missing.insert(other);
        }
      }
    }
    return missing;
  }

  const Manifests& manifests_;
  std::span<const Expanded> domains_;
  const ExpandKept& expand_kept_;
  unsigned threads_;
  std::vector<Diagnostics>& found_;
  std::vector<std::vector<std::size_t>>& asked_;
  std::vector<StandIns> texts_;
  std::vector<std::optional<rules::ZoneView>> views_;
  std::map<std::size_t, Expanded> expanded_;  ///< of those that are known already
  Neighbours::Numbers numbers_;
  rules::ZoneDirectory directory_;
};

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

void lint_zones(const Manifests& manifests,
                std::span<const Expanded> domains,
                const ExpandKept& expand_kept,
                unsigned threads,
                std::vector<Diagnostics>& found,
                std::vector<std::vector<std::size_t>>& asked,
                Diagnostics& problems) {
  ZoneCheck(manifests, domains, expand_kept, threads, found, asked).run();
  for (const auto& one : found) {
    problems.append(one);
  }
  note_silence(domains, problems);
}

}  // namespace plumb::load
