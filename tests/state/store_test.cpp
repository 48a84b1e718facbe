#include "state/store.h"

#include <gtest/gtest.h>

#include "tests/state/fixture.h"

namespace plumb::state {
namespace {

TEST(Store, ShowsAnEmptyStoreAndCreatesNothingWhereNothingIs) {
  const test::TempDir folder;
  const auto store = open_store(folder.path() / "state", Access::read);
  EXPECT_TRUE(store->empty());
  EXPECT_EQ(store->serial(), 0U);
  EXPECT_TRUE(store->scopes()->empty());
  EXPECT_EQ(*store->claims(kScope), nullptr);
  EXPECT_TRUE(store->open_intents()->empty());
  EXPECT_TRUE(store->verify());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "state"));
}

TEST(Store, ADoneCreateIsClaimedWithOutputsHistoryAndConsentInOneTransaction) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  auto key = create_key(std::string("www\0A", 5), "body");
  key.consent = "grow";
  key.claim.policy.protect = true;
  key.claim.needs = {{kScope, KindId{1}, "example.com."}};
  const auto seq = store->begin(intent_of({key}), kNow);
  ASSERT_TRUE(seq) << seq.error().message;
  EXPECT_EQ(*store->consent_used("grow"), 1U);
  const auto intents = store->open_intents();
  ASSERT_EQ(intents->size(), 1U);
  EXPECT_EQ((*intents)[0].marker, "st-1-1");
  EXPECT_TRUE(store->empty());
  const auto serial = store->serial();

  auto done = outcome(key.key, Ending::done);
  done.handle = "h-7";
  done.outputs = {{"ipv4", Value{std::string("192.0.2.1"), {}}, {}}};
  ASSERT_TRUE(store->close(*seq, std::vector{done}, kNow));

  EXPECT_EQ(store->serial(), serial + 1);
  EXPECT_FALSE(store->empty());
  EXPECT_TRUE(store->open_intents()->empty());
  EXPECT_EQ(*store->consent_used("grow"), 1U);
  EXPECT_EQ(claimed_body(*store, key.key), "body");
  const auto claimed = *store->claims(kScope);
  auto owned = key.claim;
  owned.handle = "h-7";
  EXPECT_EQ(claimed->side.at(claimed->table[0].side - 1), owned);
  ASSERT_EQ(store->outputs()->size(), 1U);
  EXPECT_EQ(store->outputs()->front().values, done.outputs);
  const auto history = store->history({});
  ASSERT_EQ(history->size(), 1U);
  EXPECT_EQ(history->front().what, "create");
  EXPECT_EQ(history->front().result, "done");
  EXPECT_EQ(store->scopes()->size(), 1U);
  const auto sound = store->verify();
  EXPECT_TRUE(sound) << sound.error().message;
}

}  // namespace
}  // namespace plumb::state
