#include "controller/env/secret.h"

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace plumb::env {
namespace {

using namespace std::chrono_literals;
using plumb::test::TempDir;

constexpr SecretPolicy kAll{.allow_exec = true, .allow_file = true};

/// An exec locator: arguments joined by NUL.
SecretRef exec(const std::vector<std::string>& arguments) {
  std::string locator;
  for (const auto& argument : arguments) {
    locator += (locator.empty() ? "" : std::string(1, '\0')) + argument;
  }
  return {"exec", locator};
}

SecretRef shell(const std::string& script) {
  return exec({"sh", "-c", script});
}

TEST(Secret, MovesAndLeavesNothingBehind) {
  Secret first("abc");
  Secret second(std::move(first));
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what it promises
  EXPECT_EQ(first.reveal(), "");
  EXPECT_EQ(second.reveal(), "abc");
  first = std::move(second);
  EXPECT_EQ(first.reveal(), "abc");
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move): what it promises
  EXPECT_TRUE(Secret().empty());
}

TEST(Secret, WipingOverwritesTheOctets) {
  std::string text(100, 's');
  const char* octets = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  for (int i = 1; i < 100; ++i) {  // the string still owns its buffer
    EXPECT_EQ(octets[i], '\0');
  }
}

TEST(SystemSecrets, ReadsEverySource) {
  const TempDir folder;
  folder.write("secrets/plain", "f1le");
  folder.write("secrets/edited", "f1le\n");
  folder.write("secrets/windows", "f1le\r\n");
  folder.write("secrets/two", "f1le\n\n");
  ::setenv("PLUMB_TEST_SECRET", "v4lue", 1);
  SystemSecrets secrets(folder.path(), kAll);
  const struct {
    SecretRef reference;
    std::string expected;
  } cases[] = {
      {{"env", "PLUMB_TEST_SECRET"}, "v4lue"},
      {{"file", "secrets/plain"}, "f1le"},
      {{"file", "secrets/edited"}, "f1le"},
      {{"file", "secrets/windows"}, "f1le"},
      {{"file", "secrets/two"}, "f1le\n"},
      {{"file", (folder.path() / "secrets/plain").string()}, "f1le"},
      {exec({"echo", "a  b", "$HOME"}), "a  b $HOME"},  // no shell in between
      {exec({"printf", "%s", ""}), ""},
      {exec({"cat", "secrets/plain"}), "f1le"},  // runs in the project's root
      {shell("cat; echo end"), "end"},           // its input is empty
      {shell("echo noise >&2; echo k3y"), "k3y"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto got = secrets.get(reference);
    if (expected.empty()) {
      EXPECT_FALSE(got);
      continue;
    }
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->reveal(), expected);
  }
  ::unsetenv("PLUMB_TEST_SECRET");
}

TEST(SystemSecrets, ErrorsNameTheSourceAndLeakNothing) {
  const TempDir folder;
  folder.write("secrets/empty", "\n");
  folder.write("secrets/large", std::string(70'000, 'L'));
  ::setenv("PLUMB_TEST_EMPTY", "", 1);
  SystemSecrets secrets(folder.path(),
                        {.allow_exec = true, .allow_file = true, .exec_deadline = 5s});
  const struct {
    SecretRef reference;
    const char* expected;
  } cases[] = {
      {{"env", "PLUMB_TEST_NONE"}, "secret env PLUMB_TEST_NONE is not set"},
      {{"env", "PLUMB_TEST_EMPTY"}, "secret env PLUMB_TEST_EMPTY is not set"},
      {{"env", ""}, "secret env names nothing"},
      {{"file", "secrets/none"}, "secret file secrets/none is not there: cannot read "},
      {{"file", "secrets/empty"}, "secret file secrets/empty is empty"},
      {{"file", "secrets/large"}, "is larger than 65536 octets"},
      {{"file", "secrets"}, "is not a regular file"},
      {exec({""}), "secret exec names nothing"},
      {exec({"plumb-no-such-command"}), "could not be started: No such file or directory"},
      {shell("echo LEAK; exit 3"), "secret exec sh failed: it ended with status 3"},
      {shell("echo LEAK >&2; kill -9 $$"), "secret exec sh failed: it was ended by signal 9"},
      {shell("true LEAK"), "secret exec sh printed nothing"},
      {shell("head -c 70000 /dev/zero | tr '\\0' L"), "it printed more than 65536 octets"},
      {{"sealed", "LEAK"}, "sealed secrets are not supported yet"},
      {{"vault", "x"}, "\"vault\" is no source of secrets"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto got = secrets.get(reference);
    ASSERT_FALSE(got) << reference.locator;
    const auto& error = got.error();
    EXPECT_EQ(error.code, ErrorCode::denied);
    EXPECT_EQ(error.category, ErrorCategory::authentication);
    EXPECT_NE(error.message.find(expected), std::string::npos) << error.message;
    EXPECT_FALSE(error.hint.empty()) << error.message;
    for (const auto& text : {error.message, error.hint}) {
      EXPECT_EQ(text.find("LEAK"), std::string::npos) << text;
      EXPECT_EQ(text.find("LLL"), std::string::npos) << text;
    }
  }
  ::unsetenv("PLUMB_TEST_EMPTY");
}

TEST(SystemSecrets, ACommandThatHangsIsKilledWithItsChildren) {
  const TempDir folder;
  SystemSecrets secrets(folder.path(),
                        {.allow_exec = true, .allow_file = false, .exec_deadline = 100ms});
  // Neither the shell nor the sleep that holds the pipe may keep us, or live on.
  for (const auto* script : {"sleep 1000", "sleep 1000 & echo k3y", "exec >&-; sleep 1000"}) {
    const auto got = secrets.get(shell(script));
    ASSERT_FALSE(got) << script;
    EXPECT_EQ(got.error().message, "secret exec sh failed: it did not end in time") << script;
  }
}

TEST(SystemSecrets, FilesAndCommandsMustBeAllowed) {
  const TempDir folder;
  folder.write("key", "f1le");
  SystemSecrets secrets(folder.path(), {});
  const auto file = secrets.get({"file", "key"});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message, "secret file key may not be read here");
  const auto marker = folder.path() / "ran";
  const auto command = secrets.get(exec({"touch", marker.string()}));
  ASSERT_FALSE(command);
  EXPECT_FALSE(std::filesystem::exists(marker));
}

}  // namespace
}  // namespace plumb::env
