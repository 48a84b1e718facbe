#include <gtest/gtest.h>

#include "controller/plan/graph.h"
#include "tests/controller/plan/scope_builder.h"

namespace plumb::plan::test {
namespace {

const Scope kServers{"servers", ""};
const Scope kExample{"test", "example.com."};

Row set(const std::string& label, std::vector<ResourceId> needs = {}) {
  return {.key = set_key(label), .body = set_body(300, {"x"}), .needs = std::move(needs)};
}
Row zone() {
  return {.kind = kZone, .key = "", .body = cbor::body({})};
}
Row server(const std::string& name, std::vector<ResourceId> needs = {}) {
  return {.kind = kServer, .key = name, .body = cbor::body({}), .needs = std::move(needs)};
}
ResourceId id_of(const Scope& scope, const Row& row) {
  return {scope, row.kind, row.key};
}
ScopeBuilder servers() {
  ScopeBuilder builder;
  builder.scope = kServers;
  builder.domain = "";
  return builder;
}

/// What is sent, batch by batch: "www A, mx A".
std::vector<std::string> sent(const Plan& plan) {
  std::vector<std::string> out;
  for (const auto& batch : plan.batches) {
    std::string line;
    for (const auto number : batch.changes) {
      const auto& scope = plan.scopes[batch.scope];
      const auto& change = scope.changes[number];
      line += line.empty() ? "" : ", ";
      line += change.verb == Verb::remove ? "-" : "";
      line += change.verb == Verb::update ? "~" : "";
      line += scope.key(change).empty() ? "zone" : label_of(scope.key(change));
    }
    out.push_back(line);
  }
  return out;
}

Plan plan_all(const std::vector<ScopeBuilder>& builders, Context& context) {
  std::vector<ScopePlan> scopes;
  for (const auto& builder : builders) {
    scopes.push_back(plan_scope(builder.input(), context.value));
  }
  return join(std::move(scopes), context.value);
}

using Lines = std::vector<std::string>;

TEST(Order, PutsTheZoneFirstAndRemovalsLast) {
  Context context;
  ScopeBuilder builder;
  builder.declare(set("b A")).declare(zone()).declare(set("a A"));
  builder.reading = Reading::missing;
  EXPECT_EQ(sent(plan_all({builder}, context)), Lines{"zone, a A, b A"});

  ScopeBuilder mixed;
  mixed.declare(set("z A")).see(set("a A")).claim(set("a A"));
  EXPECT_EQ(sent(plan_all({mixed}, context)), Lines{"z A, -a A"});
}

TEST(Order, MakesRoomBeforeAnotherTypeTakesTheName) {
  Context context;
  ScopeBuilder builder;
  builder.declare(set("www A")).declare(set("a A")).see(set("www CNAME")).claim(set("www CNAME"));
  const auto plan = plan_all({builder}, context);
  EXPECT_EQ(sent(plan), Lines{"a A, -www CNAME, www A"});
  EXPECT_EQ(plan.scopes[0].changes[1].group, plan.scopes[0].changes[2].group);
}

TEST(Batches, AreCutButNeverThroughAGroup) {
  Context context;
  ScopeBuilder builder;
  for (const char* label : {"a A", "a MX", "b A", "b MX", "b TXT", "c A"}) {
    builder.declare(set(label));
  }
  auto input = builder.input();
  input.changes_per_batch = 2;
  const auto plan = join({plan_scope(input, context.value)}, context.value);
  EXPECT_EQ(sent(plan), (Lines{"a A, a MX", "b A, b MX, b TXT", "c A"}));
}

TEST(Batches, AfterTheZonesOwnWaitForIt) {
  Context context;
  ScopeBuilder builder;
  builder.declare(zone()).declare(set("a A")).declare(set("b A")).declare(set("c A"));
  builder.reading = Reading::missing;
  auto input = builder.input();
  input.changes_per_batch = 2;
  const auto plan = join({plan_scope(input, context.value)}, context.value);
  ASSERT_EQ(sent(plan), (Lines{"zone, a A", "b A, c A"}));
  EXPECT_EQ(plan.batches[1].after, std::vector<std::uint32_t>{0});
}

TEST(Edges, MakeAChangeWaitForWhatItNeedsInAnotherScope) {
  Context context;
  ScopeBuilder zone_scope;
  zone_scope.declare(set("mx A", {id_of(kServers, server("mx1"))})).declare(set("www A"));
  const auto plan = plan_all({zone_scope, servers().declare(server("mx1"))}, context);
  ASSERT_EQ(sent(plan), (Lines{"www A", "mx1", "mx A"}));
  EXPECT_EQ(plan.batches[2].after, std::vector<std::uint32_t>{1});
  EXPECT_TRUE(plan.batches[0].after.empty());
  EXPECT_EQ(plan.scopes[0].changes[0].wave, 1);
}

TEST(Edges, InsideAScopeKeepItsOrder) {
  Context context;
  ScopeBuilder builder;
  builder.declare(set("a MX", {id_of(kExample, set("z A"))})).declare(set("z A"));
  EXPECT_EQ(sent(plan_all({builder}, context)), Lines{"z A, a MX"});
}

TEST(Edges, OfSetsAtOneNameAreNoCircle) {
  Context context;
  ScopeBuilder builder;
  builder.declare(set("@ MX", {id_of(kExample, set("mail A"))}))
      .declare(set("mail A"))
      .declare(set("mail TXT", {id_of(kExample, set("@ A"))}))
      .declare(set("@ A"));
  const auto plan = plan_all({builder}, context);
  EXPECT_FALSE(plan.run_refused);
  EXPECT_EQ(sent(plan), Lines{"@ A, mail A, @ MX, mail TXT"});
}

TEST(Edges, InACircleAreRefusedByName) {
  Context context;
  ScopeBuilder builder;
  builder.declare(set("a A", {id_of(kServers, server("s"))}))
      .declare(set("waits A", {id_of(kExample, set("a A"))}));
  const auto plan =
      plan_all({builder, servers().declare(server("s", {id_of(kExample, set("a A"))}))}, context);
  EXPECT_TRUE(plan.run_refused);
  EXPECT_TRUE(plan.batches.empty());
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].message,
            "these wait for each other: RRset/example.com/a A → Server/s → RRset/example.com/a A");
}

