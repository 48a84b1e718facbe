#include "controller/env/clock.h"

#include <chrono>
#include <stop_token>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::system_clock;

system_clock::time_point at(int seconds) {
  return system_clock::time_point{std::chrono::seconds{seconds}};
}

TEST(Clock, WritesTimesInUtcWithWholeSeconds) {
  EXPECT_EQ(rfc3339(at(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(at(1'763'678'834) + 999ms), "2025-11-20T22:47:14Z");
  EXPECT_EQ(rfc3339(at(-1)), "1969-12-31T23:59:59Z");
  EXPECT_EQ(date_text(at(1'763'678'834)), "2025-11-20");
}

TEST(Clock, ReadsEveryFormOfRfc3339) {
  const struct {
    const char* text;
    system_clock::time_point expected;
  } cases[] = {
      {"1970-01-01T00:00:00Z", at(0)},
      {"1970-01-01t00:00:00z", at(0)},
      {"1970-01-01 00:00:01Z", at(1)},
      {"1970-01-01T01:00:00+01:00", at(0)},
      {"1969-12-31T16:00:00-08:00", at(0)},
      {"1970-01-01T00:00:00.5Z", at(0) + 500ms},
      {"1970-01-01T00:00:00.1234567Z", at(0) + 123456us},
      {"2016-12-31T23:59:60Z", system_clock::time_point{sys_days{std::chrono::January / 1 / 2017}}},
      {"2024-02-29T00:00:00Z",
       system_clock::time_point{sys_days{std::chrono::February / 29 / 2024}}},
  };
  for (const auto& [text, expected] : cases) {
    const auto read = parse_rfc3339(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, expected) << text;
  }
}

TEST(Clock, RefusesWhatIsNoTime) {
  for (const auto* text : {"",
                           "2025-11-20",
                           "2025-02-29T00:00:00Z",
                           "2025-13-01T00:00:00Z",
                           "2025-11-20T24:00:00Z",
                           "2025-11-20T23:60:00Z",
                           "2025-11-20T23:00:61Z",
                           "2025-11-20T23:00:00",
                           "2025-11-20T23:00:00.Z",
                           "2025-11-20T23:00:00+0100",
                           "2025-11-20T23:00:00Z ",
                           "25-11-20T23:00:00Z",
                           "2025-11-20T2x:00:00Z"}) {
    const auto read = parse_rfc3339(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::invalid_input);
    EXPECT_FALSE(read.error().hint.empty());
  }
}

TEST(Clock, ReadsDatesAndOnlyDates) {
  const auto read = parse_date("2025-11-20");
  ASSERT_TRUE(read);
  EXPECT_EQ(rfc3339(*read), "2025-11-20T00:00:00Z");
  for (const auto* text :
       {"", "2025-11-31", "2025-11-2", "2025-11-20T00:00:00Z", "20251120", "2025/11/20"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(Clock, WhatWasWrittenReadsBack) {
  const auto when = at(1'763'678'834);
  EXPECT_EQ(*parse_rfc3339(rfc3339(when)), when);
}

TEST(ManualClock, WaitingTurnsItAndNeverBack) {
  ManualClock clock(at(100));
  const auto start = clock.steady();
  EXPECT_TRUE(clock.wait_until(start + 5s, {}));
  EXPECT_EQ(clock.steady(), start + 5s);
  EXPECT_EQ(clock.now(), at(105));
  EXPECT_TRUE(clock.wait_until(start + 1s, {}));
  EXPECT_EQ(clock.steady(), start + 5s);
  clock.advance(1s);
  EXPECT_EQ(clock.now(), at(106));
}

TEST(ManualClock, DoesNotMoveWhenStopped) {
  ManualClock clock;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(clock.wait_until(clock.steady() + 5s, stop.get_token()));
  EXPECT_EQ(clock.steady(), std::chrono::steady_clock::time_point{});
}

TEST(SystemClock, AStopEndsALongWait) {
  SystemClock clock;
  std::stop_source stop;
  bool waited = true;
  {
    const std::jthread waiting(
        [&] { waited = clock.wait_until(clock.steady() + 1h, stop.get_token()); });
    stop.request_stop();
  }
  EXPECT_FALSE(waited);
}

TEST(SystemClock, WaitsUntilTheTimeHasCome) {
  SystemClock clock;
  const auto when = clock.steady() + 2ms;
  EXPECT_TRUE(clock.wait_until(when, {}));
  EXPECT_GE(clock.steady(), when);
}

}  // namespace
}  // namespace plumb::env
