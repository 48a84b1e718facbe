#include "state/store.h"

#include <thread>

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

TEST(Store, RefusesAKeyThatIsInAnOpenIntent) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  ASSERT_TRUE(store->begin(intent_of({create_key("www", "1")}), kNow));
  const auto serial = store->serial();
  const auto again =
      store->begin(intent_of({create_key("mail", "1"), create_key("www", "2")}), kNow);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_NE(again.error().message.find("ci-7/4711"), std::string::npos) << again.error().message;
  EXPECT_EQ(store->serial(), serial);
  EXPECT_EQ(store->open_intents()->size(), 1U);
  // The same key twice in one intent, another kind, another scope.
  EXPECT_FALSE(store->begin(intent_of({create_key("a", "1"), create_key("a", "1")}), kNow));
  auto other_kind = create_key("www", "1");
  other_kind.kind = KindId{9};
  EXPECT_TRUE(store->begin(intent_of({other_kind}), kNow));
  auto elsewhere = intent_of({create_key("www", "1")});
  elsewhere.scope.container = "example.net.";
  EXPECT_TRUE(store->begin(elsewhere, kNow));
  // Bookkeeping keeps off it too (J6).
  Bookkeeping adopt;
  adopt.kind = kRrset;
  adopt.key = "www";
  EXPECT_FALSE(store->keep(kScope, std::vector{adopt}, "", "", kNow));
}

TEST(Store, ClosesKeyByKeyAndPassesOverWhatLeftAlready) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  const auto seq = store->begin(
      intent_of({create_key("a", "A"), create_key("b", "B"), create_key("c", "C")}), kNow);
  ASSERT_TRUE(seq);
  auto pending = outcome("b", Ending::pending);
  pending.token = "job-9";
  const std::vector first{outcome("a", Ending::done), pending, outcome("c", Ending::in_doubt)};
  ASSERT_TRUE(store->close(*seq, first, kNow));
  auto intents = *store->open_intents();
  ASSERT_EQ(intents.size(), 1U);
  ASSERT_EQ(intents[0].keys.size(), 2U);
  EXPECT_EQ(intents[0].keys[0].token, "job-9");
  EXPECT_EQ(intents[0].keys[0].state, KeyState::pending);
  EXPECT_EQ(intents[0].keys[1].state, KeyState::in_doubt);
  EXPECT_EQ(store->history({})->size(), 2U);  // done and in doubt

  const auto serial = store->serial();  // J7: the same again changes nothing
  ASSERT_TRUE(store->close(*seq, first, kNow));
  EXPECT_EQ(store->serial(), serial);
  EXPECT_EQ(store->history({})->size(), 2U);

  ASSERT_TRUE(store->close(*seq, std::vector{outcome("b", Ending::done)}, kNow));
  EXPECT_EQ(claimed_body(*store, "b"), "B");
  ASSERT_TRUE(store->close(*seq, std::vector{outcome("c", Ending::not_done)}, kNow));
  EXPECT_EQ(claimed_body(*store, "c"), "");
  EXPECT_TRUE(store->open_intents()->empty());
  EXPECT_TRUE(store->close(*seq, first, kNow));
  EXPECT_TRUE(store->close(999, first, kNow));
  // What left can be begun anew.
  EXPECT_TRUE(store->begin(intent_of({create_key("c", "C")}), kNow));
  const auto sound = store->verify();
  EXPECT_TRUE(sound) << sound.error().message;
}

TEST(Store, ARemoveThatIsDoneTakesClaimAndOutputsAlong) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  make(*store, create_key("www", "1"));
  ASSERT_TRUE(store->put_outputs(std::vector<StoredOutputs>{
      {{kScope, kRrset, "www"}, {{"ipv4", Value{std::string("192.0.2.1"), {}}, {}}}}}));
  auto removal = create_key("www", "");
  removal.verb = 4;
  removal.before = "1";
  make(*store, removal);
  EXPECT_EQ(*store->claims(kScope), nullptr);
  EXPECT_TRUE(store->scopes()->empty());
  EXPECT_TRUE(store->outputs()->empty());
  EXPECT_FALSE(store->empty()) << "a claim was written once";
  EXPECT_EQ(store->history({})->front().what, "remove");
}

