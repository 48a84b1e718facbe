#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>

#include <lmdb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/state/fixture.h"

namespace plumb::state {
namespace {

namespace fs = std::filesystem;

Result<std::unique_ptr<Store>> try_open(const fs::path& directory,
                                        Access access = Access::write,
                                        const Binding& binding = kBinding) {
  return Store::open(directory, binding, access, "st-1", 42);
}

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
}

/// A store with a few dozen claims and as many rows of history.
void fill(const fs::path& directory) {
  const auto store = open_store(directory);
  for (int i = 0; i < 60; ++i) {
    make(*store, create_key("host" + std::to_string(i), std::string(200, 'b')));
  }
  make(*store, create_key("large", std::string(20'000, 'l')));
}

/// Runs `body` in a child; whether it ended with exit code 0.
bool in_child(const std::function<bool()>& body) {
  const auto child = ::fork();
  if (child == 0) {
    std::_Exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_FALSE(WIFSIGNALED(status)) << "signal " << WTERMSIG(status);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Changes one row below the store's own doors.
void put_raw(const fs::path& directory, const char* db, std::string key, std::string value) {
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  mdb_env_set_maxdbs(env, 20);
  ASSERT_EQ(mdb_env_open(env, directory.c_str(), 0, 0600), 0);
  MDB_txn* txn = nullptr;
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  MDB_dbi handle = 0;
  ASSERT_EQ(mdb_dbi_open(txn, db, MDB_CREATE, &handle), 0);
  MDB_val where{key.size(), key.data()};
  MDB_val what{value.size(), value.data()};
  ASSERT_EQ(mdb_put(txn, handle, &where, &what, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

/// The first row of a database, read below the store's own doors.
std::pair<std::string, std::string> first_raw(const fs::path& directory, const char* db) {
  MDB_env* env = nullptr;
  EXPECT_EQ(mdb_env_create(&env), 0);
  mdb_env_set_maxdbs(env, 20);
  EXPECT_EQ(mdb_env_open(env, directory.c_str(), MDB_RDONLY, 0600), 0);
  MDB_txn* txn = nullptr;
  EXPECT_EQ(mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn), 0);
  MDB_dbi handle = 0;
  EXPECT_EQ(mdb_dbi_open(txn, db, 0, &handle), 0);
  MDB_cursor* cursor = nullptr;
  EXPECT_EQ(mdb_cursor_open(txn, handle, &cursor), 0);
  MDB_val key{};
  MDB_val value{};
  EXPECT_EQ(mdb_cursor_get(cursor, &key, &value, MDB_FIRST), 0);
  std::pair row{std::string(static_cast<char*>(key.mv_data), key.mv_size),
                std::string(static_cast<char*>(value.mv_data), value.mv_size)};
  mdb_cursor_close(cursor);
  mdb_txn_abort(txn);
  mdb_env_close(env);
  return row;
}

TEST(Damage, AStoreOfAnotherProjectOrEnvironmentIsRefused) {
  const test::TempDir folder;
  fill(folder.path());
  for (const auto& binding : {Binding{"acme", "staging"}, Binding{"other", "production"}}) {
    for (const auto access : {Access::read, Access::write}) {
      const auto store = try_open(folder.path(), access, binding);
      ASSERT_FALSE(store);
      EXPECT_EQ(store.error().code, ErrorCode::invalid_input);
      EXPECT_NE(
          store.error().message.find(R"(belongs to project "acme", environment "production")"),
          std::string::npos)
          << store.error().message;
    }
  }
}

TEST(Damage, AForeignFileIsRefusedAndLeftAsItIs) {
  for (const auto& content : {std::string(),
                              std::string("hello\n"),
                              std::string(100'000, '\0'),
                              std::string(100'000, 'x')}) {
    const test::TempDir folder;
    const auto file = folder.write("data.mdb", content);
    for (const auto access : {Access::read, Access::write}) {
      const auto store = try_open(folder.path(), access);
      ASSERT_FALSE(store);
      EXPECT_EQ(store.error().code, ErrorCode::invalid_input) << store.error().message;
      EXPECT_FALSE(store.error().hint.empty());
    }
    EXPECT_EQ(slurp(file), content);
  }
}

TEST(Damage, AnLmdbFileOfSomebodyElseIsRefused) {
  const test::TempDir folder;
  put_raw(folder.path(), "things", "key", "value");
  const auto store = try_open(folder.path());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::invalid_input) << store.error().message;
}

TEST(Damage, ATruncatedFileIsRefusedWhereverItEnds) {
  const test::TempDir folder;
  fill(folder.path());
  const auto good = slurp(folder.path() / "data.mdb");
  for (std::size_t pages = 1; pages * 4096 < good.size(); pages += 3) {
    spill(folder.path() / "data.mdb", good.substr(0, pages * 4096 - 100));
    for (const auto access : {Access::read, Access::write}) {
      EXPECT_TRUE(in_child([&] {
        const auto store = try_open(folder.path(), access);
        return !store ? store.error().code == ErrorCode::invalid_input
                      : (*store)->verify().has_value();  // what was cut off was free
      })) << pages;
    }
  }
}

TEST(Damage, OverwrittenBytesGiveAnErrorAndNeverACrash) {
  const test::TempDir folder;
  fill(folder.path());
  const auto file = folder.path() / "data.mdb";
  const auto good = slurp(file);
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same damage each time
  for (int round = 0; round < 100; ++round) {
    auto bad = good;
    const auto length = 1 + random() % 64;
    const auto place = random() % (bad.size() - length);
    std::generate_n(bad.begin() + static_cast<std::ptrdiff_t>(place), length, [&] {
      return static_cast<char>(random());
    });
    spill(file, bad);
    EXPECT_TRUE(in_child([&] {
      const auto store = try_open(folder.path());
      if (store) {
        (void)(*store)->verify().has_value();
        (void)(*store)->claims(kScope).has_value();
        (void)(*store)->history({}).has_value();
        (void)(*store)->begin(intent_of({create_key("new", "1")}), kNow).has_value();
      }
      return true;
    })) << "round "
        << round << ", place " << place;
  }
}

TEST(Damage, ANewerFormatAsksForAnUpgrade) {
  const test::TempDir folder;
  fill(folder.path());
  put_raw(folder.path(), "meta", "format", "2");
  const auto store = try_open(folder.path());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().hint, "upgrade plumb");
}

TEST(Damage, ANewerRecordAsksForAnUpgradeWhereItIsRead) {
  const test::TempDir folder;
  fill(folder.path());
  auto [key, value] = first_raw(folder.path(), "claims");
  value[0] = 2;
  put_raw(folder.path(), "claims", key, value);
  const auto store = open_store(folder.path());
  const auto claims = store->claims(kScope);
  ASSERT_FALSE(claims);
  EXPECT_EQ(claims.error().hint, "upgrade plumb");
}

TEST(Damage, AFlippedByteInTheHistoryBreaksItsChain) {
  const test::TempDir folder;
  fill(folder.path());
  const auto [key, value] = first_raw(folder.path(), "audit");
  for (const auto place : {std::size_t{3}, value.find("run-1"), value.size() - 1}) {
    auto bad = value;
    bad[place] = static_cast<char>(bad[place] ^ 1);
    put_raw(folder.path(), "audit", key, bad);
    const auto sound = open_store(folder.path())->verify();
    ASSERT_FALSE(sound) << place;
    EXPECT_NE(sound.error().message.find("history row 1"), std::string::npos)
        << sound.error().message;
  }
  put_raw(folder.path(), "audit", key, value);
  EXPECT_TRUE(open_store(folder.path())->verify());
}

TEST(Damage, AReadOnlyFolderCanBeReadAndSaysWhyItCannotBeWritten) {
  const test::TempDir folder;
  const auto state = folder.path() / "state";
  fill(state);
  fs::remove(state / "lock.mdb");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod((state / "data.mdb").c_str(), 0444);
  ::chmod(state.c_str(), 0555);
  EXPECT_TRUE(in_child([&] {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) {
      return false;
    }
    {
      const auto store = try_open(state, Access::read);
      if (!store || claimed_body(**store, "host1").empty() || fs::exists(state / "lock.mdb")) {
        return false;
      }
    }
    const auto store = try_open(state, Access::write);
    return !store && store.error().code == ErrorCode::unavailable && !store.error().hint.empty();
  }));
  ::chmod(state.c_str(), 0755);
}

TEST(Damage, AFullDiskFailsTheTransactionAndLosesNothing) {
  const test::TempDir folder;
  fill(folder.path());
  EXPECT_TRUE(in_child([&] {
    const auto store = open_store(folder.path());
    ::signal(SIGXFSZ, SIG_IGN);  // the limit on the size of files stands for the end of the disk
    const auto size = fs::file_size(folder.path() / "data.mdb");
    const rlimit limit{size + 8192, size + 8192};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto seq = store->begin(intent_of({create_key("new", std::string(500'000, 'x'))}), kNow);
    return !seq && seq.error().code == ErrorCode::unavailable &&
           seq.error().message.find("disk full") != std::string::npos &&
           store->open_intents()->empty() && !claimed_body(*store, "large").empty();
  }));
  const auto store = open_store(folder.path());
  EXPECT_TRUE(store->verify());
  EXPECT_EQ((*store->claims(kScope))->table.size(), 61U);
  EXPECT_TRUE(store->begin(intent_of({create_key("new", "x")}), kNow));
}

TEST(Damage, APathThatIsNoFolderIsAnError) {
  const test::TempDir folder;
  const auto file = folder.write("file", "x");
  for (const auto access : {Access::read, Access::write}) {
    const auto store = try_open(file, access);
    ASSERT_FALSE(store);
    EXPECT_FALSE(store.error().hint.empty());
  }
}

}  // namespace
}  // namespace plumb::state
