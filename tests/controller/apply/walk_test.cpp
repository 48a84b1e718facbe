#include "controller/apply/walk.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plumb::apply {
namespace {

using Numbers = std::vector<std::uint32_t>;

/// Batches by (scope, after).
plan::Plan plan_of(std::size_t scopes, std::vector<std::pair<std::uint32_t, Numbers>> batches) {
  plan::Plan plan;
  plan.scopes.resize(scopes);
  for (auto& [scope, after] : batches) {
    plan.batches.push_back({.scope = scope, .changes = {}, .after = std::move(after)});
  }
  return plan;
}

TEST(Walk, HandsOutABatchOnlyWhenAllThatItNeedsIsDone) {
  const auto plan = plan_of(3, {{0, {}}, {1, {}}, {2, {0, 1}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), 0U);
  EXPECT_EQ(walk.next(), 1U);
  EXPECT_TRUE(walk.ended(0, true).empty());
  EXPECT_TRUE(walk.ended(1, true).empty());
  EXPECT_EQ(walk.next(), 2U);
  EXPECT_TRUE(walk.ended(2, true).empty());
  EXPECT_EQ(walk.next(), std::nullopt);
}

TEST(Walk, AFailureSkipsWhatDependsOnItAndNothingElse) {
  const auto plan = plan_of(5, {{0, {}}, {1, {0}}, {2, {1}}, {3, {}}, {4, {3}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), 0U);
  auto skipped = walk.ended(0, false);
  std::sort(skipped.begin(), skipped.end());
  EXPECT_EQ(skipped, (Numbers{1, 2}));
  EXPECT_EQ(walk.next(), 3U);
  EXPECT_TRUE(walk.ended(3, true).empty());
  EXPECT_EQ(walk.next(), 4U);
  EXPECT_TRUE(walk.ended(4, true).empty());
  EXPECT_EQ(walk.next(), std::nullopt);
  EXPECT_TRUE(walk.untouched().empty());
}

TEST(Walk, WhatTwoNeedIsSkippedOnce) {
  const auto plan = plan_of(3, {{0, {}}, {1, {}}, {2, {0, 1}}});
  Walk walk(plan);
  walk.next();
  walk.next();
  EXPECT_EQ(walk.ended(0, false), (Numbers{2}));
  EXPECT_TRUE(walk.ended(1, false).empty());
}

TEST(Walk, OneBatchOfAScopeIsOutAtATime) {
  const auto plan = plan_of(2, {{0, {}}, {0, {}}, {1, {}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), 0U);
  EXPECT_EQ(walk.next(), 2U);  // not 1: its scope is busy
  walk.ended(0, true);
  EXPECT_EQ(walk.next(), 1U);
}

TEST(Walk, AFailedBatchOfAScopeDoesNotHoldBackItsOthers) {
  const auto plan = plan_of(1, {{0, {}}, {0, {}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), 0U);
  EXPECT_TRUE(walk.ended(0, false).empty());
  EXPECT_EQ(walk.next(), 1U);
}

TEST(Walk, HandsOutNothingAfterAStopAndSaysWhatIsLeft) {
  const auto plan = plan_of(3, {{0, {}}, {1, {}}, {2, {0}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), 0U);
  walk.stop();
  EXPECT_EQ(walk.next(), std::nullopt);
  walk.ended(0, true);
  EXPECT_EQ(walk.next(), std::nullopt);
  EXPECT_EQ(walk.untouched(), (Numbers{1, 2}));
}

RC_GTEST_PROP(Walk, EveryBatchIsRunOrSkippedOnceAndInOrder, ()) {
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 14);
  std::vector<std::pair<std::uint32_t, Numbers>> batches;
  for (std::uint32_t i = 0; i < count; ++i) {
    Numbers after;
    for (std::uint32_t j = 0; j < i; ++j) {
      if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) {
        after.push_back(j);
      }
    }
    batches.emplace_back(*rc::gen::inRange<std::uint32_t>(0, 4), after);
  }
  const auto plan = plan_of(4, batches);
  Walk walk(plan);
  std::set<std::uint32_t> done;
  std::set<std::uint32_t> failed;
  while (const auto batch = walk.next()) {
    for (const auto earlier : plan.batches[*batch].after) {
      RC_ASSERT(done.contains(earlier));
    }
    const bool good = *rc::gen::weightedElement<bool>({{1, false}, {3, true}});
    RC_ASSERT((good ? done : failed).insert(*batch).second);
    for (const auto skipped : walk.ended(*batch, good)) {
      RC_ASSERT(!done.contains(skipped));
      RC_ASSERT(failed.insert(skipped).second);
      const auto& after = plan.batches[skipped].after;
      RC_ASSERT(std::any_of(
          after.begin(), after.end(), [&](auto earlier) { return failed.contains(earlier); }));
    }
  }
  RC_ASSERT(done.size() + failed.size() == count);
  RC_ASSERT(walk.untouched().empty());
}

}  // namespace
}  // namespace plumb::apply