TEST(Store, ClaimsTheBytesOfAUnionWhereTheyAreGiven) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  auto key = create_key("txt", "ours and theirs");
  key.claimed_body = "ours";
  const auto seq = store->begin(intent_of({key}), kNow);
  ASSERT_TRUE(store->close(*seq, std::vector{outcome("txt", Ending::done)}, kNow));
  EXPECT_EQ(claimed_body(*store, "txt"), "ours");
}

TEST(Store, KeepsNoClaimWhereOurPartOfASharedSetIsGone) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  const auto made = store->begin(intent_of({create_key("txt", "ours")}), kNow);
  ASSERT_TRUE(store->close(*made, std::vector{outcome("txt", Ending::done)}, kNow));
  auto key = create_key("txt", "theirs");
  key.claims = false;
  const auto seq = store->begin(intent_of({key}), kNow);
  ASSERT_TRUE(store->close(*seq, std::vector{outcome("txt", Ending::done)}, kNow));
  EXPECT_EQ(claimed_body(*store, "txt"), "");
}

TEST(Store, AnUpdateThatNamesNoOutputsKeepsThoseOfBefore) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  const std::vector<Field> values{{"ipv4", Value{std::string("192.0.2.1"), {}}, {}}};
  ASSERT_TRUE(store->put_outputs(std::vector<StoredOutputs>{{{kScope, kRrset, "www"}, values}}));
  make(*store, create_key("www", "2"));
  ASSERT_EQ(store->outputs()->size(), 1U);
  EXPECT_EQ(store->outputs()->front().values, values);
}

TEST(Store, AConsentIsReservedUsedAndGivenBack) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  auto first = create_key("a", "A");
  first.consent = "twice";
  first.consent_count = 2;
  auto second = first;
  second.key = "b";
  auto third = first;
  third.key = "c";
  const auto seq = store->begin(intent_of({first, second}), kNow);
  ASSERT_TRUE(seq);
  EXPECT_EQ(*store->consent_used("twice"), 2U);
  const auto refused = store->begin(intent_of({third}), kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);

  const std::vector ends{outcome("a", Ending::done), outcome("b", Ending::not_done)};
  ASSERT_TRUE(store->close(*seq, ends, kNow));
  ASSERT_TRUE(store->close(*seq, ends, kNow));
  EXPECT_EQ(*store->consent_used("twice"), 1U);
  EXPECT_TRUE(store->begin(intent_of({third}), kNow));
  ASSERT_TRUE(store->use_consent("whole", "Domain/old.example", kNow));
  EXPECT_EQ(*store->consent_used("whole"), 1U);
  EXPECT_TRUE(store->verify());
}

TEST(Store, AdoptsRefreshesAndForgetsWithoutAnIntent) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  Bookkeeping change;
  change.kind = kRrset;
  change.key = "www";
  change.body = "1";
  change.claim.handle = "h";
  ASSERT_TRUE(store->keep(kScope, std::vector{change}, "run", "c0ffee", kNow));
  EXPECT_EQ(claimed_body(*store, "www"), "1");
  change.what = Bookkeeping::What::refresh;
  change.body = "2";
  change.silent = true;
  ASSERT_TRUE(store->keep(kScope, std::vector{change}, "run", "c0ffee", kNow));
  EXPECT_EQ(claimed_body(*store, "www"), "2");
  change.what = Bookkeeping::What::forget;
  change.silent = false;
  change.why = "gone";
  ASSERT_TRUE(store->keep(kScope, std::vector{change}, "run", "c0ffee", kNow));
  EXPECT_EQ(*store->claims(kScope), nullptr);
  const auto serial = store->serial();
  ASSERT_TRUE(store->keep(kScope, std::vector{change}, "run", "c0ffee", kNow));
  EXPECT_EQ(store->serial(), serial) << "forgetting what is not there changes nothing";
  const auto history = *store->history({});
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].what, "forget");
  EXPECT_EQ(history[0].before, "2");
  EXPECT_EQ(history[0].detail, "gone");
  EXPECT_EQ(history[1].what, "adopt");
}

