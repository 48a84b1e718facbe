#include "controller/plan/guards.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "resources/model/ascii.h"

namespace plumb::plan {
namespace {

std::string_view bare(std::string_view container) {
  return container.ends_with('.') ? container.substr(0, container.size() - 1) : container;
}

bool names_scope(std::string_view on, const ScopePlan* scope) {
  if (scope == nullptr) {
    return ascii_same(on, "Project");
  }
  const auto container = bare(scope->scope.container);
  return ascii_same(on, scope_name(*scope)) ||
         (!container.empty() && ascii_same(on, fmt::format("Domain/{}", container)));
}

bool includes_word(const Consent& consent, const std::string& word) {
  return std::any_of(
      consent.including.begin(), consent.including.end(), [&](const std::string& named) {
        return ascii_same(named, word) || ascii_same(named, word + "s") ||
               ascii_same(named, word + "es");
      });
}

bool includes(const Consent& consent, const Wanted& wanted) {
  if (wanted.data == nullptr) {
    return true;
  }
  const bool strangers = wanted.scope != nullptr && takes_strangers(*wanted.scope, *wanted.data);
  return includes_word(consent, data_word(*wanted.data)) &&
         (!strangers || includes_word(consent, std::string(kForeignWord)));
}

void hold(Change& change, Guard guard, bool conflict) {
  change.verb = conflict ? Verb::conflict : Verb::hold;
  change.guard = guard;
  change.consented = 0;
}

/// Asks for each guard of a change; the first that nobody consents to holds it.
void guard_one(ScopePlan& scope,
               Change& change,
               const Tripped& tripped,
               const std::array<std::uint32_t, 16>& counts,
               const PlanContext& context) {
  for (const auto guard : tripped.guards) {
    if (guard == Guard::none) {
      return;
    }
    const auto& kind = context.catalog.of(scope.kind(change));
    std::uint8_t consent = 0;
    if (!context.consents.empty() && guard != Guard::empty_set) {
      consent = find_consent(context.consents,
                             {guard,
                              object_name(scope, kind.id, scope.key(change), context.catalog),
                              &scope,
                              counts[static_cast<std::size_t>(guard)],
                              kind.holds_data ? &kind : nullptr});
    }
    if (consent == 0) {
      hold(change, guard, tripped.conflict);
      return;
    }
    change.guard = guard;
    change.consented = consent;
  }
}

bool is_held(const Change& change) {
  return change.verb == Verb::hold || change.verb == Verb::conflict;
}

/// A zone goes whole or not at all: what it holds is forgotten with it, or stays with it.
void settle_whole(ScopePlan& scope, const Catalog& catalog) {
  const Change* container = nullptr;
  bool held = false;
  for (const auto& change : scope.changes) {
    if (is_container(catalog.of(scope.kind(change)), scope.key(change))) {
      container = &change;
    }
    held = held || is_held(change);
  }
  if (container == nullptr) {
    return;
  }
  const auto guard = container->guard;
  for (auto& change : scope.changes) {
    // What is kept at the vendor anyway (apex NS) stays ours as long as its zone does.
    const bool lets_go = change.verb == Verb::forget && change.before != kNone;
    if (held && (takes_away(change) || lets_go)) {
      hold(change, guard, false);
    } else if (!held && &change != container && takes_away(change)) {
      change.verb = Verb::forget;
      change.after = kNone;
      change.guard = Guard::none;
      change.consented = 0;
    }
  }
}

bool is_cname(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  const auto& kind = catalog.of(scope.kind(change));
  return kind.label != nullptr && kind.label(scope.key(change)).ends_with(" CNAME");
}

bool held_removal(const Change& change) {
  return change.verb == Verb::hold && change.before != kNone && change.after == kNone;
}

void await(Change& change) {
  change.verb = Verb::hold;
  change.reason = Reason::awaits;
}

}  // namespace

bool takes_strangers(const ScopePlan& scope, const Kind& kind) {
  return !scope.desired && kind.rank == 0 && scope.counts.unmanaged != 0;
}

std::string scope_name(const ScopePlan& scope) {
  if (!scope.domain.empty()) {
    return fmt::format("Domain/{}", scope.domain);
  }
  const auto container = bare(scope.scope.container);
  return container.empty() ? fmt::format("Provider/{}", scope.provider)
                           : fmt::format("Domain/{}", container);
}

std::string object_name(const ScopePlan& scope,
                        KindId id,
                        std::string_view key,
                        const Catalog& catalog) {
  const auto& kind = catalog.of(id);
  const auto domain =
      scope.domain.empty() ? bare(scope.scope.container) : std::string_view(scope.domain);
  const auto label = key.empty() || kind.label == nullptr ? std::string(key) : kind.label(key);
  if (domain.empty()) {
    return fmt::format("{}/{}", kind.name, label);
  }
  return key.empty() ? fmt::format("{}/{}", kind.name, domain)
                     : fmt::format("{}/{}/{}", kind.name, domain, label);
}

std::string data_word(const Kind& kind) {
  return ascii_lower(kind.name);
}

std::uint8_t find_consent(const std::vector<Consent>& consents, const Wanted& wanted) {
  const auto last = std::min<std::size_t>(consents.size(), 254);
  for (std::size_t i = 0; i < last; ++i) {
    const auto& consent = consents[i];
    if (consent.allow != consent_word(wanted.guard)) {
      continue;
    }
    const auto left = consent.count.value_or(std::numeric_limits<std::uint32_t>::max());
    const bool object = !wanted.object.empty() && ascii_same(consent.on, wanted.object) && left > 0;
    const bool scope =
        names_scope(consent.on, wanted.scope) && left >= wanted.count && includes(consent, wanted);
    if (object || scope) {
      return static_cast<std::uint8_t>(i + 1);
    }
  }
  return 0;
}

bool over(const GuardLimits::Limit& limit, std::uint32_t count, std::uint32_t total) {
  constexpr std::uint32_t kFromObjects = 5;
  const bool many = limit.count != 0 && count > limit.count;
  const bool share = limit.percent != 0 && total >= kFromObjects &&
                     std::uint64_t{count} * 100 > std::uint64_t{limit.percent} * total;
  return many || share;
}

void guard_objects(ScopePlan& scope,
                   const std::vector<Tripped>& tripped,
                   bool whole,
                   const PlanContext& context) {
  std::array<std::uint32_t, 16> counts{};
  for (const auto& line : tripped) {
    for (const auto guard : line.guards) {
      ++counts[static_cast<std::size_t>(guard)];
    }
  }
  for (std::size_t i = 0; i < scope.changes.size(); ++i) {
    guard_one(scope, scope.changes[i], tripped[i], counts, context);
  }
  if (whole) {
    settle_whole(scope, context.catalog);
  }
}

void guard_scope(ScopePlan& scope, std::uint32_t claimed_rows, const PlanContext& context) {
  const auto counted = [](const Change& change) {
    return goes(change) && takes_away(change) && change.consented == 0;
  };
  const auto deletes = static_cast<std::uint32_t>(
      std::count_if(scope.changes.begin(), scope.changes.end(), counted));
  if (deletes == 0 || !over(context.guards.deletes_per_scope, deletes, claimed_rows)) {
    return;
  }
  const auto consent =
      find_consent(context.consents, {Guard::deletes_in_scope, {}, &scope, deletes, nullptr});
  for (auto& change : scope.changes) {
    if (!counted(change)) {
      continue;
    }
    if (consent == 0) {
      hold(change, Guard::deletes_in_scope, false);
    } else {
      change.guard = Guard::deletes_in_scope;
      change.consented = consent;
    }
  }
}

void hold_dependents(ScopePlan& scope, bool missing, const Catalog& catalog) {
  auto& changes = scope.changes;
  const bool no_container =
      missing && std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
        return is_held(change) && is_container(catalog.of(scope.kind(change)), scope.key(change));
      });
  for (auto first = changes.begin(); first != changes.end();) {
    const auto last = std::find_if(
        first, changes.end(), [&](const Change& change) { return change.group != first->group; });
    const bool any = std::any_of(first, last, held_removal);
    const bool cname = any && std::any_of(first, last, [&](const Change& change) {
                         return held_removal(change) && is_cname(scope, change, catalog);
                       });
    for (; first != last; ++first) {
      if (goes(*first) && first->verb == Verb::create &&
          (no_container || cname || (any && is_cname(scope, *first, catalog)))) {
        await(*first);
      }
    }
  }
}

