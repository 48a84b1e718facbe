#include "controller/env/retry.h"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

Error of(ErrorCode code,
         ErrorCategory category,
         std::optional<milliseconds> retry_after = {},
         Effect effect = Effect::none) {
  Error error;
  error.code = code;
  error.category = category;
  error.retry_after = retry_after;
  error.effect = effect;
  return error;
}

constexpr auto kLater = ErrorCode::unavailable;
constexpr std::optional<milliseconds> kNever;

TEST(Retry, DelaysFollowTheTable) {
  const RetryPolicy policy{
      .attempts = 10, .base = 100ms, .cap = 1000ms, .rate_limited = 60'000ms, .longest = 300'000ms};
  const struct {
    const char* what;
    Error error;
    int attempt;
    double random01;
    std::optional<milliseconds> expected;
  } cases[] = {
      {"network, first", of(kLater, ErrorCategory::network), 1, 0.5, 50ms},
      {"doubles", of(kLater, ErrorCategory::network), 2, 0.5, 100ms},
      {"doubles again", of(kLater, ErrorCategory::network), 3, 0.5, 200ms},
      {"jitter is full: down to nothing", of(kLater, ErrorCategory::network), 3, 0.0, 0ms},
      {"jitter is full: up to the bound", of(kLater, ErrorCategory::network), 3, 0.999, 399ms},
      {"capped", of(kLater, ErrorCategory::server), 9, 0.5, 500ms},
      {"server that says when", of(kLater, ErrorCategory::server, 7000ms), 1, 0.5, 7000ms},
      {"server, backoff beyond its wish", of(kLater, ErrorCategory::server, 10ms), 1, 0.5, 50ms},
      {"rate limit that says when", of(kLater, ErrorCategory::rate_limit, 3000ms), 1, 0.5, 3000ms},
      {"rate limit, at once", of(kLater, ErrorCategory::rate_limit, 0ms), 1, 0.5, 0ms},
      {"rate limit that does not say", of(kLater, ErrorCategory::rate_limit), 4, 0.1, 60'000ms},
      {"longer than anyone waits",
       of(kLater, ErrorCategory::rate_limit, 300'001ms),
       1,
       0.5,
       kNever},
      {"attempts used up", of(kLater, ErrorCategory::network), 10, 0.5, kNever},
      {"maybe done", of(kLater, ErrorCategory::server, {}, Effect::maybe), 1, 0.5, kNever},
      {"maybe done, limited",
       of(kLater, ErrorCategory::rate_limit, 1s, Effect::maybe),
       1,
       0.5,
       kNever},
      {"bad credentials", of(ErrorCode::denied, ErrorCategory::authentication), 1, 0.5, kNever},
      {"not allowed", of(ErrorCode::denied, ErrorCategory::authorization), 1, 0.5, kNever},
      {"refused", of(ErrorCode::invalid_input, ErrorCategory::validation), 1, 0.5, kNever},
      {"not there", of(ErrorCode::not_found, ErrorCategory::not_found), 1, 0.5, kNever},
      {"conflict", of(ErrorCode::conflict, ErrorCategory::conflict), 1, 0.5, kNever},
      {"stopped", of(ErrorCode::cancelled, ErrorCategory::none), 1, 0.5, kNever},
      {"broken contract", of(ErrorCode::internal, ErrorCategory::network), 1, 0.5, kNever},
  };
  for (const auto& row : cases) {
    EXPECT_EQ(retry_delay(policy, row.attempt, row.error, row.random01), row.expected) << row.what;
  }
}

TEST(Retry, ManyAttemptsNeverOverflow) {
  const RetryPolicy policy{.attempts = 2'000'000'000};
  EXPECT_EQ(retry_delay(policy, 1'999'999'999, of(kLater, ErrorCategory::network), 0.5),
            policy.cap / 2);
}

}  // namespace
}  // namespace plumb::env
