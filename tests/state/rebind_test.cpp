// An account that is spelt anew: what is remembered goes along, whole or not at all.
#include <csignal>
#include <cstdlib>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/state/fixture.h"

namespace plumb::state {
namespace {

const std::string kNew = "powerdns http://dns.example:8081/ localhost";
const Rebinding kAnew{"pdns", kScope.account, kNew};
const Rebinding kBack{"pdns", kNew, kScope.account};
const Scope kMoved{kNew, kScope.container};
const Scope kOther{"zonefile zones", "example.net."};

Result<void> rebind(Store& store, const Rebinding& what) {
  return store.rebind(what, "move-pdns", "run-2", "c0ffee", kNow);
}

/// A claim in `scope` that needs the zone of kScope.
void keep_needing(Store& store, const Scope& scope, const std::string& key) {
  Bookkeeping change;
  change.kind = kRrset;
  change.key = key;
  change.body = "body";
  change.claim.needs = {{kScope, KindId{1}, ""}};
  ASSERT_TRUE(store.keep(scope, std::vector{change}, "run-1", "c0ffee", kNow));
}

std::size_t claims_of(const Store& store, const Scope& scope) {
  const auto claimed = store.claims(scope);
  EXPECT_TRUE(claimed);
  return *claimed ? (*claimed)->table.size() : 0;
}

TEST(Rebind, MovesAllThatIsRememberedInOneTransaction) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  make(*store, create_key("a", "1"));
  make(*store, create_key("b", "2"));
  keep_needing(*store, kOther, "c");
  ASSERT_TRUE(store->take_over(kScope, true, "plumb adopt --exclusive", kNow));
  ASSERT_TRUE(store->put_settled(kScope, {"d", "f", "c"}));
  ASSERT_TRUE(store->put_outputs(
      std::vector<StoredOutputs>{{{kScope, kRrset, "a"}, {{"x", Value{true, {}}}}}}));
  ASSERT_TRUE(store->put_account("pdns", kScope.account));
  const auto serial = store->serial();
  ASSERT_TRUE(rebind(*store, kAnew));
  EXPECT_EQ(store->serial(), serial + 1);
  EXPECT_EQ(*store->scopes(), (std::vector<Scope>{kMoved, kOther}));
  EXPECT_EQ(*store->claims(kScope), nullptr);
  const auto moved = *store->claims(kMoved);
  ASSERT_NE(moved, nullptr);
  EXPECT_EQ(moved->table.size(), 2U);
  EXPECT_TRUE(moved->taken_over);
  EXPECT_TRUE(moved->side[0].made);
  EXPECT_EQ((*store->claims(kOther))->side[0].needs,
            (std::vector<ResourceId>{{kMoved, KindId{1}, ""}}));
  EXPECT_EQ((*store->outputs())[0].id.scope, kMoved);
  EXPECT_EQ(*store->settled(kMoved), std::nullopt) << "the world is looked at again";
  EXPECT_EQ(*store->account_of("pdns"), kNew);
  EXPECT_EQ(*store->consent_used("move-pdns"), 1U);
  const auto history = *store->history({.scope = kMoved});
  ASSERT_FALSE(history.empty());
  EXPECT_EQ(history[0].what, "rebind");
  EXPECT_EQ(history[0].detail, "Provider pdns was " + kScope.account + ", by Consent move-pdns");
  EXPECT_TRUE(store->verify());
}

TEST(Rebind, KeepsWhatTheNewAccountRemembersItself) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  make(*store, create_key("a", "old"));
  make(*store, create_key("b", "old"));
  Bookkeeping there;
  there.kind = kRrset;
  there.key = "a";
  there.body = "new";
  ASSERT_TRUE(store->keep(kMoved, std::vector{there}, "run-1", "c0ffee", kNow));
  ASSERT_TRUE(rebind(*store, kAnew));
  const auto moved = *store->claims(kMoved);
  ASSERT_EQ(moved->table.size(), 2U);
  EXPECT_EQ(moved->table.body(moved->table[*moved->table.find(kRrset, "a")]), "new");
  EXPECT_EQ(moved->table.body(moved->table[*moved->table.find(kRrset, "b")]), "old");
  EXPECT_EQ(claims_of(*store, kScope), 0U);
  EXPECT_TRUE(store->verify());
}

