#include <gtest/gtest.h>

#include "controller/describe/plan_json.h"
#include "resources/model/table.h"
#include "tests/controller/describe/world.h"

namespace plumb::describe::test {
namespace {

std::string digest(std::string_view bytes) {
  return std::to_string(hash64(bytes));
}

SavedPlan saved(const World& world) {
  auto read = read_saved_plan(saved_plan(world.view(), &digest));
  EXPECT_TRUE(read);
  return *read;
}

Zone edited(std::uint32_t ttl) {
  Zone zone("example.com");
  zone.declare({"www A", {"192.0.2.1"}, 4})
      .claim({"www A", {"192.0.2.9"}})
      .see({"www A", {"192.0.2.9"}, 0, ttl});
  return zone;
}

TEST(SavedPlan, KeepsWhoItIsForAndEachLine) {
  const World world(new_zones(1, 2));
  const auto plan = saved(world);
  EXPECT_EQ(plan.project, "acme-mail");
  EXPECT_EQ(plan.environment, "production");
  EXPECT_EQ(plan.commit, world.header.commit);
  ASSERT_EQ(plan.lines.size(), 3U);
  for (const auto& line : plan.lines) {
    EXPECT_EQ(line.verb, "create");
    EXPECT_EQ(line.scope.container, "new0.example.");
    EXPECT_EQ(line.before, "");
    EXPECT_NE(line.after, "");
  }
}

TEST(SavedPlan, IsDoneAsItIsWhereNothingMoved) {
  const World then(everything());
  const auto plan = saved(then);
  World now(everything());
  const auto batches = now.plan.batches.size();
  const auto result = restrict_to(now.plan, plan, now.catalog, &digest);
  EXPECT_TRUE(result.stale.empty());
  EXPECT_EQ(result.kept, plan.lines.size());
  EXPECT_EQ(now.plan.batches.size(), batches);
}

TEST(SavedPlan, DoesNothingThatCameLater) {
  World then({edited(300)});
  auto zone = edited(300);
  zone.declare({"new A", {"192.0.2.3"}, 9});
  World now({zone});
  const auto result = restrict_to(now.plan, saved(then), now.catalog, &digest);
  EXPECT_TRUE(result.stale.empty());
  EXPECT_EQ(result.kept, 1U);
  ASSERT_EQ(now.plan.batches.size(), 1U);
  ASSERT_EQ(now.plan.batches[0].changes.size(), 1U);
  const auto& scope = now.plan.scopes[0];
  EXPECT_EQ(scope.key(scope.changes[now.plan.batches[0].changes[0]]), key_of("www A"));
  EXPECT_EQ(now.plan.change_count(), 1U);
}

TEST(SavedPlan, IsStaleOnlyWhereATouchedObjectMoved) {
  const World then({edited(300)});
  World moved({edited(60)});
  const auto result = restrict_to(moved.plan, saved(then), moved.catalog, &digest);
  ASSERT_EQ(result.stale.size(), 1U);
  EXPECT_TRUE(result.stale[0].starts_with("RRset/example.com/www A: ")) << result.stale[0];

  auto other = edited(300);
  other.keep({"else A", {"192.0.2.7"}});
  World elsewhere({other});
  EXPECT_TRUE(restrict_to(elsewhere.plan, saved(then), elsewhere.catalog, &digest).stale.empty());
}

TEST(SavedPlan, CountsWhatIsDoneAlready) {
  const World then({edited(300)});
  Zone done("example.com");
  done.keep({"www A", {"192.0.2.1"}});
  World now({done});
  const auto result = restrict_to(now.plan, saved(then), now.catalog, &digest);
  EXPECT_TRUE(result.stale.empty());
  EXPECT_EQ(result.already_done, 1U);
  EXPECT_TRUE(now.plan.batches.empty());
}

std::vector<Zone> deleting(int count) {
  Zone zone("example.com");
  for (int i = 0; i < count; ++i) {
    zone.had({"old" + std::to_string(i) + " A", {"192.0.2.1"}});
  }
  return {zone};
}

World limited(int deletes) {
  World world;
  world.limits.deletes_per_run = {2, 0};
  world.make(deleting(deletes));
  return world;
}

TEST(SavedPlan, IsNoWayAroundAGuardOverTheRun) {
  const auto then = limited(4);
  ASSERT_TRUE(then.plan.run_refused);
  auto now = limited(4);
  restrict_to(now.plan, saved(then), now.catalog, &digest);
  EXPECT_TRUE(now.plan.run_refused);
  EXPECT_EQ(now.plan.refusals.size(), 1U);
}

TEST(SavedPlan, WithinTheLimitsIsNotRefusedForWhatCameLater) {
  const auto then = limited(2);
  ASSERT_FALSE(then.plan.run_refused);
  auto now = limited(4);
  ASSERT_TRUE(now.plan.run_refused);
  const auto result = restrict_to(now.plan, saved(then), now.catalog, &digest);
  EXPECT_TRUE(result.stale.empty());
  EXPECT_FALSE(now.plan.run_refused);
  EXPECT_EQ(now.plan.change_count(), 2U);
}

TEST(SavedPlan, RefusesWhatIsNone) {
  const char* cases[] = {
      "",
      "{",
      "[]",
      "null",
      R"({"format":"plumb.plan/1","header":{},"lines":[]})",
      R"({"format":"plumb.saved-plan/2","header":{},"lines":[]})",
      R"({"format":"plumb.saved-plan/1","header":{}})",
      R"({"format":"plumb.saved-plan/1","header":1,"lines":[]})",
      R"({"format":"plumb.saved-plan/1","header":{},"lines":[1]})",
      R"({"format":"plumb.saved-plan/1","header":{},"lines":[{"kind":"RRset","verb":"create","key":"0"}]})",
      R"({"format":"plumb.saved-plan/1","header":{},"lines":[{"kind":"RRset","verb":"create","key":"zz"}]})",
      R"({"format":"plumb.saved-plan/1","header":{},"lines":[{"kind":7,"verb":"create","key":"00"}]})",
  };
  for (const auto* text : cases) {
    const auto read = read_saved_plan(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::invalid_input);
    EXPECT_NE(read.error().hint, "");
  }
}

}  // namespace
}  // namespace plumb::describe::test
