#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/state/fixture.h"

namespace plumb::state {
namespace {

LockHolder holder() {
  return {"ci-7", 4711, "3f2a91c", "2026-11-20T12:00:00Z"};
}

/// A process that holds the lock of kScope until it is killed.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& directory) {
    int ready[2] = {-1, -1};
    EXPECT_EQ(::pipe(ready), 0);
    child_ = ::fork();
    if (child_ == 0) {
      const auto lock = ScopeLock::take(directory, kScope, holder());
      const char answer = lock ? 'y' : 'n';
      if (::write(ready[1], &answer, 1) == 1) {
        while (true) {
          ::pause();
        }
      }
      std::_Exit(1);
    }
    char answer = 0;
    EXPECT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Holder() { kill(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  void stop() const {
    ::kill(child_, SIGSTOP);
    int status = 0;
    ::waitpid(child_, &status, WUNTRACED);
  }
  void kill() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      int status = 0;
      ::waitpid(child_, &status, 0);
      child_ = -1;
    }
  }

 private:
  pid_t child_ = -1;
};

TEST(ScopeLock, IsMetByASecondProcessWithTheNameOfItsHolder) {
  const test::TempDir folder;
  const Holder other(folder.path());
  const auto lock = ScopeLock::take(folder.path(), kScope, holder());
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::conflict);
  EXPECT_EQ(lock.error().message,
            "example.com. (powerdns http://127.0.0.1:8081/ localhost) is held by "
            "ci-7/4711/3f2a91c since 2026-11-20T12:00:00Z");
}

TEST(ScopeLock, ManyOfOneFileSayWhoHoldsThemAsLongAsTheyAreHeld) {
  const test::TempDir folder;
  const auto file = LockFile::open(folder.path()).value();
  const auto scope = [](int number) {
    return Scope{"static", "d" + std::to_string(number) + ".example."};
  };
  const auto told = [&](int number) {
    const auto lock = ScopeLock::take(folder.path(), scope(number), {"other", 1, "", ""});
    return lock ? std::string() : lock.error().message.substr(lock.error().message.find("held by"));
  };
  const std::string first = "held by ci-7/4711/3f2a91c since 2026-11-20T12:00:00Z";
  auto one = ScopeLock::take(file, scope(1), holder()).value();
  const auto two = ScopeLock::take(file, scope(2), holder()).value();
  EXPECT_EQ(told(1), first);
  EXPECT_EQ(told(2), first);
  one = ScopeLock();
  const auto theirs = ScopeLock::take(folder.path(), scope(1), {"other", 1, "x", "y"}).value();
  const auto three = ScopeLock::take(file, scope(3), holder()).value();
  auto later = holder();
  later.since = "2026-11-20T12:00:01Z";
  const auto four = ScopeLock::take(file, scope(4), later).value();
  EXPECT_EQ(told(1), "held by other/1/x since y");
  EXPECT_EQ(told(2), first);
  EXPECT_EQ(told(3), first) << "not what stands where the first one was";
  EXPECT_EQ(told(4), "held by ci-7/4711/3f2a91c since 2026-11-20T12:00:01Z");
}

TEST(ScopeLock, NamesAHolderThatHasOnlyJustTakenIt) {
  namespace fs = std::filesystem;
  const test::TempDir folder;
  const Holder other(folder.path());
  const auto note = fs::directory_iterator(folder.path() / "lock.d")->path();
  const auto away = folder.path() / "not yet written";
  fs::rename(note, away);
  std::jthread writes([&] { fs::rename(away, note); });
  const auto lock = ScopeLock::take(folder.path(), kScope, holder());
  writes.join();
  ASSERT_FALSE(lock);
  EXPECT_NE(lock.error().message.find("held by ci-7/4711/"), std::string::npos)
      << lock.error().message;
}

TEST(ScopeLock, IsKeptByAStoppedProcessAndFreeAtOnceWhenItIsKilled) {
  const test::TempDir folder;
  Holder other(folder.path());
  other.stop();
  EXPECT_FALSE(ScopeLock::take(folder.path(), kScope, holder()));
  other.kill();
  const auto lock = ScopeLock::take(folder.path(), kScope, holder());
  EXPECT_TRUE(lock) << lock.error().message;
}

TEST(ScopeLock, LeavesOtherScopesAlone) {
  const test::TempDir folder;
  const auto one = ScopeLock::take(folder.path(), kScope, holder());
  EXPECT_TRUE(one);
  EXPECT_TRUE(ScopeLock::take(folder.path(), {kScope.account, "example.net."}, holder()));
  EXPECT_TRUE(ScopeLock::take(folder.path(), {"static", ""}, holder()));
}

TEST(ScopeLock, GoesWithItsObjectAndMovesWithIt) {
  const test::TempDir folder;
  {
    auto lock = ScopeLock::take(folder.path(), kScope, holder());
    ASSERT_TRUE(lock);
    const ScopeLock moved = std::move(*lock);
    EXPECT_FALSE(ScopeLock::take(folder.path(), kScope, holder()));
    ScopeLock target;
    target = std::move(*lock);  // of nothing
    EXPECT_FALSE(ScopeLock::take(folder.path(), kScope, holder()));
  }
  EXPECT_TRUE(ScopeLock::take(folder.path(), kScope, holder()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "lock.d"));
}

TEST(ScopeLock, KeepsAnImportAway) {
  const test::TempDir folder;
  const auto state = folder.path() / "state";
  make(*open_store(state), create_key("www", "1"));
  ASSERT_TRUE(open_store(state)->export_to(folder.path() / "file"));
  const auto lock = ScopeLock::take(state, kScope, holder());
  ASSERT_TRUE(lock);
  const auto imported = import_store(folder.path() / "file", state, kBinding, true);
  ASSERT_FALSE(imported);
  EXPECT_EQ(imported.error().code, ErrorCode::conflict);
}

TEST(ScopeLock, ManyShareOneDescriptorAndAreGivenFreeOneByOne) {
  const test::TempDir folder;
  const auto file = LockFile::open(folder.path());
  ASSERT_TRUE(file) << file.error().message;
  const Scope other{"account", "other.example."};
  auto first = ScopeLock::take(*file, kScope, holder());
  const auto second = ScopeLock::take(*file, other, holder());
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(ScopeLock::take(folder.path(), kScope, holder()));
  EXPECT_FALSE(ScopeLock::take(folder.path(), other, holder()));
  *first = ScopeLock();
  EXPECT_TRUE(ScopeLock::take(folder.path(), kScope, holder()));
  EXPECT_FALSE(ScopeLock::take(folder.path(), other, holder()));
}

}  // namespace
}  // namespace plumb::state
