#include "controller/env/limiter.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

using namespace std::chrono_literals;
using Time = TokenBucket::Time;

constexpr Time kStart{};

TEST(TokenBucket, GivesTheBurstAtOnceAndThenTheRate) {
  const RateLimits limits{.requests_per_second = 10, .burst = 3};
  auto bucket = TokenBucket::full(limits, kStart);
  for (const auto expected : {0ms, 0ms, 0ms, 100ms, 200ms, 300ms}) {
    EXPECT_EQ(bucket.take(limits, kStart), kStart + expected);
  }
}

TEST(TokenBucket, RefillsUpToTheBurstAndNoFurther) {
  const RateLimits limits{.requests_per_second = 4, .burst = 2};
  auto bucket = TokenBucket::full(limits, kStart);
  EXPECT_EQ(bucket.take(limits, kStart), kStart);
  const auto later = kStart + 1h;
  EXPECT_EQ(bucket.take(limits, later), later);
  EXPECT_EQ(bucket.take(limits, later), later);
  EXPECT_EQ(bucket.take(limits, later), later + 250ms);
}

TEST(TokenBucket, ADebtIsPaidBeforeTheNextGoes) {
  const RateLimits limits{.requests_per_second = 2, .burst = 1};
  auto bucket = TokenBucket::full(limits, kStart);
  EXPECT_EQ(bucket.take(limits, kStart), kStart);
  EXPECT_EQ(bucket.take(limits, kStart), kStart + 500ms);
  EXPECT_EQ(bucket.take(limits, kStart + 500ms), kStart + 1000ms);
}

TEST(TokenBucket, NothingFlowsBackWhenTimeDoesNotAdvance) {
  const RateLimits limits{.requests_per_second = 1, .burst = 1};
  auto bucket = TokenBucket::full(limits, kStart + 10s);
  EXPECT_EQ(bucket.take(limits, kStart + 10s), kStart + 10s);
  EXPECT_EQ(bucket.take(limits, kStart + 9s), kStart + 11s);
}

TEST(TokenBucket, NoRateIsNoLimit) {
  const RateLimits limits{};
  auto bucket = TokenBucket::full(limits, kStart);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(bucket.take(limits, kStart), kStart);
  }
}

TEST(TokenBucket, ABurstOfZeroIsOne) {
  const RateLimits limits{.requests_per_second = 1, .burst = 0};
  auto bucket = TokenBucket::full(limits, kStart);
  EXPECT_EQ(bucket.take(limits, kStart), kStart);
}

TEST(Limiter, MakesCallersWaitForTheirTurn) {
  ManualClock clock;
  Limiter limiter({.requests_per_second = 10, .burst = 2});
  for (const auto expected : {0ms, 0ms, 100ms, 200ms, 300ms}) {
    ASSERT_TRUE(limiter.acquire(clock, {}));
    EXPECT_EQ(clock.steady(), kStart + expected);
  }
}

TEST(Limiter, APauseHoldsEverybody) {
  ManualClock clock;
  Limiter limiter({});
  ASSERT_TRUE(limiter.acquire(clock, {}));
  limiter.pause_until(kStart + 30s);
  limiter.pause_until(kStart + 10s);  // a shorter wish does not undo a longer one
  ASSERT_TRUE(limiter.acquire(clock, {}));
  EXPECT_EQ(clock.steady(), kStart + 30s);
}

TEST(Limiter, AStoppedWaitCostsNoTokenAndNoPlace) {
  // Stops whoever waits, once.
  class StoppingClock final : public Clock {
   public:
    std::chrono::system_clock::time_point now() const override { return manual.now(); }
    Time steady() const override { return manual.steady(); }
    bool wait_until(Time when, std::stop_token stop) override {
      if (!std::exchange(stopped, true)) {
        return false;
      }
      return manual.wait_until(when, stop);
    }
    ManualClock manual;
    bool stopped = false;
  };
  StoppingClock clock;
  Limiter limiter({.requests_per_second = 1, .burst = 1, .concurrency = 1});
  ASSERT_TRUE(limiter.acquire(clock, {}));
  const auto refused = limiter.acquire(clock, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::cancelled);
  ASSERT_TRUE(limiter.acquire(clock, {}));
  EXPECT_EQ(clock.steady(), kStart + 1s);
}

TEST(Limiter, AStopEndsTheWaitForAPlace) {
  ManualClock clock;
  Limiter limiter({.concurrency = 1});
  const auto held = limiter.acquire(clock, {});
  ASSERT_TRUE(held);
  std::stop_source stop;
  std::optional<ErrorCode> code;
  {
    const std::jthread waiting([&] {
      const auto second = limiter.acquire(clock, stop.get_token());
      if (!second) {
        code = second.error().code;
      }
    });
    stop.request_stop();
  }
  EXPECT_EQ(code, ErrorCode::cancelled);
}

TEST(Limiter, ReadsGoBesideTheOneChangeThatMay) {
  ManualClock clock;
  Limiter limiter({.concurrency = 3, .changes = 1});
  std::optional<ErrorCode> code;
  {
    const auto change = limiter.acquire(clock, {});
    const auto read = limiter.acquire(clock, {}, Limiter::Use::read);
    ASSERT_TRUE(change && read);
    std::stop_source stop;
    {
      const std::jthread waiting([&] {
        const auto second = limiter.acquire(clock, stop.get_token());
        if (!second) {
          code = second.error().code;
        }
      });
      EXPECT_TRUE(limiter.acquire(clock, {}, Limiter::Use::read));  // its end frees no change
      stop.request_stop();
    }
  }
  EXPECT_EQ(code, ErrorCode::cancelled);
  EXPECT_TRUE(limiter.acquire(clock, {}));
}

TEST(Limiter, AMovedPermitIsGivenBackOnce) {
  ManualClock clock;
  Limiter limiter({.concurrency = 1});
  for (int i = 0; i < 3; ++i) {
    auto permit = limiter.acquire(clock, {});
    ASSERT_TRUE(permit);
    auto moved = std::move(*permit);
    auto again = std::move(moved);
  }
  const auto last = limiter.acquire(clock, {});
  EXPECT_TRUE(last);
}

TEST(Limiter, NeverLetsMoreRunThanItMay) {
  constexpr int kMay = 3;
  SystemClock clock;
  Limiter limiter({.concurrency = kMay});
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  // The first three prove that three do run at once: each waits for the other two.
  std::latch together(kMay);
  std::atomic<int> ticket{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&] {
        const auto permit = limiter.acquire(clock, {});
        const int now = ++running;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        if (ticket++ < kMay) {
          together.arrive_and_wait();
        }
        --running;
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 12);
  EXPECT_EQ(most, kMay);
}

}  // namespace
}  // namespace plumb::env
