// Guards over the whole run, and what is said of everything that a guard refused.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "controller/plan/guards.h"
#include "controller/plan/write_only.h"

namespace plumb::plan {
namespace {

std::string limit_text(const GuardLimits::Limit& limit) {
  if (limit.count != 0 && limit.percent != 0) {
    return fmt::format("limit {}, or {}%", limit.count, limit.percent);
  }
  return limit.count != 0 ? fmt::format("limit {}", limit.count)
                          : fmt::format("limit {}%", limit.percent);
}

std::string_view heading(const ScopePlan& scope) {
  return scope.domain.empty() ? std::string_view(scope.provider) : std::string_view(scope.domain);
}

void refuse_run(
    Plan& plan, const PlanContext& context, Guard guard, std::uint32_t count, std::string message) {
  const auto consent = find_consent(context.consents, {guard, {}, nullptr, count, nullptr});
  if (consent != 0) {
    plan.consents_used.push_back(consent - 1U);
    return;
  }
  plan.run_refused = true;
  plan.refusals.push_back(
      {.guard = guard,
       .message = std::move(message),
       .consent = {.allow = std::string(consent_word(guard)), .on = "Project", .count = count}});
}

void guard_deletes(Plan& plan, const PlanContext& context) {
  std::uint32_t deletes = 0;
  std::uint32_t claims = 0;
  for (const auto& scope : plan.scopes) {
    claims += scope.counts.claimed;
    deletes += static_cast<std::uint32_t>(
        std::count_if(scope.changes.begin(), scope.changes.end(), [](const Change& change) {
          return goes(change) && takes_away(change) && change.consented == 0;
        }));
  }
  const auto& limit = context.guards.deletes_per_run;
  if (over(limit, deletes, claims)) {
    refuse_run(
        plan,
        context,
        Guard::deletes_in_run,
        deletes,
        fmt::format(
            "would delete {} of {} objects in all ({})", deletes, claims, limit_text(limit)));
  }
}

/// How many domains each line of a manifest touches; the most that one line does.
void guard_spread(Plan& plan, const PlanContext& context) {
  const auto& limit = context.guards.domains_per_origin;
  if (limit.count == 0 && limit.percent == 0) {
    return;
  }
  std::map<Place, std::set<std::string_view>> touched;
  std::set<std::string_view> domains;
  for (const auto& scope : plan.scopes) {
    if (scope.domain.empty()) {
      continue;
    }
    domains.insert(scope.domain);
    for (const auto& change : scope.changes) {
      auto place = goes(change) ? scope.place(change) : Place{};
      place.column = 0;
      if (place.known()) {
        touched[place].insert(scope.domain);
      }
    }
  }
  std::size_t most = 0;
  for (const auto& [place, names] : touched) {
    most = std::max(most, names.size());
  }
  const auto count = static_cast<std::uint32_t>(most);
  if (over(limit, count, static_cast<std::uint32_t>(domains.size()))) {
    refuse_run(plan,
               context,
               Guard::domains_of_origin,
               count,
               fmt::format("one line of a manifest would change {} of {} domains ({})",
                           count,
                           domains.size(),
                           limit_text(limit)));
  }
}

/// A file of secrets that went astray would lock out everybody at once.
void guard_passwords(Plan& plan, const PlanContext& context) {
  const auto count = set_anew(plan, context.catalog);
  const auto& limit = context.guards.passwords_per_run;
  const auto total = limit.percent == 0 ? 0 : declared_write_only(plan, context.catalog);
  if (over(limit, count, total)) {
    const auto of = limit.percent == 0 ? std::string() : fmt::format(" of {}", total);
    refuse_run(
        plan,
        context,
        Guard::passwords,
        count,
        fmt::format(
            "would set {}{} passwords of mailboxes that exist ({})", count, of, limit_text(limit)));
  }
}

/// Why the removal of one object needs a consent.
std::string_view why_not_removed(const ScopePlan& scope, const Change& change, const Kind& kind) {
  if (kind.holds_data) {
    return "which holds data";
  }
  const auto side = change.claim == kNone ? 0 : scope.claimed->table[change.claim].side;
  if (side != 0 && !scope.claimed->side[side - 1].made) {
    return "which was adopted, not made by us";
  }
  return "which was changed since it was applied";
}

std::string message_of_one(const ScopePlan& scope,
                           const Change& change,
                           Guard guard,
                           const std::string& name,
                           const Kind& kind) {
  switch (guard) {
    case Guard::remove:
      return fmt::format("would delete {}, {}", name, why_not_removed(scope, change, kind));
    case Guard::replace:
      return fmt::format("would delete {} and create it anew: it holds data", name);
    case Guard::recreate:
      return fmt::format("{} has vanished and would come back empty", name);
    case Guard::overwrite:
      return change.reason == Reason::both
                 ? fmt::format("{} was changed in the manifests and outside", name)
                 : fmt::format("{} exists, differs and is not ours", name);
    case Guard::protect:
      return fmt::format("{} is protected", name);
    case Guard::apex_ns:
      return fmt::format("would change {}, the zone's own name servers", name);
    case Guard::empty_set:
      return fmt::format("{} would be left empty: so is its source", name);
    case Guard::none:
    case Guard::suspect:
    case Guard::deletes_in_scope:
    case Guard::deletes_in_run:
    case Guard::domains_of_origin:
    case Guard::passwords:
    case Guard::retire:
    case Guard::owner:
    case Guard::rebind:
      break;
  }
  return fmt::format("{} is held", name);
}

std::string message_of_many(const ScopePlan& scope, Guard guard, std::size_t count) {
  const auto where = heading(scope);
  switch (guard) {
    case Guard::remove:
      return fmt::format(
          "would delete {} objects in {} that hold data, were adopted or were changed since",
          count,
          where);
    case Guard::replace:
      return fmt::format("would delete and create anew {} objects in {}", count, where);
    case Guard::recreate:
      return fmt::format("{} objects in {} have vanished and would come back empty", count, where);
    case Guard::overwrite:
      return fmt::format("{} objects in {} differ and are not ours alone", count, where);
    case Guard::protect:
      return fmt::format("{} objects in {} are protected", count, where);
    case Guard::empty_set:
      return fmt::format("{} sets in {} would be left empty: so are their sources", count, where);
    case Guard::none:
    case Guard::apex_ns:
    case Guard::suspect:
    case Guard::deletes_in_scope:
    case Guard::deletes_in_run:
    case Guard::domains_of_origin:
    case Guard::passwords:
    case Guard::retire:
    case Guard::owner:
    case Guard::rebind:
      break;
  }
  return fmt::format("{} objects in {} are held", count, where);
}

/// The words of `including` that the changes of a refusal need.
std::vector<std::string> data_words(const ScopePlan& scope,
                                    const std::vector<std::uint32_t>& changes,
                                    const Catalog& catalog) {
  std::set<std::string> words;
  for (const auto number : changes) {
    const auto& kind = catalog.of(scope.kind(scope.changes[number]));
    if (kind.holds_data) {
      words.insert(data_word(kind));
      if (takes_strangers(scope, kind)) {
        words.insert(std::string(kForeignWord));
      }
    }
  }
  return {words.begin(), words.end()};
}

Refusal refusal_of(const ScopePlan& scope,
                   Guard guard,
                   std::vector<std::uint32_t> changes,
                   const PlanContext& context) {
  Refusal refusal{.guard = guard};
  refusal.consent.allow = consent_word(guard);
  const auto count = static_cast<std::uint32_t>(changes.size());
  const auto words = data_words(scope, changes, context.catalog);
  const bool whole = !scope.desired && !words.empty();
  if (guard == Guard::deletes_in_scope) {
    refusal.message = fmt::format("would delete {} of {} objects in {} ({})",
                                  count,
                                  scope.counts.claimed,
                                  heading(scope),
                                  limit_text(context.guards.deletes_per_scope));
  } else if (count == 1 && !whole) {
    const auto& change = scope.changes[changes.front()];
    const auto& kind = context.catalog.of(scope.kind(change));
    const auto name = object_name(scope, kind.id, scope.key(change), context.catalog);
    refusal.message = message_of_one(scope, change, guard, name, kind);
    refusal.consent.on = scope.key(change).empty() ? scope_name(scope) : name;
    refusal.consent.including = scope.key(change).empty() ? words : std::vector<std::string>();
  } else if (whole && guard == Guard::remove) {
    const auto strangers = scope.counts.unmanaged;
    refusal.message =
        fmt::format("would delete {} with all that is in it ({} objects claimed{})",
                    heading(scope),
                    scope.counts.claimed,
                    strangers == 0 ? "" : fmt::format(", {} that are not ours", strangers));
  } else {
    refusal.message = message_of_many(scope, guard, count);
  }
  if (refusal.consent.on.empty()) {
    refusal.consent.on = scope_name(scope);
    refusal.consent.including = words;
    if (!whole) {
      refusal.consent.count = count;
    }
  }
  refusal.changes = std::move(changes);
  return refusal;
}

Refusal refusal_of(const Rebinding& rebinding) {
  return {.guard = Guard::rebind,
          .message = fmt::format("Provider {} was {} and is {} now; {} objects in {} zones are "
                                 "remembered of the former account",
                                 rebinding.provider,
                                 rebinding.from,
                                 rebinding.to,
                                 rebinding.claims,
                                 rebinding.scopes),
          .consent = {.allow = std::string(consent_word(Guard::rebind)),
                      .on = "Provider/" + rebinding.provider}};
}

}  // namespace

void guard_run(Plan& plan, const PlanContext& context) {
  guard_deletes(plan, context);
  guard_spread(plan, context);
  guard_passwords(plan, context);
  for (const auto& scope : plan.scopes) {
    plan.run_refused = plan.run_refused || std::any_of(scope.refusals.begin(),
                                                       scope.refusals.end(),
                                                       [](const ScopePlan::Refused& refused) {
                                                         return refused.mistake;
                                                       });
  }
}

void ration_consents(Plan& plan) {
  std::vector<std::uint32_t> used(plan.consents.size(), 0);
  for (auto& scope : plan.scopes) {
    std::vector<std::uint32_t> wanted(plan.consents.size(), 0);
    for (const auto& change : scope.changes) {
      if (change.consented != 0) {
        ++wanted[change.consented - 1U];
      }
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& count = plan.consents[i].count;
      if (!count || used[i] + wanted[i] <= *count) {
        used[i] += wanted[i];
        continue;
      }
      for (auto& change : scope.changes) {
        if (change.consented == i + 1) {
          change.consented = 0;
          change.verb = change.guard == Guard::overwrite ? Verb::conflict : Verb::hold;
        }
      }
    }
  }
}

void collect_refusals(Plan& plan, const PlanContext& context) {
  for (const auto& rebinding : plan.rebindings) {
    if (rebinding.consented == 0) {
      plan.refusals.push_back(refusal_of(rebinding));
    }
  }
  for (std::uint32_t s = 0; s < plan.scopes.size(); ++s) {
    const auto& scope = plan.scopes[s];
    if (scope.state == ScopeState::suspect) {
      plan.refusals.push_back(
          {.guard = Guard::suspect,
           .scope = s,
           .message = fmt::format("{} is not believed: {}", heading(scope), scope.why),
           .consent = {.allow = std::string(consent_word(Guard::suspect)),
                       .on = scope_name(scope)}});
      continue;
    }
    if (scope.state == ScopeState::refused && scope.guard != Guard::none) {
      plan.refusals.push_back(
          {.guard = scope.guard,
           .scope = s,
           .message = fmt::format("{} {}", heading(scope), scope.why),
           .consent = {.allow = std::string(consent_word(scope.guard)), .on = scope_name(scope)}});
      continue;
    }
    for (const auto& refused : scope.refusals) {
      plan.refusals.push_back({.scope = s, .message = refused.message, .place = refused.place});
    }
    std::map<Guard, std::vector<std::uint32_t>> held;
    for (std::uint32_t i = 0; i < scope.changes.size(); ++i) {
      const auto& change = scope.changes[i];
      if (change.guard != Guard::none && change.consented == 0) {
        held[change.guard].push_back(i);
      }
    }
    for (auto& [guard, changes] : held) {
      plan.refusals.push_back(refusal_of(scope, guard, std::move(changes), context));
      plan.refusals.back().scope = s;
    }
  }
}

}  // namespace plumb::plan
