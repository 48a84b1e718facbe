#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "controller/plan/edges.h"
#include "controller/plan/guards.h"
#include "controller/plan/plan.h"
#include "controller/plan/write_only.h"

namespace plumb::plan {
namespace {

constexpr std::uint32_t kLastWave = 255;

std::string name_of(const ScopePlan& scope, const Change& change, const Catalog& catalog) {
  return object_name(scope, scope.kind(change), scope.key(change), catalog);
}

/// What waits for something blocked is blocked too, unless that is there already.
void spread(EdgeFinder& finder, const Layers& found) {
  auto& blocked = finder.blocked();
  const auto& edges = finder.edges();
  for (const auto node : found.order) {
    if (!blocked[node]) {
      continue;
    }
    const auto first = std::lower_bound(
        edges.begin(), edges.end(), node, [](const Edge& edge, std::uint32_t from) {
          return edge.from < from;
        });
    for (auto edge = first; edge != edges.end() && edge->from == node; ++edge) {
      if (edge->strict || finder.change(node).before == kNone) {
        blocked[edge->to] = true;
      }
    }
  }
}

/// Claims are kept with a container that stays after all.
void keep_content(ScopePlan& scope) {
  for (auto& change : scope.changes) {
    if (change.verb == Verb::forget && change.before != kNone) {
      change.verb = Verb::hold;
      change.reason = Reason::awaits;
    }
  }
}

void hold_blocked(Plan& plan, const EdgeFinder& finder, const std::vector<bool>& blocked) {
  for (std::size_t s = 0; s < plan.scopes.size(); ++s) {
    auto& scope = plan.scopes[s];
    for (std::size_t i = 0; i < scope.changes.size(); ++i) {
      auto& change = scope.changes[i];
      const bool later = change.reason == Reason::awaits && change.guard == Guard::none;
      if (!blocked[finder.node(s, i)] || (!goes(change) && !later)) {
        continue;
      }
      const bool whole = change.verb == Verb::remove && !scope.desired && scope.key(change).empty();
      change.verb = Verb::hold;
      change.reason = Reason::awaits;
      change.consented = 0;
      change.guard = Guard::none;
      if (whole) {
        keep_content(scope);
      }
    }
  }
}

void refuse_cycle(Plan& plan,
                  const EdgeFinder& finder,
                  const Layers& found,
                  const Catalog& catalog) {
  std::string path;
  for (const auto node : found.cycle) {
    const auto& scope = plan.scopes[finder.scope_of(node)];
    path += name_of(scope, finder.change(node), catalog) + " → ";
  }
  const auto first = found.cycle.front();
  path += name_of(plan.scopes[finder.scope_of(first)], finder.change(first), catalog);
  plan.run_refused = true;
  plan.refusals.push_back({.message = fmt::format("these wait for each other: {}", path)});
  plan.notes.push_back(fmt::format("nothing can be applied: {} wait for each other", path));
}

/// Cuts the changes of a scope into batches: one per wave, a group never split by a limit.
void cut(Plan& plan, std::size_t number, const EdgeFinder& finder, const Layers& found) {
  auto& scope = plan.scopes[number];
  std::vector<std::uint32_t> going;
  for (std::uint32_t i = 0; i < scope.changes.size(); ++i) {
    const auto node = finder.node(number, i);
    scope.changes[i].wave = static_cast<std::uint8_t>(std::min(found.wave[node], kLastWave));
    if (goes(scope.changes[i])) {
      going.push_back(i);
    }
  }
  const auto wave = [&](std::uint32_t i) { return found.wave[finder.node(number, i)]; };
  const auto depth = [&](std::uint32_t i) { return found.depth[finder.node(number, i)]; };
  std::sort(going.begin(), going.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(wave(a), depth(a), a) < std::tuple(wave(b), depth(b), b);
  });
  for (std::size_t i = 0; i < going.size(); ++i) {
    const auto limit = scope.changes_per_batch;
    const bool full = i > 0 && limit != 0 && plan.batches.back().changes.size() >= limit &&
                      scope.changes[going[i]].group != scope.changes[going[i - 1]].group;
    if (i == 0 || full || wave(going[i]) != wave(going[i - 1])) {
      plan.batches.push_back({.scope = static_cast<std::uint32_t>(number)});
    }
    plan.batches.back().changes.push_back(going[i]);
  }
}

/// Puts the batches in the order of their waves: what a batch waits for stands before it.
void sort_batches(Plan& plan, const EdgeFinder& finder, const Layers& found) {
  const auto wave = [&](const Batch& batch) {
    return found.wave[finder.node(batch.scope, batch.changes.front())];
  };
  std::stable_sort(plan.batches.begin(), plan.batches.end(), [&](const Batch& a, const Batch& b) {
    return wave(a) < wave(b);
  });
}

void make_batches(Plan& plan, EdgeFinder& finder, const Layers& found) {
  for (std::size_t i = 0; i < plan.scopes.size(); ++i) {
    cut(plan, i, finder, found);
  }
  sort_batches(plan, finder, found);
  std::vector<std::uint32_t> batch_of(finder.nodes(), kNone);
  for (std::uint32_t i = 0; i < plan.batches.size(); ++i) {
    for (const auto number : plan.batches[i].changes) {
      batch_of[finder.node(plan.batches[i].scope, number)] = i;
    }
  }
  for (const auto& edge : finder.edges()) {
    const auto from = batch_of[edge.from];
    const auto to = batch_of[edge.to];
    if (from != kNone && to != kNone && from != to) {
      plan.batches[to].after.push_back(from);
    }
  }
  for (auto& batch : plan.batches) {
    std::sort(batch.after.begin(), batch.after.end());
    batch.after.erase(std::unique(batch.after.begin(), batch.after.end()), batch.after.end());
  }
}

void note_first_contact(Plan& plan) {
  std::set<std::string_view> met;
  for (const auto& scope : plan.scopes) {
    if (scope.counts.claimed != 0) {
      return;
    }
    if (scope.first_contact) {
      met.insert(scope.domain);
    }
  }
  if (!met.empty()) {
    const auto who = met.size() == 1 ? std::string(*met.begin()) + " is"
                                     : fmt::format("{} domains are", met.size());
    plan.notes.insert(plan.notes.begin(),
                      fmt::format("first contact: the state is empty and {} there already; nothing "
                                  "that is not ours is deleted",
                                  who));
  }
}

void note_rebindings(Plan& plan) {
  for (const auto& rebinding : plan.rebindings) {
    if (rebinding.consented != 0) {
      plan.notes.push_back(fmt::format(
          "what is remembered of Provider {} ({} objects in {} zones) goes from {} to {} first",
          rebinding.provider,
          rebinding.claims,
          rebinding.scopes,
          rebinding.from,
          rebinding.to));
    }
  }
}

void note_unused_consents(Plan& plan) {
  std::set<std::size_t> used(plan.consents_used.begin(), plan.consents_used.end());
  for (const auto& rebinding : plan.rebindings) {
    if (rebinding.consented != 0) {
      used.insert(rebinding.consented - 1U);
    }
  }
  for (const auto& scope : plan.scopes) {
    used.insert(scope.consents_used.begin(), scope.consents_used.end());
    for (const auto& change : scope.changes) {
      if (change.consented != 0) {
        used.insert(change.consented - 1U);
      }
    }
  }
  for (std::size_t i = 0; i < plan.consents.size(); ++i) {
    if (!used.contains(i)) {
      const auto& consent = plan.consents[i];
      plan.notes.push_back(fmt::format("Consent {} (allow {} on {}) permits nothing in this plan",
                                       consent.id,
                                       consent.allow,
                                       consent.on));
    }
  }
}

}  // namespace

Plan join(std::vector<ScopePlan> scopes, const PlanContext& context) {
  Plan plan;
  plan.scopes = std::move(scopes);
  plan.consents = context.consents;
  plan.rebindings = context.rebindings;
  ration_consents(plan);
  EdgeFinder finder(plan.scopes, context);
  finder.find();
  auto found = layers(finder.nodes(), finder.edges());
  if (found.cycle.empty()) {
    spread(finder, found);
    hold_blocked(plan, finder, finder.blocked());
    guard_run(plan, context);
    make_batches(plan, finder, found);
  } else {
    refuse_cycle(plan, finder, found, context.catalog);
  }
  collect_refusals(plan, context);
  note_left_alone(plan, context.catalog);
  for (const auto& scope : plan.scopes) {
    plan.notes.insert(plan.notes.end(), scope.notes.begin(), scope.notes.end());
  }
  note_rebindings(plan);
  note_unused_consents(plan);
  note_first_contact(plan);
  return plan;
}

}  // namespace plumb::plan
