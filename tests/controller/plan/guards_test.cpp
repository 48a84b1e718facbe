#include "controller/plan/guards.h"

#include <gtest/gtest.h>

#include "tests/controller/plan/scope_builder.h"

namespace plumb::plan::test {
namespace {

Row a_record(const std::string& owner, const std::string& address = "192.0.2.1") {
  return {.key = set_key(owner + " A"), .body = set_body(300, {address})};
}
Row adopted(Row row) {
  row.made = false;
  return row;
}

TEST(Limits, HoldAtTheirBoundary) {
  struct Case {
    GuardLimits::Limit limit;
    std::uint32_t count, total;
    bool expected;
  };
  for (const auto& [limit, count, total, expected] :
       std::vector<Case>{{{0, 30}, 3, 10, false},
                         {{0, 30}, 4, 10, true},
                         {{0, 30}, 4, 4, false},
                         {{0, 30}, 2, 5, true},
                         {{5, 0}, 5, 5, false},
                         {{5, 0}, 6, 1000, true},
                         {{0, 0}, 9, 9, false},
                         {{50, 30}, 40, 100, true},
                         {{50, 30}, 51, 1000, true}}) {
    EXPECT_EQ(over(limit, count, total), expected)
        << count << " of " << total << ", limit " << limit.count << " or " << limit.percent << "%";
  }
}

ScopeBuilder shrinking(int claims, int removed) {
  ScopeBuilder builder;
  for (int i = 0; i < claims; ++i) {
    const auto row = a_record("n" + std::to_string(i));
    builder.see(row).claim(row);
    if (i >= removed) {
      builder.declare(row);
    }
  }
  return builder;
}

TEST(Guards, HoldAllRemovalsOfAScopeThatLosesTooMuch) {
  Context context;
  context.value.guards.deletes_per_scope = {0, 30};
  auto builder = shrinking(10, 4);
  builder.declare(a_record("new"));
  const auto plan = join({plan_scope(builder.input(), context.value)}, context.value);
  EXPECT_EQ(plan.batches.at(0).changes.size(), 1U) << "what is created goes on";
  ASSERT_EQ(plan.refusals.size(), 1U);
  const auto& refusal = plan.refusals[0];
  EXPECT_EQ(refusal.guard, Guard::deletes_in_scope);
  EXPECT_EQ(refusal.changes.size(), 4U);
  EXPECT_EQ(refusal.message, "would delete 4 of 10 objects in example.com (limit 30%)");
  EXPECT_EQ(refusal.consent.allow, "deletes");
  EXPECT_EQ(refusal.consent.on, "Domain/example.com");
  EXPECT_EQ(refusal.consent.count, 4U);

  context.value.consents = {refusal.consent};
  const auto freed = join({plan_scope(builder.input(), context.value)}, context.value);
  EXPECT_EQ(freed.batches.at(0).changes.size(), 5U);
  EXPECT_TRUE(freed.refusals.empty());
}

TEST(Guards, LetPassWhatIsAtTheLimit) {
  Context context;
  context.value.guards.deletes_per_scope = {0, 30};
  const auto builder = shrinking(10, 3);
  const auto plan = join({plan_scope(builder.input(), context.value)}, context.value);
  EXPECT_EQ(plan.batches.at(0).changes.size(), 3U);
  EXPECT_TRUE(plan.refusals.empty());
}

TEST(Guards, RefuseTheRunThatDeletesTooMuchInAll) {
  Context context;
  context.value.guards.deletes_per_run = {5, 0};
  auto other = shrinking(10, 3);
  other.scope.container = "example.net.";
  other.domain = "example.net";
  const auto scopes = [&] {
    return std::vector{plan_scope(shrinking(10, 3).input(), context.value),
                       plan_scope(other.input(), context.value)};
  };
  const auto plan = join(scopes(), context.value);
  EXPECT_TRUE(plan.run_refused);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].message, "would delete 6 of 20 objects in all (limit 5)");
  EXPECT_EQ(plan.refusals[0].consent.on, "Project");
  context.value.consents = {plan.refusals[0].consent};
  EXPECT_FALSE(join(scopes(), context.value).run_refused);
  context.value.consents[0].count = 5;
  EXPECT_TRUE(join(scopes(), context.value).run_refused);
}

TEST(Guards, RefuseOneLineThatTouchesTooManyDomains) {
  Context context;
  context.value.guards.domains_per_origin = {2, 0};
  std::vector<ScopePlan> scopes;
  for (int i = 0; i < 3; ++i) {
    ScopeBuilder builder;
    builder.domain = "d" + std::to_string(i);
    builder.scope.container = builder.domain + ".";
    auto row = a_record("a");
    row.line = 7;
    scopes.push_back(plan_scope(builder.declare(row).input(), context.value));
  }
  auto two = scopes;
  two.pop_back();
  EXPECT_FALSE(join(two, context.value).run_refused);
  const auto plan = join(scopes, context.value);
  EXPECT_TRUE(plan.run_refused);
  ASSERT_EQ(plan.refusals.size(), 1U);
  EXPECT_EQ(plan.refusals[0].message,
            "one line of a manifest would change 3 of 3 domains (limit 2)");
  EXPECT_EQ(plan.refusals[0].consent.allow, "spread");
}

