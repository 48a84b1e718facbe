#include "controller/apply/settle.h"

#include <gtest/gtest.h>

#include "tests/controller/plan/scope_builder.h"

namespace plumb::apply {
namespace {

using plan::test::set_body;

struct Line {
  const char* what;
  std::string before;
  std::string after;
  std::optional<std::string> observed;
  Settlement expected;
};

TEST(Settle, DecidesByWhatIsThereNow) {
  const auto old = set_body(300, {"192.0.2.1"});
  const auto wanted = set_body(300, {"192.0.2.2"});
  const auto other = set_body(300, {"192.0.2.9"});
  const auto more = set_body(60, {"192.0.2.2"});
  const Line lines[] = {
      {"create, it is there", "", wanted, wanted, Settlement::done},
      {"create, absent", "", wanted, std::nullopt, Settlement::not_done},
      {"create, somebody else's", "", wanted, other, Settlement::conflict},
      {"create, only its field not said differs",
       "",
       set_body({}, {"192.0.2.2"}),
       more,
       Settlement::done},
      {"update, as wanted", old, wanted, wanted, Settlement::done},
      {"update, as before", old, wanted, old, Settlement::not_done},
      {"update, neither", old, wanted, other, Settlement::conflict},
      {"update, gone", old, wanted, std::nullopt, Settlement::not_done},
      {"remove, absent", old, "", std::nullopt, Settlement::done},
      {"remove, still there", old, "", old, Settlement::not_done},
      {"remove, changed meanwhile", old, "", other, Settlement::not_done},
  };
  for (const auto& line : lines) {
    state::IntentKey key;
    key.before = line.before;
    key.after = line.after;
    const auto observed =
        line.observed ? std::optional<std::string_view>(*line.observed) : std::nullopt;
    EXPECT_EQ(settle(key, observed), line.expected) << line.what;
    EXPECT_EQ(settle(key, observed), settle(key, observed)) << line.what;
  }
}

TEST(Settle, WhatLeavesNoTraceCountsAsNotDone) {
  using plan::test::box_body;
  const auto kinds = plan::test::catalog();
  const auto& kind = kinds.of(plan::test::kBox);
  const auto after = box_body({{"password", "print"}});
  const auto noted = box_body({{"password", "print"}, {"note", "set"}});
  const auto there = box_body({});
  const auto with_note = box_body({{"note", "set"}});
  EXPECT_EQ(settle({.after = after}, there, &kind), Settlement::done);
  EXPECT_EQ(settle({.after = after}, std::nullopt, &kind), Settlement::not_done);
  EXPECT_EQ(settle({.before = there, .after = after}, there, &kind), Settlement::not_done);
  EXPECT_EQ(settle({.before = there, .after = noted}, with_note, &kind), Settlement::done);
  EXPECT_EQ(settle({.before = there, .after = noted}, there, &kind), Settlement::not_done);
}

TEST(Settle, ABodyCoversAnotherThatSaysLess) {
  EXPECT_TRUE(covers(set_body(300, {"a"}), set_body({}, {"a"})));
  EXPECT_FALSE(covers(set_body({}, {"a"}), set_body(300, {"a"})));
  EXPECT_FALSE(covers(set_body(300, {"a"}), set_body(300, {"a", "b"})));
}

}  // namespace
}  // namespace plumb::apply
