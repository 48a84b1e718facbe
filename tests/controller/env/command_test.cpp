#include "controller/env/command.h"

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

Result<std::string> run(const std::string& script, Complaints complaints) {
  return run_command(
      {"sh", "-c", script}, "/", 1000, std::chrono::milliseconds{30'000}, complaints);
}

std::string error_of(const std::string& script, Complaints complaints = Complaints::kept) {
  const auto ran = run(script, complaints);
  return ran ? "" : ran.error().message;
}

TEST(Command, SaysWhatItComplainedOfWhereItFails) {
  EXPECT_EQ(error_of("echo out; echo bad map >&2; exit 3"), "it ended with status 3: bad map");
  EXPECT_EQ(error_of("echo one >&2; echo >&2; echo two >&2; exit 1"),
            "it ended with status 1: one; two");
  EXPECT_EQ(error_of("exit 1"), "it ended with status 1");
  EXPECT_EQ(error_of("echo bad >&2; kill -9 $$"), "it was ended by signal 9: bad");
  const auto good = run("echo out; echo careful >&2", Complaints::kept);
  EXPECT_EQ(good.value_or(""), "out\n");
}

TEST(Command, SaysWhatItComplainedOfWhereItIsEnded) {
  EXPECT_EQ(error_of("echo too much >&2; head -c 2000 /dev/zero"),
            "it printed more than 1000 octets: too much");
  const auto late = run_command({"sh", "-c", "echo locked >&2; exec >&-; exec sleep 3600"},
                                "/",
                                1000,
                                std::chrono::milliseconds{500},
                                Complaints::kept);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, "it did not end in time: locked");
}

TEST(Command, IsEndedOnceStopped) {
  std::stop_source stop;
  stop.request_stop();
  for (const auto* script : {"exec sleep 3600", "exec >&-; exec sleep 3600"}) {
    const auto ran = run_command({"sh", "-c", script},
                                 "/",
                                 1000,
                                 std::chrono::milliseconds{3'600'000},
                                 Complaints::dropped,
                                 stop.get_token());
    ASSERT_FALSE(ran) << script;
    EXPECT_EQ(ran.error().code, ErrorCode::cancelled) << script;
  }
}

TEST(Command, DropsComplaintsThatMayHoldSecrets) {
  EXPECT_EQ(error_of("echo secret >&2; exit 3", Complaints::dropped), "it ended with status 3");
}

TEST(Command, KeepsTheLastLinesAlone) {
  const auto many = error_of("for i in $(seq 1 1000); do echo line $i >&2; done; exit 1");
  EXPECT_TRUE(many.ends_with("; line 999; line 1000")) << many;
  EXPECT_LT(many.size(), 400U);
  const auto flood = error_of("head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 1");
  EXPECT_TRUE(flood.starts_with("it ended with status 1: xxx")) << flood.substr(0, 100);
  EXPECT_LT(flood.size(), 400U);
}

TEST(Command, MayComplainHoweverItLikes) {
  const auto told =
      run("echo warn > /dev/stderr; echo warn >> /dev/stderr; echo told", Complaints::kept);
  EXPECT_EQ(told.value_or(told ? "" : told.error().message), "told\n");
  const auto much = run("head -c 5000000 /dev/zero >&2 && echo told", Complaints::kept);
  EXPECT_EQ(much.value_or(much ? "" : much.error().message), "told\n");
  EXPECT_EQ(error_of("echo lost > /dev/stderr; exit 1"), "it ended with status 1: lost");
}

}  // namespace
}  // namespace plumb::env