TEST(Consents, FreeExactlyWhatTheyName) {
  struct Case {
    const char* name;
    Consent consent;
    bool frees;
  };
  const std::vector<Case> cases{
      {"the object", {.allow = "delete", .on = "RRset/example.com/a A"}, true},
      {"in other letters", {.allow = "delete", .on = "rrset/Example.COM/A a"}, true},
      {"the domain", {.allow = "delete", .on = "Domain/example.com"}, true},
      {"the domain, counted", {.allow = "delete", .on = "Domain/example.com", .count = 1}, true},
      {"used up", {.allow = "delete", .on = "Domain/example.com", .count = 0}, false},
      {"the object, used up",
       {.allow = "delete", .on = "RRset/example.com/a A", .count = 0},
       false},
      {"another word", {.allow = "deletes", .on = "Domain/example.com"}, false},
      {"another domain", {.allow = "delete", .on = "Domain/example.org"}, false},
      {"a parent", {.allow = "delete", .on = "Domain/com"}, false},
      {"another type", {.allow = "delete", .on = "RRset/example.com/a AAAA"}, false},
      {"another kind", {.allow = "delete", .on = "Server/example.com/a A"}, false},
      {"the project", {.allow = "delete", .on = "Project"}, false},
      {"nothing", {.allow = "delete", .on = ""}, false}};
  for (const auto& [name, consent, frees] : cases) {
    SCOPED_TRACE(name);
    Context context;
    context.value.consents = {consent};
    ScopeBuilder builder;
    builder.see(a_record("a")).claim(adopted(a_record("a")));
    const auto plan = join({plan_scope(builder.input(), context.value)}, context.value);
    EXPECT_EQ(plan.batches.size(), frees ? 1U : 0U);
    EXPECT_EQ(plan.refusals.size(), frees ? 0U : 1U);
    EXPECT_EQ(plan.scopes[0].changes[0].consented, frees ? 1 : 0);
    EXPECT_EQ(plan.notes.size(), frees ? 0U : 1U) << "a consent that permits nothing is said";
  }
}

TEST(Consents, ThatCountTooFewFreeNothing) {
  Context context;
  ScopeBuilder builder;
  for (const char* owner : {"a", "b", "c"}) {
    builder.see(a_record(owner)).claim(adopted(a_record(owner)));
  }
  const auto refused = join({plan_scope(builder.input(), context.value)}, context.value);
  ASSERT_EQ(refused.refusals.size(), 1U);
  EXPECT_EQ(refused.refusals[0].consent.count, 3U);
  context.value.consents = {refused.refusals[0].consent};
  context.value.consents[0].count = 2;
  EXPECT_TRUE(join({plan_scope(builder.input(), context.value)}, context.value).batches.empty());
  context.value.consents[0].count = 3;
  EXPECT_FALSE(join({plan_scope(builder.input(), context.value)}, context.value).batches.empty());
}

TEST(Consents, AreNotUsedTwiceInOneRun) {
  Context context;
  context.value.consents = {{.allow = "delete", .on = "Domain/example.com", .count = 1}};
  ScopeBuilder first;
  first.see(a_record("a")).claim(adopted(a_record("a")));
  auto second = first;
  second.scope.account = "other";
  const auto plan =
      join({plan_scope(first.input(), context.value), plan_scope(second.input(), context.value)},
           context.value);
  EXPECT_EQ(plan.batches.size(), 1U);
  EXPECT_EQ(plan.refusals.size(), 1U);
}

TEST(Consents, NameTheDataThatGoesAlong) {
  Context context;
  ScopeBuilder builder;
  builder.scope = {"test", ""};
  builder.domain = "";
  const Row server{.kind = kServer, .key = "mx1", .body = cbor::body({})};
  builder.see(server).claim(server);
  const auto frees = [&](Consent consent) {
    context.value.consents = {std::move(consent)};
    return !join({plan_scope(builder.input(), context.value)}, context.value).batches.empty();
  };
  EXPECT_FALSE(frees({.allow = "delete", .on = "Provider/test"}));
  EXPECT_FALSE(frees({.allow = "delete", .on = "Provider/test", .including = {"zone"}}));
  EXPECT_TRUE(frees({.allow = "delete", .on = "Provider/test", .including = {"servers"}}));
  EXPECT_TRUE(frees({.allow = "delete", .on = "Server/mx1"}));
}

TEST(Consents, ResolveAConflictOurWay) {
  Context context;
  ScopeBuilder builder;
  builder.declare(a_record("a", "192.0.2.2")).see(a_record("a"));
  context.value.consents = {{.allow = "overwrite", .on = "RRset/example.com/a A"}};
  const auto plan = plan_scope(builder.input(), context.value);
  ASSERT_EQ(plan.changes.size(), 1U);
  EXPECT_EQ(plan.changes[0].verb, Verb::update);
  EXPECT_EQ(plan.changes[0].consented, 1);
}

TEST(Guards, AskForEachOfTheirs) {
  Context context;
  ScopeBuilder builder;
  auto row = adopted(a_record("a"));
  row.policy.protect = true;
  builder.see(row).claim(row);
  const auto guard = [&] { return plan_scope(builder.input(), context.value).changes[0].guard; };
  EXPECT_EQ(guard(), Guard::protect);
  context.value.consents = {{.allow = "unprotect", .on = "Domain/example.com"}};
  EXPECT_EQ(guard(), Guard::remove);
  context.value.consents.push_back({.allow = "delete", .on = "Domain/example.com"});
  EXPECT_TRUE(goes(plan_scope(builder.input(), context.value).changes[0]));
}

TEST(Guards, HoldWhatCannotStandBesideAHeldAlias) {
  Context context;
  ScopeBuilder builder;
  const Row alias{.key = set_key("www CNAME"), .body = set_body(300, {"x."})};
  builder.see(alias).claim(adopted(alias)).declare(a_record("www")).declare(a_record("other"));
  const auto plan = plan_scope(builder.input(), context.value);
  EXPECT_EQ(change_of(plan, set_key("www A"))->verb, Verb::hold);
  EXPECT_EQ(change_of(plan, set_key("other A"))->verb, Verb::create);
}

}  // namespace
}  // namespace plumb::plan::test