TEST(Edges, HoldWhatNeedsSomethingThatIsHeldAndNotThere) {
  Context context;
  const auto s = server("s");
  ScopeBuilder builder;
  builder.declare(set("a A", {id_of(kServers, s)}))
      .declare(set("b A", {id_of(kExample, set("a A"))}))
      .declare(set("c A"));
  // The server has vanished: it would come back empty, which nobody consents to.
  const auto plan = plan_all({builder, servers().declare(s).claim(s)}, context);
  EXPECT_EQ(sent(plan), Lines{"c A"});
  EXPECT_EQ(change_of(plan.scopes[0], set_key("b A"))->verb, Verb::hold);
  EXPECT_EQ(change_of(plan.scopes[0], set_key("b A"))->reason, Reason::awaits);
}

TEST(Edges, LetGoOnWhatNeedsSomethingThatIsThere) {
  Context context;
  auto s = server("s");
  ScopeBuilder builder;
  builder.declare(set("a A", {id_of(kServers, s)}));
  EXPECT_EQ(sent(plan_all({builder, servers().keep(s)}, context)), Lines{"a A"});
  EXPECT_EQ(sent(plan_all({builder}, context)), Lines{"a A"}) << "left out by a selection";
  auto unread = servers().declare(s);
  unread.reading = Reading::unread;
  EXPECT_EQ(sent(plan_all({builder, unread}, context)), Lines{});
  EXPECT_EQ(sent(plan_all({builder, unread.claim(s)}, context)), Lines{"a A"});
}

TEST(Edges, MakeAValueThatIsNotKnownWaitForItsProducer) {
  Context context;
  auto& producer = context.value.outputs.producers["Server/s"];
  producer.state = KnownOutputs::State::awaits;
  producer.id = {kServers, kServer, "s"};
  ScopeBuilder builder;
  builder.declare({.key = set_key("a A"),
                   .body = open_body({Value{Reference{"Server/s", "ipv4", true}, {}}}),
                   .flags = has_references});
  const auto plan = plan_all({builder, servers().declare(server("s"))}, context);
  EXPECT_EQ(sent(plan), Lines{"s"}) << "the value is known in the next pass";
  EXPECT_EQ(plan.scopes[0].changes[0].verb, Verb::create);
  EXPECT_EQ(plan.scopes[0].changes[0].wave, 1);
  const auto nobody = plan_all({builder, servers()}, context);
  EXPECT_EQ(nobody.scopes[0].changes[0].verb, Verb::hold) << "nobody makes it";

  ScopeBuilder dependent = builder;
  dependent.declare(set("b MX", {id_of(kExample, set("a A"))}));
  const auto chain = plan_all({dependent, servers().declare(server("s"))}, context);
  EXPECT_EQ(sent(chain), Lines{"s"}) << "what needs it waits too";
}

