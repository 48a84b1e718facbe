#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/controller/plan/world.h"

namespace plumb::plan::test {
namespace {

const Scope kServers{"servers", ""};

std::vector<std::string> some_values() {
  static const std::vector<std::string> all{"a", "b", "c", "d"};
  std::vector<std::string> out;
  for (const auto& value : all) {
    if (*rc::gen::arbitrary<bool>()) {
      out.push_back(value);
    }
  }
  if (out.empty()) {
    out.push_back("a");
  }
  return out;
}

std::string some_body() {
  const auto ttl = *rc::gen::element(0, 60, 300);
  return set_body(ttl == 0 ? std::nullopt : std::optional<std::int64_t>(ttl), some_values());
}

std::string some_whole_body() {
  return set_body(*rc::gen::element(60, 300), some_values());
}

/// A scope in any state, with a few sets at a few names.
World some_world() {
  World world;
  world.manifest.exclusive = *rc::gen::arbitrary<bool>();
  world.manifest.taken_over = *rc::gen::arbitrary<bool>();
  for (const char* label : {"a TXT", "a MX", "b TXT", "b A", "c CNAME", "c A"}) {
    const auto key = set_key(label);
    if (*rc::gen::arbitrary<bool>()) {
      const Policy policy{.heal = *rc::gen::arbitrary<bool>()};
      world.manifest.declare({.key = key, .body = some_body(), .policy = policy});
    }
    if (*rc::gen::arbitrary<bool>()) {
      world.there[{kSet, key}] = some_whole_body();
    }
    if (*rc::gen::arbitrary<bool>()) {
      world.claims[{kSet, key}] = {some_body(), *rc::gen::arbitrary<bool>(), {}};
    }
  }
  return world;
}

/// What is the same about two plans of nothing new: kind of change and resource.
std::set<std::tuple<std::string, Verb, Reason, Guard>> held(const ScopePlan& plan) {
  std::set<std::tuple<std::string, Verb, Reason, Guard>> out;
  for (const auto& change : plan.changes) {
    out.emplace(std::string(plan.key(change)), change.verb, change.reason, change.guard);
  }
  return out;
}

bool only_held(const ScopePlan& plan) {
  return std::all_of(plan.changes.begin(), plan.changes.end(), [](const Change& change) {
    return change.verb == Verb::hold || change.verb == Verb::conflict;
  });
}

Plan plan_of(std::vector<World*> worlds, const PlanContext& context) {
  std::vector<ScopePlan> scopes;
  for (const auto* world : worlds) {
    scopes.push_back(plan_scope(world->input(), context));
  }
  return join(std::move(scopes), context);
}

RC_GTEST_PROP(Properties, WhatWasAppliedLeavesNothingToApply, ()) {
  Context context;
  auto world = some_world();
  const auto first = plan_of({&world}, context.value);
  RC_PRE(first.scopes[0].state == ScopeState::planned);
  bring_about(first, {&world});
  const auto second = plan_of({&world}, context.value);
  RC_ASSERT(only_held(second.scopes[0]));
  RC_ASSERT(second.batches.empty());
  const bool nothing_held = std::none_of(
      first.scopes[0].changes.begin(), first.scopes[0].changes.end(), [](const Change& change) {
        return change.verb == Verb::hold || change.verb == Verb::conflict;
      });
  RC_ASSERT(!nothing_held || second.empty());
  bring_about(second, {&world});
  RC_ASSERT(held(plan_of({&world}, context.value).scopes[0]) == held(second.scopes[0]));
}

RC_GTEST_PROP(Properties, WhatIsNotOursIsNeverTouchedInASharedScope, ()) {
  Context context;
  auto world = some_world();
  world.manifest.exclusive = false;
  const auto before = world.there;
  const auto claims = world.claims;
  bring_about(plan_of({&world}, context.value), {&world});
  for (const auto& [key, body] : before) {
    const auto claim = claims.find(key);
    const bool txt = union_of_txt(key.second) != 0;
    if (claim == claims.end() && !txt) {
      RC_ASSERT(world.there[key] == body);
    }
    const auto left = values_of(world.there.contains(key) ? world.there[key] : std::string());
    for (const auto& value : txt ? values_of(body) : std::vector<std::string>()) {
      const auto ours =
          claim == claims.end() ? std::vector<std::string>() : values_of(claim->second.body);
      RC_ASSERT(std::find(ours.begin(), ours.end(), value) != ours.end() ||
                std::find(left.begin(), left.end(), value) != left.end());
    }
  }
}

RC_GTEST_PROP(Properties, ThePlanDoesNotDependOnTheOrderOfItsInput, ()) {
  Context context;
  auto world = some_world();
  auto shuffled = world;
  std::reverse(shuffled.manifest.desired.begin(), shuffled.manifest.desired.end());
  const auto a = plan_scope(world.input(), context.value);
  const auto b = plan_scope(shuffled.input(), context.value);
  RC_ASSERT(a.changes.size() == b.changes.size());
  for (std::size_t i = 0; i < a.changes.size(); ++i) {
    RC_ASSERT(a.key(a.changes[i]) == b.key(b.changes[i]));
    RC_ASSERT(a.after(a.changes[i]) == b.after(b.changes[i]));
    RC_ASSERT(a.changes[i].verb == b.changes[i].verb);
  }
}

/// Two zones and the servers that their records name.
struct Fleet {
  World servers, first, second;