void hold_without_target(ScopePlan& scope, const Catalog& catalog) {
  std::vector<std::size_t> absent;  // grows: what leads to something held is held too
  for (std::size_t i = 0; i < scope.changes.size(); ++i) {
    const auto& change = scope.changes[i];
    if (change.before == kNone && (change.verb == Verb::hold || change.verb == Verb::conflict)) {
      absent.push_back(i);
    }
  }
  for (std::size_t i = 0; i < absent.size(); ++i) {
    const auto target = scope.kind(scope.changes[absent[i]]);
    const auto key = scope.key(scope.changes[absent[i]]);
    for (std::size_t j = 0; j < scope.changes.size(); ++j) {
      auto& change = scope.changes[j];
      const auto leads_to = catalog.of(scope.kind(change)).leads_to;
      if (leads_to == nullptr || !goes(change) || change.verb == Verb::remove ||
          !leads_to(scope.after(change), target, key, scope.scope.container)) {
        continue;
      }
      await(change);
      if (change.before == kNone) {
        absent.push_back(j);
      }
    }
  }
}

void note_left_behind(ScopePlan& scope, const Catalog& catalog) {
  const auto leaves = [&](const Change& change) {
    return change.before != kNone && change.after == kNone &&
           (change.verb == Verb::remove || change.guard == Guard::remove) &&
           catalog.of(scope.kind(change)).holds_data && !scope.key(change).empty();
  };
  std::vector<bool> moves;
  for (const auto& removal : scope.changes) {
    if (!leaves(removal)) {
      continue;
    }
    const auto& table = scope.observed->table;
    if (moves.empty()) {
      moves.assign(table.size(), false);
      for (const auto& change : scope.changes) {
        if (change.before != kNone && goes(change)) {
          moves[change.before] = true;
        }
      }
    }
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      const auto& entry = table[row];
      const auto leads_to = catalog.of(entry.kind).leads_to;
      if (leads_to != nullptr && !moves[row] &&
          leads_to(
              table.body(entry), scope.kind(removal), scope.key(removal), scope.scope.container)) {
        scope.notes.push_back(
            fmt::format("{} stays, and would lead nowhere without {}",
                        object_name(scope, entry.kind, table.key(entry), catalog),
                        object_name(scope, scope.kind(removal), scope.key(removal), catalog)));
      }
    }
  }
}

}  // namespace plumb::plan
