// A rotation by the calendar, step by step, with the clock of the test.
#include "resources/mail/dkim_rotation.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plumb::mail {
namespace {

using Selectors = std::vector<std::string>;

constexpr std::int64_t kStart = 1'800'000'000;
constexpr std::int64_t kDay = 86'400;
const DkimSeen kSigns{.signs = true};
const DkimSeen kHidden{.signs = true, .visible = false};
const DkimSeen kVisible{.signs = true, .visible = true, .ttl = 300};
const DkimSeen kSilent{.signs = true, .visible = std::nullopt};

Selectors selectors(const DkimRotation& it, std::string_view declared) {
  Selectors out;
  for (const auto& key : published(it, declared)) {
    out.push_back(key.selector);
  }
  return out;
}

TEST(DkimRotation, GoesAllTheWay) {
  DkimRotation it;
  EXPECT_EQ(selectors(it, "s1"), Selectors{"s1"});
  step(it, kSigns, kStart);
  EXPECT_EQ(it.signs_since, kStart);
  ASSERT_TRUE(can_begin(it));
  begin(it, 2);
  EXPECT_EQ(selectors(it, "s1"), (Selectors{"s1", "s1-2"}));
  EXPECT_FALSE(can_begin(it));

  step(it, kHidden, kStart + 60);  // not at all servers yet
  EXPECT_EQ(signs_from(it), 0);
  step(it, kVisible, kStart + 120);
  EXPECT_EQ(signs_from(it), kStart + 120 + 300);
  step(it, kVisible, kStart + 419);
  EXPECT_EQ(selectors(it, "s1"), (Selectors{"s1", "s1-2"})) << "a cache may hold what was before";
  step(it, kVisible, kStart + 420);
  EXPECT_EQ(selectors(it, "s1"), (Selectors{"s1-2", "s1"})) << "the first signs";

  step(it, {.signs = false}, kStart + 30 * kDay);  // declared, but never applied
  EXPECT_EQ(goes_from(it), 0);
  const auto switched = kStart + 30 * kDay + 60;
  step(it, kSigns, switched);
  EXPECT_EQ(goes_from(it), switched + 7 * kDay);
  step(it, kSigns, switched + 7 * kDay - 1);
  EXPECT_EQ(selectors(it, "s1"), (Selectors{"s1-2", "s1"}));
  EXPECT_FALSE(can_begin(it));
  step(it, kSigns, switched + 7 * kDay);
  EXPECT_EQ(selectors(it, "s1"), Selectors{"s1-2"});
  EXPECT_TRUE(it.removing);
  step(it, {.signs = true, .gone = true}, switched + 7 * kDay + 60);
  EXPECT_EQ(it, (DkimRotation{.signing = 2, .signs_since = switched}));
}

TEST(DkimRotation, TakesOverFromFormerKeysInTheSameSteps) {
  DkimRotation it;
  take_over(it, {{"old", "rsa", 1024}, {"older", "ed25519", 0}});
  EXPECT_EQ(selectors(it, "s2"), (Selectors{"old", "older", "s2"})) << "the first signs";
  EXPECT_EQ(published(it, "s2").front(), (PublishedKey{"old", "rsa", 1024}));
  EXPECT_EQ(published(it, "s2").back(), (PublishedKey{"s2", "", 0})) << "as it is declared";
  EXPECT_FALSE(can_begin(it));
  step(it, kHidden, kStart);
  step(it, kVisible, kStart + 60);
  step(it, kVisible, kStart + 359);
  EXPECT_EQ(rotated_selector(it, "s2", it.signing), "old");
  step(it, kVisible, kStart + 360);
  EXPECT_EQ(selectors(it, "s2"), (Selectors{"s2", "old", "older"}));
  EXPECT_EQ(old_selectors(it, "s2"), (Selectors{"old", "older"}));
  step(it, kSigns, kStart + 400);
  step(it, kSigns, kStart + 400 + 7 * kDay);
  EXPECT_EQ(selectors(it, "s2"), Selectors{"s2"});
  EXPECT_EQ(old_selectors(it, "s2"), (Selectors{"old", "older"})) << "they are to go";
  step(it, {.signs = true, .gone = true}, kStart + 500 + 7 * kDay);
  EXPECT_EQ(it, (DkimRotation{.signs_since = kStart + 400}));
  EXPECT_TRUE(can_begin(it));
}

TEST(DkimRotation, TakesOverWithTheKeyThatItsOwnRotationHadReached) {
  DkimRotation it{.signing = 3, .signs_since = kStart};
  take_over(it, {{"other", "rsa", 2048}});
  EXPECT_EQ(selectors(it, "s1"), (Selectors{"other", "s1-3"}));
  take_over(it, {{"another", "rsa", 2048}});
  EXPECT_EQ(selectors(it, "s1"), (Selectors{"another", "s1-3"}));
}

TEST(DkimRotation, StartsAnewWhenAServerLosesTheRecord) {
  DkimRotation it;
  begin(it, 2);
  step(it, kVisible, kStart);
  step(it, kHidden, kStart + 200);
  step(it, kVisible, kStart + 250);
  EXPECT_EQ(signs_from(it), kStart + 550);
}

TEST(DkimRotation, WaitsForSilentServersAndTakesNothingBack) {
  DkimRotation it;
  begin(it, 2);
  step(it, kVisible, kStart);
  step(it, kSilent, kStart + 1000);
  EXPECT_EQ(it.next, 2U) << "who does not answer may not have it any more";
  step(it, kVisible, kStart + 1001);
  EXPECT_EQ(it.signing, 2U);
}

TEST(DkimRotation, IsDueByTheKeyThatSigns) {
  DkimRotation it;
  EXPECT_FALSE(is_due(it, 90 * kDay, kStart)) << "nothing signs yet";
  step(it, kSigns, kStart);
  EXPECT_FALSE(is_due(it, 90 * kDay, kStart + 90 * kDay - 1));
  EXPECT_TRUE(is_due(it, 90 * kDay, kStart + 90 * kDay));
  EXPECT_FALSE(is_due(it, 0, kStart + 900 * kDay));
  EXPECT_FALSE(is_due(it, 90 * kDay, kStart - 90 * kDay)) << "the clock went back";
  begin(it, 2);
  EXPECT_FALSE(is_due(it, 90 * kDay, kStart + 900 * kDay));
}

// Whatever is seen, whenever: what signs was published, and what signed stays for its days.
RC_GTEST_PROP(DkimRotationProperty, NeverSignsWithAKeyThatWasNotVisible, ()) {
  DkimRotation it;
  begin(it, 2);
  auto now = kStart;
  std::int64_t seen_since = 0;
  for (int i = 0; i < 30; ++i) {
    now += *rc::gen::inRange(0, 400);
    DkimSeen seen{.signs = *rc::gen::arbitrary<bool>(), .gone = *rc::gen::arbitrary<bool>()};
    seen.visible = *rc::gen::element<std::optional<bool>>(std::nullopt, false, true);
    seen.ttl = 300;
    if (seen.visible == false) {
      seen_since = 0;
    } else if (seen.visible == true && seen_since == 0) {
      seen_since = now;
    }
    const auto before = it;
    step(it, seen, now);
    if (it.signing != before.signing) {
      RC_ASSERT(seen_since != 0 && now - seen_since >= 300);
      RC_ASSERT(it.old == before.signing);
    }
    RC_ASSERT(!it.removing || (it.signs_since != 0 && now - it.signs_since >= 7 * kDay));
  }
}

}  // namespace
}  // namespace plumb::mail