  std::vector<World*> all() { return {&servers, &first, &second}; }

  /// What the servers that exist give to those who refer to them.
  KnownOutputs outputs() const {
    KnownOutputs out;
    for (const char* name : {"s1", "s2"}) {
      auto& producer = out.producers[std::string("Server/") + name];
      producer.id = {kServers, kServer, name};
      producer.state = servers.there.contains({kServer, name}) ? KnownOutputs::State::known
                                                               : KnownOutputs::State::awaits;
      producer.values = {{"ipv4", Value{Value::List{Value{std::string(name) + "-ip", {}}}, {}}}};
    }
    return out;
  }
};

Fleet some_fleet() {
  Fleet fleet{{}, some_world(), some_world()};
  fleet.servers.manifest.scope = kServers;
  fleet.servers.manifest.domain = "";
  fleet.second.manifest.scope.container = "example.net.";
  fleet.second.manifest.domain = "example.net";
  for (const char* name : {"s1", "s2"}) {
    const Row row{.kind = kServer, .key = name, .body = cbor::body({})};
    fleet.servers.manifest.declare(row);
    if (*rc::gen::arbitrary<bool>()) {
      fleet.servers.there[{kServer, name}] = row.body;
    }
  }
  for (auto* world : {&fleet.first, &fleet.second}) {
    const std::string name = *rc::gen::element(std::string("s1"), std::string("s2"));
    world->manifest.declare(
        {.key = set_key("ref A"),
         .body = open_body({Value{Reference{"Server/" + name, "ipv4", true}, {}}}),
         .needs = {{kServers, kServer, name}},
         .flags = has_references});
  }
  return fleet;
}

RC_GTEST_PROP(Properties, AnyOrderOfSingleScopePassesReachesTheWorldOfOneApply, ()) {
  Context context;
  auto whole = some_fleet();
  auto single = whole;
  for (int round = 0; round < 3; ++round) {
    context.value.outputs = whole.outputs();
    bring_about(plan_of(whole.all(), context.value), whole.all());
  }
  const auto order = *rc::gen::container<std::vector<int>>(6, rc::gen::inRange(0, 3));
  auto passes = order;
  passes.insert(passes.end(), {2, 1, 0, 1, 2});
  for (const auto number : passes) {
    context.value.outputs = single.outputs();
    auto* world = single.all()[static_cast<std::size_t>(number)];
    bring_about(plan_of({world}, context.value), {world});
  }
  for (std::size_t i = 0; i < 3; ++i) {
    RC_ASSERT(single.all()[i]->there == whole.all()[i]->there);
    RC_ASSERT(single.all()[i]->claims == whole.all()[i]->claims);
  }
}

/// The batches that come before one, at any distance.
std::vector<std::set<std::uint32_t>> ancestors(const Plan& plan) {
  std::vector<std::set<std::uint32_t>> out(plan.batches.size());
  for (std::uint32_t i = 0; i < plan.batches.size(); ++i) {
    for (const auto before : plan.batches[i].after) {
      RC_ASSERT(before < i);
      out[i].insert(before);
      out[i].insert(out[before].begin(), out[before].end());
    }
  }
  return out;
}

RC_GTEST_PROP(Properties, TheOrderRespectsEveryEdge, ()) {
  Context context;
  constexpr int kRows = 12;
  std::vector<ScopeBuilder> builders(3);
  std::vector<ResourceId> ids;
  std::vector<std::pair<ResourceId, ResourceId>> edges;
  for (std::size_t i = 0; i < builders.size(); ++i) {
    builders[i].scope.account = "account " + std::to_string(i);
  }
  for (int i = 0; i < kRows; ++i) {
    const auto scope = static_cast<std::size_t>(*rc::gen::inRange(0, 3));
    const auto label =
        std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3))) + " T" + std::to_string(i);
    Row row{.key = set_key(label), .body = set_body(300, {"x"})};
    const ResourceId self{builders[scope].scope, kSet, row.key};
    for (const auto& id : ids) {
      if (*rc::gen::inRange(0, 4) == 0) {
        row.needs.push_back(id);
        edges.emplace_back(id, self);
      }
    }
    ids.push_back(self);
    builders[scope].declare(row);
  }
  std::vector<ScopePlan> scopes;
  for (const auto& builder : builders) {
    auto input = builder.input();
    input.changes_per_batch = static_cast<std::uint32_t>(*rc::gen::inRange(0, 4));
    scopes.push_back(plan_scope(input, context.value));
  }
  const auto plan = join(std::move(scopes), context.value);
  RC_ASSERT(!plan.run_refused);
  std::map<ResourceId, std::pair<std::uint32_t, std::size_t>> at;
  for (std::uint32_t i = 0; i < plan.batches.size(); ++i) {
    const auto& scope = plan.scopes[plan.batches[i].scope];
    for (std::size_t j = 0; j < plan.batches[i].changes.size(); ++j) {
      const auto& change = scope.changes[plan.batches[i].changes[j]];
      at[{scope.scope, kSet, std::string(scope.key(change))}] = {i, j};
    }
  }
  RC_ASSERT(at.size() == static_cast<std::size_t>(kRows));
  const auto before = ancestors(plan);
  for (const auto& [first, second] : edges) {
    const auto [batch, position] = at[first];
    const auto [later, later_position] = at[second];
    RC_ASSERT(before[later].contains(batch) || (batch == later && position < later_position));
  }
}

}  // namespace
}  // namespace plumb::plan::test