TEST(Store, RemembersTakeOverSettledScopesAndAccounts) {
  const test::TempDir folder;
  {
    const auto store = open_store(folder.path());
    ASSERT_TRUE(store->take_over(kScope, true, "plumb adopt --exclusive", kNow));
    ASSERT_TRUE(store->put_settled(kScope, {"d", "f", "c"}));
    ASSERT_TRUE(store->put_account("pdns", kScope.account));
    const auto serial = store->serial();
    ASSERT_TRUE(store->take_over(kScope, true, "again", kNow));
    ASSERT_TRUE(store->put_settled(kScope, {"d", "f", "c"}));
    ASSERT_TRUE(store->put_account("pdns", kScope.account));
    EXPECT_EQ(store->serial(), serial) << "what is so already changes nothing";
  }
  const auto store = open_store(folder.path(), Access::read);
  ASSERT_NE(*store->claims(kScope), nullptr);
  EXPECT_TRUE((*store->claims(kScope))->taken_over);
  EXPECT_TRUE(store->scopes()->empty());
  EXPECT_EQ(**store->settled(kScope), (Settled{"d", "f", "c"}));
  EXPECT_EQ(*store->settled({"other", ""}), std::nullopt);
  EXPECT_EQ(*store->account_of("pdns"), kScope.account);
  EXPECT_EQ(*store->account_of("cf"), std::nullopt);
  EXPECT_FALSE(store->put_account("cf", "x")) << "it was opened for reading";
}

TEST(Store, TheDigestOfClaimsMovesWithEachOfThem) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  const auto digest = [&] { return *store->claims_digest(kScope); };
  EXPECT_EQ(digest(), "");
  make(*store, create_key("a", "1"));
  const auto one = digest();
  EXPECT_NE(one, "");
  EXPECT_EQ(*store->claims_digest({kScope.account, "example.net."}), "") << "of one scope only";
  make(*store, create_key("b", "2"));
  EXPECT_NE(digest(), one);
  Bookkeeping change;
  change.kind = kRrset;
  change.key = "b";
  change.what = Bookkeeping::What::forget;
  ASSERT_TRUE(store->keep(kScope, std::vector{change}, "run", "c0ffee", kNow));
  EXPECT_EQ(digest(), one) << "the same claims again";
  auto owned = create_key("a", "1");
  owned.claim.policy.protect = true;
  make(*store, owned);
  EXPECT_NE(digest(), one) << "not only their bodies";
  const auto before = digest();
  ASSERT_TRUE(store->take_over(kScope, true, "plumb adopt --exclusive", kNow));
  EXPECT_NE(digest(), before);
}

TEST(Store, GivesTheRowsOfOneScopeInMergeOrderWithTheirOwners) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  std::vector<IntentKey> keys;
  TableBuilder expected;
  for (int i = 0; i < 300; ++i) {
    const auto name = std::string(static_cast<std::size_t>(i), 'x') + std::to_string(i);
    keys.push_back(create_key(name, "body of " + name));
    keys.back().claim.origin = name;
    expected.add(kRrset, name, "body of " + name);
  }
  const auto seq = store->begin(intent_of(keys), kNow);
  std::vector<KeyOutcome> outcomes;
  for (const auto& key : keys) {
    outcomes.push_back(outcome(key.key, Ending::done));
  }
  ASSERT_TRUE(store->close(*seq, outcomes, kNow));
  make(*store, create_key("y", "Y"));
  const auto sealed = expected.seal();
  const auto claimed = *store->claims(kScope);
  ASSERT_EQ(claimed->table.size(), 301U);
  for (const auto& entry : claimed->table.entries()) {
    const auto key = claimed->table.key(entry);
    if (key != "y") {
      EXPECT_EQ(claimed->side.at(entry.side - 1).origin, key);
      EXPECT_TRUE(sealed.table.find(kRrset, key));
    }
  }
  EXPECT_TRUE(store->verify());
}

TEST(Store, FiltersHistoryNewestFirst) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  make(*store, create_key("a", "1"));
  make(*store, create_key("b", "1"));
  auto update = create_key("a", "2");
  update.verb = 1;
  make(*store, update);
  HistoryFilter filter;
  filter.resource = ResourceId{kScope, kRrset, "a"};
  auto rows = *store->history(filter);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].what, "update");
  EXPECT_EQ(rows[1].what, "create");
  filter = {};
  filter.limit = 1;
  EXPECT_EQ(store->history(filter)->size(), 1U);
  filter.limit = 50;
  filter.scope = Scope{"nowhere", ""};
  EXPECT_TRUE(store->history(filter)->empty());
}