TEST(Rebind, TakesOpenIntentsAlong) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  make(*store, create_key("a", "1"));
  const auto seq = store->begin(intent_of({create_key("b", "2")}), kNow);
  ASSERT_TRUE(seq);
  ASSERT_TRUE(rebind(*store, kAnew));
  ASSERT_EQ(store->open_intents()->size(), 1U);
  EXPECT_EQ((*store->open_intents())[0].scope, kMoved);
  EXPECT_TRUE(store->verify());
  auto again = intent_of({create_key("b", "2")});
  again.scope = kMoved;
  EXPECT_FALSE(store->begin(again, kNow)) << "the key is open";
  ASSERT_TRUE(store->close(*seq, std::vector{outcome("b", Ending::done)}, kNow));
  EXPECT_EQ(claims_of(*store, kMoved), 2U);
  EXPECT_TRUE(store->open_intents()->empty());
}

TEST(Rebind, LetsWhatIsOpenAtOtherAccountsNeedTheNewOne) {
  const test::TempDir folder;
  const auto store = open_store(folder.path());
  make(*store, create_key("a", "1"));
  auto open = intent_of({create_key("b", "2"), create_key("c", "3")});
  open.scope = kOther;
  open.keys[1].claim.needs = {{kOther, KindId{1}, ""}, {kScope, KindId{1}, ""}};
  const auto seq = store->begin(open, kNow);
  ASSERT_TRUE(seq);
  ASSERT_TRUE(rebind(*store, kAnew));
  const auto intents = store->open_intents();
  ASSERT_EQ(intents->size(), 1U);
  const std::vector<ResourceId> both{{kOther, KindId{1}, ""}, {kMoved, KindId{1}, ""}};
  EXPECT_EQ((*intents)[0].scope, kOther);
  EXPECT_EQ((*intents)[0].keys[1].claim.needs, both);
  ASSERT_TRUE(store->close(
      *seq, std::vector{outcome("b", Ending::done), outcome("c", Ending::done)}, kNow));
  const auto claimed = *store->claims(kOther);
  const auto row = claimed->table.find(kRrset, "c");
  ASSERT_TRUE(row);
  EXPECT_EQ(claimed->side[claimed->table[*row].side - 1].needs, both);
}

TEST(Rebind, SurvivesAnExport) {
  const test::TempDir folder;
  const test::TempDir other;
  const auto store = open_store(folder.path());
  make(*store, create_key("a", "1"));
  ASSERT_TRUE(rebind(*store, kAnew));
  ASSERT_TRUE(store->export_to(other.path() / "state"));
  ASSERT_TRUE(import_store(other.path() / "state", other.path() / "store", kBinding, false));
  const auto copy = open_store(other.path() / "store", Access::read);
  EXPECT_EQ(claims_of(*copy, kMoved), 1U);
  EXPECT_EQ(*copy->account_of("pdns"), kNew);
}

/// Moves to and fro for ever, and says so.
[[noreturn]] void move_for_ever(const std::filesystem::path& directory, int pipe) {
  const auto store = Store::open(directory, kBinding, Access::write, "st-1", 42);
  while (store && rebind(**store, kAnew) && rebind(**store, kBack) && ::write(pipe, "x", 1) == 1) {
  }
  std::_Exit(1);
}

TEST(Rebind, KilledAtAnyTimeIsDoneOrNot) {
  const test::TempDir folder;
  {
    const auto store = open_store(folder.path());
    for (int i = 0; i < 20; ++i) {
      make(*store, create_key("a" + std::to_string(i), "1"));
      keep_needing(*store, kOther, "c" + std::to_string(i));
    }
  }
  for (int round = 0; round < 8; ++round) {
    int pipe[2] = {-1, -1};
    ASSERT_EQ(::pipe(pipe), 0);
    const auto child = ::fork();
    if (child == 0) {
      ::close(pipe[0]);
      move_for_ever(folder.path(), pipe[1]);
    }
    ::close(pipe[1]);
    char said = 0;
    for (int i = 0; i <= round; ++i) {
      ASSERT_EQ(::read(pipe[0], &said, 1), 1);
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe[0]);
    const auto store = open_store(folder.path());
    ASSERT_TRUE(store->verify());
    const auto here = claims_of(*store, kScope);
    EXPECT_EQ(here + claims_of(*store, kMoved), 20U);
    EXPECT_TRUE(here == 0 || here == 20) << here;
    const auto needing = *store->claims(kOther);
    for (const auto& owned : needing->side) {
      EXPECT_EQ(owned.needs[0].scope, here == 0 ? kMoved : kScope);
    }
  }
}

}  // namespace
}  // namespace plumb::state
