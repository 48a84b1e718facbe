#include "controller/apply/walk.h"

#include <algorithm>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plumb::apply {
namespace {

using Numbers = std::vector<std::uint32_t>;
using Company = Walk::Company;

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
  EXPECT_EQ(walk.next(), Company{0});
  EXPECT_EQ(walk.next(), Company{1});
  EXPECT_TRUE(walk.ended(0, true).empty());
  EXPECT_TRUE(walk.ended(1, true).empty());
  EXPECT_EQ(walk.next(), Company{2});
  EXPECT_TRUE(walk.ended(2, true).empty());
  EXPECT_EQ(walk.next(), Company{});
}

TEST(Walk, AFailureSkipsWhatDependsOnItAndNothingElse) {
  const auto plan = plan_of(5, {{0, {}}, {1, {0}}, {2, {1}}, {3, {}}, {4, {3}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), Company{0});
  auto skipped = walk.ended(0, false);
  std::sort(skipped.begin(), skipped.end());
  EXPECT_EQ(skipped, (Numbers{1, 2}));
  EXPECT_EQ(walk.next(), Company{3});
  EXPECT_TRUE(walk.ended(3, true).empty());
  EXPECT_EQ(walk.next(), Company{4});
  EXPECT_TRUE(walk.ended(4, true).empty());
  EXPECT_EQ(walk.next(), Company{});
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
  EXPECT_EQ(walk.next(), Company{0});
  EXPECT_EQ(walk.next(), Company{2});  // not 1: its scope is busy
  walk.ended(0, true);
  EXPECT_EQ(walk.next(), Company{1});
}

TEST(Walk, AFailedBatchOfAScopeDoesNotHoldBackItsOthers) {
  const auto plan = plan_of(1, {{0, {}}, {0, {}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), Company{0});
  EXPECT_TRUE(walk.ended(0, false).empty());
  EXPECT_EQ(walk.next(), Company{1});
}

TEST(Walk, HandsOutNothingAfterAStopAndSaysWhatIsLeft) {
  const auto plan = plan_of(3, {{0, {}}, {1, {}}, {2, {0}}});
  Walk walk(plan);
  EXPECT_EQ(walk.next(), Company{0});
  walk.stop();
  EXPECT_EQ(walk.next(), Company{});
  walk.ended(0, true);
  EXPECT_EQ(walk.next(), Company{});
  EXPECT_EQ(walk.untouched(), (Numbers{1, 2}));
}

/// A plan of which the scopes named belong to the account "bulk".
plan::Plan with_bulk(plan::Plan plan, const std::set<std::uint32_t>& bulk) {
  for (std::uint32_t i = 0; i < plan.scopes.size(); ++i) {
    plan.scopes[i].scope = {bulk.contains(i) ? "bulk" : "single", std::to_string(i)};
  }
  return plan;
}

Walk::Limits limits(CallLimits bulk) {
  return [bulk](const Scope& scope) { return scope.account == "bulk" ? bulk : CallLimits(); };
}

TEST(Walk, BatchesOfManyScopesGoInOneCallWhenNothingElseIsReady) {
  const auto plan =
      with_bulk(plan_of(5, {{0, {}}, {1, {}}, {2, {}}, {3, {1}}, {4, {}}}), {0, 2, 3});
  Walk walk(plan, limits({.scopes_per_call = 0}));
  EXPECT_EQ(walk.next(), Company{1});
  walk.call_ended({1});
  walk.ended(1, true);
  EXPECT_EQ(walk.next(), Company{4});
  EXPECT_EQ(walk.next(), (Company{0, 2, 3}));
}

TEST(Walk, ACallTakesNoMoreScopesAndChangesThanItsAccountBears) {
  auto plan = with_bulk(plan_of(5, {{0, {}}, {1, {}}, {2, {}}, {3, {}}, {4, {}}}), {0, 1, 2, 3, 4});
  Walk by_scopes(plan, limits({.scopes_per_call = 2}));
  EXPECT_EQ(by_scopes.next(), (Company{0, 1}));
  EXPECT_EQ(by_scopes.next(), (Company{2, 3}));
  EXPECT_EQ(by_scopes.next(), Company{4});

  plan.batches[0].changes = {0, 1, 2};
  plan.batches[1].changes = {0, 1, 2};
  plan.batches[2].changes = {0};
  Walk by_changes(plan, limits({.changes_per_call = 4, .scopes_per_call = 0}));
  EXPECT_EQ(by_changes.next(), (Company{0, 2, 3, 4}));
  EXPECT_EQ(by_changes.next(), Company{1});
}

TEST(Walk, TwoBatchesOfAScopeGoInTwoCalls) {
  const auto plan = with_bulk(plan_of(2, {{0, {}}, {0, {}}, {1, {}}}), {0, 1});
  Walk walk(plan, limits({.scopes_per_call = 0}));
  EXPECT_EQ(walk.next(), (Company{0, 2}));
  walk.call_ended({0, 2});
  EXPECT_TRUE(walk.ended(0, true).empty());
  EXPECT_EQ(walk.next(), Company{1});
}

TEST(Walk, AnAccountGetsNoMoreCallsAtOnceThanItBears) {
  const auto plan = with_bulk(plan_of(4, {{0, {}}, {1, {}}, {2, {}}, {3, {}}}), {0, 1, 2, 3});
  Walk walk(plan, limits({.scopes_per_call = 2, .calls_at_once = 1}));
  const auto first = walk.next();
  EXPECT_EQ(first, (Company{0, 1}));
  Company second;
  std::thread other([&] { second = walk.next(); });
  walk.call_ended(first);
  walk.ended(0, true);
  walk.ended(1, true);
  other.join();
  EXPECT_EQ(second, (Company{2, 3}));
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
  const auto plan = with_bulk(plan_of(4, batches), {1, 2});
  Walk walk(plan,
            limits({.changes_per_call = *rc::gen::inRange<std::uint32_t>(0, 3),
                    .scopes_per_call = *rc::gen::inRange<std::uint32_t>(0, 3),
                    .calls_at_once = 1}));
  std::set<std::uint32_t> done;
  std::set<std::uint32_t> failed;
  for (auto company = walk.next(); !company.empty(); company = walk.next()) {
    std::set<std::uint32_t> scopes;
    for (const auto batch : company) {
      RC_ASSERT(scopes.insert(plan.batches[batch].scope).second);
      for (const auto earlier : plan.batches[batch].after) {
        RC_ASSERT(done.contains(earlier));
      }
    }
    walk.call_ended(company);
    for (const auto batch : company) {
      const bool good = *rc::gen::weightedElement<bool>({{1, false}, {3, true}});
      RC_ASSERT((good ? done : failed).insert(batch).second);
      for (const auto skipped : walk.ended(batch, good)) {
        RC_ASSERT(!done.contains(skipped));
        RC_ASSERT(failed.insert(skipped).second);
        const auto& after = plan.batches[skipped].after;
        RC_ASSERT(std::any_of(
            after.begin(), after.end(), [&](auto earlier) { return failed.contains(earlier); }));
      }
    }
  }
  RC_ASSERT(done.size() + failed.size() == count);
  RC_ASSERT(walk.untouched().empty());
}

}  // namespace
}  // namespace plumb::apply