TEST(Store, IsSharedByThreads) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 20; ++i) {
        make(*store, create_key(std::to_string(thread) + "-" + std::to_string(i), "1"));
        EXPECT_TRUE(store->claims(kScope));
      }
    });
  }
  threads.clear();
  EXPECT_EQ((*store->claims(kScope))->table.size(), 80U);
  EXPECT_EQ(store->history({.limit = 1000})->size(), 80U);
  EXPECT_TRUE(store->verify());
}

TEST(Store, IsOpenedOncePerProcessHoweverOftenItIsAskedFor) {
  const test::TempDir folder;
  auto first = open_store(folder.path());
  auto second = open_store(folder.path());
  auto reader = open_store(folder.path(), Access::read);
  make(*first, create_key("a", "1"));
  first.reset();
  make(*second, create_key("b", "1"));
  EXPECT_EQ((*reader->claims(kScope))->table.size(), 2U);
  second.reset();
  reader.reset();
  reader = open_store(folder.path(), Access::read);
  const auto writer = Store::open(folder.path(), kBinding, Access::write, "st-2", 1);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::conflict);
}

TEST(Store, BeginsSeveralIntentsInOneTransactionOrNone) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  auto other = intent_of({create_key("www", "1")});
  other.scope.container = "example.org.";
  const std::vector both{intent_of({create_key("www", "1")}), other};
  const auto begun = store->begin_all(both, kNow);
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(*begun, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(store->serial(), 1U);
  const auto open = store->open_intents();
  ASSERT_EQ(open->size(), 2U);
  EXPECT_EQ(open->back().marker, "st-1-2");

  other.keys = {create_key("new", "1")};
  const std::vector one_in_use{other, both[0]};
  EXPECT_EQ(store->begin_all(one_in_use, kNow).error().code, ErrorCode::conflict);
  EXPECT_EQ(store->open_intents()->size(), 2U);
  EXPECT_EQ(store->serial(), 1U);

  const std::vector done{outcome("www", Ending::done)};
  const std::vector<IntentOutcome> outcomes{{1, done}, {2, done}, {99, done}};
  ASSERT_TRUE(store->close_all(outcomes, kNow));
  EXPECT_EQ(store->serial(), 2U);
  EXPECT_TRUE(store->open_intents()->empty());
  EXPECT_EQ(store->scopes()->size(), 2U);
  ASSERT_TRUE(store->close_all(outcomes, kNow));  // J7
  EXPECT_EQ(store->serial(), 2U);
  EXPECT_TRUE(store->verify());
}

TEST(Store, ClosesTheKeysOfAnIntentInAnyOrder) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  std::vector<IntentKey> keys;
  std::vector<KeyOutcome> outcomes;
  for (int i = 0; i < 9; ++i) {
    keys.push_back(create_key("k" + std::to_string(i), "1"));
    outcomes.push_back(outcome("k" + std::to_string(i * 4 % 9), Ending::done));
  }
  const auto seq = store->begin(intent_of(keys), kNow);
  ASSERT_TRUE(seq);
  const auto last = outcomes.back();
  outcomes.pop_back();
  outcomes.push_back(outcomes.front());  // twice: the second is passed over
  ASSERT_TRUE(store->close(*seq, outcomes, kNow));
  const auto open = store->open_intents();
  ASSERT_EQ(open->size(), 1U);
  ASSERT_EQ(open->front().keys.size(), 1U);
  EXPECT_EQ(open->front().keys[0].key, last.key);
  EXPECT_EQ(store->history({})->size(), 8U);
}

TEST(Store, KeepsTheKeyOfItsPrintsAndCarriesItWithAnExport) {
  const test::TempDir folder;
  const auto file = folder.path() / "state.plumb";
  {
    const auto store = open_store(folder.path() / "a");
    EXPECT_EQ(*store->print_key("first"), "first");
    EXPECT_EQ(*store->print_key("second"), "first");
    EXPECT_TRUE(store->verify());
    ASSERT_TRUE(store->export_to(file));
  }
  EXPECT_EQ(*open_store(folder.path() / "a", Access::read)->print_key("third"), "first");
  ASSERT_TRUE(import_store(file, folder.path() / "b", kBinding, false));
  EXPECT_EQ(*open_store(folder.path() / "b")->print_key("fourth"), "first");
  EXPECT_EQ(*open_store(folder.path() / "none", Access::read)->print_key("own"), "own");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "none"));
}

}  // namespace
}  // namespace plumb::state