TEST(Removals, WaitForThoseWhoNeedThem) {
  Context context;
  context.value.consents = {{.allow = "delete", .on = "Server/s"}};
  const auto s = server("s");
  const auto needing = set("a A", {id_of(kServers, s)});
  const auto gone = servers().see(s).claim(s);

  ScopeBuilder removed;
  removed.see(needing).claim(needing);
  const auto both = plan_all({gone, removed}, context);
  EXPECT_EQ(sent(both), (Lines{"-a A", "-s"}));
  EXPECT_EQ(both.batches[1].after, std::vector<std::uint32_t>{0});

  ScopeBuilder moved;
  moved.declare(set("a A")).see(needing).claim(needing);
  EXPECT_EQ(sent(plan_all({gone, moved}, context)), Lines{"-s"}) << "needs it no more: a refresh";

  ScopeBuilder unread;
  unread.claim(needing);
  unread.reading = Reading::unread;
  EXPECT_EQ(sent(plan_all({gone, unread}, context)), Lines{});

  auto stays = needing;
  stays.made = false;
  ScopeBuilder held;
  held.see(needing).claim(stays);
  EXPECT_EQ(sent(plan_all({gone, held}, context)), Lines{});

  ScopeBuilder still;
  still.keep(needing);
  const auto plan = plan_all({gone, still}, context);
  EXPECT_EQ(sent(plan), Lines{});
  EXPECT_EQ(plan.scopes[0].changes[0].reason, Reason::awaits);
}

TEST(Removals, OfARetiredScopeComeAfterTheNewOneIsThere) {
  Context context;
  context.value.consents = {{.allow = "retire", .on = "Domain/example.com", .including = {"zone"}}};
  ScopeBuilder old;
  old.scope.account = "old";
  old.see(zone()).see(set("a A")).claim(zone()).claim(set("a A"));
  old.is_declared = false;
  auto input = old.input();
  input.declared_elsewhere = true;
  ScopeBuilder now;
  now.declare(zone()).declare(set("a A"));
  now.reading = Reading::missing;
  const auto plan = join({plan_scope(input, context.value), plan_scope(now.input(), context.value)},
                         context.value);
  ASSERT_EQ(sent(plan), (Lines{"zone, a A", "-zone"}));
  EXPECT_EQ(plan.batches[1].after, std::vector<std::uint32_t>{0});

  now.reading = Reading::unread;
  const auto blind = join(
      {plan_scope(input, context.value), plan_scope(now.input(), context.value)}, context.value);
  EXPECT_TRUE(blind.batches.empty());
  EXPECT_EQ(change_of(blind.scopes[0], set_key("a A"))->verb, Verb::hold) << "claims stay with it";
}

TEST(Removals, OfAFormerNameComeAfterTheNewOne) {
  Context context;
  auto renamed = set("b A");
  renamed.formerly = set_key("a A");
  ScopeBuilder builder;
  builder.declare(renamed).see(set("a A")).claim(set("a A"));
  EXPECT_EQ(sent(plan_all({builder}, context)), Lines{"b A, -a A"});
}

TEST(Graphs, GiveTheLongestPaths) {
  const std::vector<Edge> edges{{0, 1, true}, {0, 2, false}, {1, 3, true}, {2, 3, false}};
  const auto found = layers(4, edges);
  EXPECT_EQ(found.wave, (std::vector<std::uint32_t>{0, 1, 0, 2}));
  EXPECT_EQ(found.depth, (std::vector<std::uint32_t>{0, 1, 1, 2}));
  EXPECT_TRUE(found.cycle.empty());
}

TEST(Graphs, FindTheCircleBehindThoseWhoWaitForIt) {
  const std::vector<Edge> edges{{0, 3}, {1, 0}, {2, 1}, {3, 4}, {4, 1}};
  EXPECT_EQ(layers(5, edges).cycle, (std::vector<std::uint32_t>{0, 3, 4, 1}));
  EXPECT_TRUE(layers(0, {}).cycle.empty());
}

}  // namespace
}  // namespace plumb::plan::test
