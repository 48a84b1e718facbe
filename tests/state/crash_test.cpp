#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/state/fixture.h"

namespace plumb::state {
namespace {

/// What the child says after each call that has returned.
struct Progress {
  std::uint64_t number = 0;  ///< in the names of the keys
  char step = 0;             ///< 'b': begun, 'c': closed
};

/// Begins and closes intents of two keys for ever, and says so.
[[noreturn]] void work(const std::filesystem::path& directory, int pipe) {
  auto store = Store::open(directory, kBinding, Access::write, "st-1", 42);
  const auto say = [&](std::uint64_t number, char step) {
    const Progress progress{number, step};
    if (::write(pipe, &progress, sizeof(progress)) != sizeof(progress)) {
      std::_Exit(1);
    }
  };
  while (store) {
    const auto number = (*store)->serial();
    const auto name = std::to_string(number);
    const auto a = create_key("a" + name, name);
    const auto b = create_key("b" + name, name);
    const auto seq = (*store)->begin(intent_of({a, b}), kNow);
    if (!seq) {
      break;
    }
    say(number, 'b');
    const std::vector ends{outcome(a.key, Ending::done), outcome(b.key, Ending::done)};
    if (!(*store)->close(*seq, ends, kNow)) {
      break;
    }
    say(number, 'c');
  }
  std::_Exit(2);
}

/// The last step of each number that was acknowledged before the kill.
std::map<std::uint64_t, char> run_and_kill(const std::filesystem::path& directory,
                                           unsigned messages,
                                           std::chrono::microseconds later) {
  int pipe[2] = {-1, -1};
  EXPECT_EQ(::pipe(pipe), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    work(directory, pipe[1]);
  }
  ::close(pipe[1]);
  std::map<std::uint64_t, char> acknowledged;
  const auto take = [&] {
    Progress progress;
    const bool took = ::read(pipe[0], &progress, sizeof(progress)) == sizeof(progress);
    if (took) {
      acknowledged[progress.number] = progress.step;
    }
    return took;
  };
  for (unsigned i = 0; i < messages; ++i) {
    EXPECT_TRUE(take());
  }
  const auto end = std::chrono::steady_clock::now() + later;  // somewhere within a later call
  while (std::chrono::steady_clock::now() < end) {
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  while (take()) {
  }
  ::close(pipe[0]);
  return acknowledged;
}

/// Holds the store to what was acknowledged.
void check_after_kill(Store& store, const std::map<std::uint64_t, char>& acknowledged) {
  const auto sound = store.verify();
  ASSERT_TRUE(sound) << sound.error().message;
  std::set<std::string> open;
  const auto intents = *store.open_intents();
  for (const auto& intent : intents) {
    EXPECT_EQ(intent.keys.size(), 2U) << "half closed";
    for (const auto& key : intent.keys) {
      open.insert(key.key);
    }
  }
  EXPECT_LE(open.size(), 2U) << "one was under way at most";
  for (const auto& [number, step] : acknowledged) {
    for (const char which : {'a', 'b'}) {
      const auto name = std::to_string(number);
      const bool claimed = claimed_body(store, which + name) == name;
      EXPECT_NE(claimed, open.contains(which + name)) << which << number << ": both or neither";
      EXPECT_TRUE(claimed || step == 'b') << which << number << " was closed and is not there";
    }
  }
  const auto claimed = *store.claims(kScope);
  EXPECT_EQ(claimed ? claimed->table.size() : 0U, store.history({.limit = 1'000'000})->size())
      << "a claim and its row of history go together";
}

/// What recovery does once the world was looked at.
void settle(Store& store) {
  const auto intents = *store.open_intents();
  for (const auto& intent : intents) {
    std::vector<KeyOutcome> ends;
    for (const auto& key : intent.keys) {
      ends.push_back(outcome(key.key, Ending::done));
    }
    ASSERT_TRUE(store.close(intent.seq, ends, kNow));
  }
}

TEST(Crash, LosesNothingAcknowledgedAndHalfClosesNothing) {
  const test::TempDir folder;
  std::mt19937 random(20261120);  // NOLINT(cert-msc51-cpp): the same kills each time
  std::map<std::uint64_t, char> acknowledged;
  for (int kill = 0; kill < 20; ++kill) {
    const auto messages = static_cast<unsigned>(random() % 12);
    const std::chrono::microseconds later(random() % 3000);
    for (const auto& [number, step] : run_and_kill(folder.path(), messages, later)) {
      acknowledged[number] = step;
    }
    if (!std::filesystem::exists(folder.path() / "data.mdb")) {
      continue;  // killed before there was anything
    }
    const auto store = open_store(folder.path());
    ASSERT_NE(store, nullptr) << "after kill " << kill;
    check_after_kill(*store, acknowledged);
    settle(*store);
    EXPECT_TRUE(store->open_intents()->empty());
  }
  EXPECT_GT(acknowledged.size(), 20U);
}

TEST(Crash, AReaderMeetsAWriterAtWorkAndSeesWholeTransactions) {
  const test::TempDir folder;
  make(*open_store(folder.path()), create_key("first", "1"));
  int pipe[2] = {-1, -1};
  ASSERT_EQ(::pipe(pipe), 0);
  const auto child = ::fork();
  if (child == 0) {
    work(folder.path(), pipe[1]);
  }
  std::uint64_t serial = 0;
  for (int round = 0; serial < 60 && round < 100'000; ++round) {
    const auto store = open_store(folder.path(), Access::read);
    ASSERT_NE(store, nullptr) << "in round " << round;
    const auto sound = store->verify();
    EXPECT_TRUE(sound) << sound.error().message;
    EXPECT_LE(store->open_intents()->size(), 1U);
    serial = store->serial();
    EXPECT_EQ((*store->claims(kScope))->table.size() % 2, 1U);
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_GE(serial, 60U);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(Crash, AWriterThatIsKilledHoldsUpNobody) {
  const test::TempDir folder;
  run_and_kill(folder.path(), 2, std::chrono::microseconds(0));
  const auto store = open_store(folder.path());
  EXPECT_TRUE(store->put_account("pdns", "a"));
}

}  // namespace
}  // namespace plumb::state
