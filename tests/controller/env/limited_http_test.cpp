#include <atomic>
#include <chrono>
#include <deque>
#include <latch>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/env/http.h"

namespace plumb::env {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::steady_clock::time_point kStart{};

Result<HttpResponse> status(int code, HttpHeaders headers = {}) {
  HttpResponse response;
  response.status = code;
  response.headers = std::move(headers);
  return response;
}

Result<HttpResponse> broken(Effect effect) {
  Error error{ErrorCode::unavailable, "connection refused", {}};
  error.category = ErrorCategory::network;
  error.effect = effect;
  return tl::unexpected(std::move(error));
}

HttpRequest request(std::string method, bool replayable = false) {
  HttpRequest made;
  made.method = std::move(method);
  made.url = "http://127.0.0.1/";
  made.replayable = replayable;
  return made;
}

/// A vendor that gives the answers of a list; the last one for ever.
class Scripted final : public Http {
 public:
  explicit Scripted(std::deque<Result<HttpResponse>> answers) : answers_(std::move(answers)) {}
  Result<HttpResponse> send(const HttpRequest&, std::stop_token) override {
    ++calls;
    auto now = answers_.front();
    if (answers_.size() > 1) {
      answers_.pop_front();
    }
    return now;
  }
  int calls = 0;

 private:
  std::deque<Result<HttpResponse>> answers_;
};

/// One LimitedHttp over a script, with all that it needs.
struct World {
  explicit World(std::deque<Result<HttpResponse>> answers) : vendor(std::move(answers)) {}
  Scripted vendor;
  ManualClock clock;
  SeededRandom random{1};
  Limiter limiter{{}};
  LimitedHttp http{vendor, limiter, clock, random};
};

TEST(LimitedHttp, ResendsOnlyWhatIsSafeToResend) {
  const struct {
    const char* what;
    HttpRequest request;
    Result<HttpResponse> first;
    int calls;
  } cases[] = {
      {"GET 200", request("GET"), status(200), 1},
      {"GET 503", request("GET"), status(503), 2},
      {"GET 404", request("GET"), status(404), 1},
      {"GET broken", request("GET"), broken(Effect::none), 2},
      {"POST 503: may be done", request("POST"), status(503), 1},
      {"POST 400", request("POST"), status(400), 1},
      {"POST 401", request("POST"), status(401), 1},
      {"POST 429: surely not done", request("POST"), status(429), 2},
      {"POST not connected", request("POST"), broken(Effect::none), 2},
      {"POST broken off: may be done", request("POST"), broken(Effect::maybe), 1},
      {"PATCH replayable 500", request("PATCH", true), status(500), 2},
      {"PATCH replayable broken off", request("PATCH", true), broken(Effect::maybe), 2},
      {"PATCH replayable 422", request("PATCH", true), status(422), 1},
      {"GET 302", request("GET"), status(302), 1},
  };
  for (const auto& row : cases) {
    World world({row.first, status(200)});
    const auto sent = world.http.send(row.request, {});
    EXPECT_EQ(world.vendor.calls, row.calls) << row.what;
    EXPECT_EQ(sent && sent->status == 200,
              row.calls == 2 || (row.first && row.first->status == 200))
        << row.what;
  }
}

TEST(LimitedHttp, GivesTheLastAnswerWhenItGivesUp) {
  World world({status(503)});
  const auto sent = world.http.send(request("GET"), {});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, 503);
  EXPECT_EQ(world.vendor.calls, RetryPolicy{}.attempts);
  World dead({broken(Effect::none)});
  EXPECT_FALSE(dead.http.send(request("GET"), {}));
}

TEST(LimitedHttp, WaitsAsLongAsTheVendorSays) {
  World world({status(429, {{"Retry-After", "7"}}), status(200)});
  ASSERT_TRUE(world.http.send(request("POST"), {}));
  EXPECT_EQ(world.clock.steady(), kStart + 7s);
  World silent({status(429), status(200)});
  ASSERT_TRUE(silent.http.send(request("POST"), {}));
  EXPECT_EQ(silent.clock.steady(), kStart + 60s);
}

TEST(LimitedHttp, ATooFastPausesTheOthersToo) {
  World world({status(429, {{"Retry-After", "7"}}), status(200)});
  Scripted other({status(200)});
  LimitedHttp second(other, world.limiter, world.clock, world.random);
  RetryPolicy once;
  once.attempts = 1;
  LimitedHttp first(world.vendor, world.limiter, world.clock, world.random, once);
  EXPECT_EQ(first.send(request("POST"), {})->status, 429);
  EXPECT_EQ(world.clock.steady(), kStart);
  ASSERT_TRUE(second.send(request("GET"), {}));
  EXPECT_EQ(world.clock.steady(), kStart + 7s);
}

TEST(LimitedHttp, KeepsToTheRate) {
  World world({status(200)});
  Limiter slow({.requests_per_second = 2, .burst = 1});
  LimitedHttp http(world.vendor, slow, world.clock, world.random);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(http.send(request("GET"), {}));
  }
  EXPECT_EQ(world.clock.steady(), kStart + 2s);
}

TEST(LimitedHttp, APossibleEffectIsNotForgottenByLaterFailures) {
  World world({broken(Effect::maybe), broken(Effect::none)});
  const auto sent = world.http.send(request("PUT", true), {});
  ASSERT_FALSE(sent);
  EXPECT_EQ(world.vendor.calls, RetryPolicy{}.attempts);
  EXPECT_EQ(sent.error().effect, Effect::maybe);
}

TEST(LimitedHttp, AStopEndsTheTrying) {
  World world({status(503)});
  std::stop_source stop;
  stop.request_stop();
  const auto sent = world.http.send(request("GET"), stop.get_token());
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::cancelled);
  EXPECT_EQ(world.vendor.calls, 0);
}

TEST(LimitedHttp, NeverHasMoreInFlightThanItMay) {
  constexpr int kMay = 2;
  class Gate final : public Http {
   public:
    Result<HttpResponse> send(const HttpRequest&, std::stop_token) override {
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      if (ticket++ < kMay) {
        together.arrive_and_wait();  // proves that as many as may do run at once
      }
      --running;
      return status(200);
    }
    std::latch together{kMay};
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    std::atomic<int> ticket{0};
  };
  Gate gate;
  SystemClock clock;
  SystemRandom random;
  Limiter limiter({.concurrency = kMay});
  LimitedHttp http(gate, limiter, clock, random);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&] { EXPECT_TRUE(http.send(request("GET"), {})); });
    }
  }
  EXPECT_EQ(gate.most, kMay);
}

TEST(LimitedHttp, ReadsDoNotWaitForAChange) {
  World world({status(200)});
  Limiter limiter({.concurrency = 2, .changes = 1});
  LimitedHttp http(world.vendor, limiter, world.clock, world.random);
  const auto changing = limiter.acquire(world.clock, {});
  ASSERT_TRUE(changing);
  EXPECT_TRUE(http.send(request("GET"), {}));
  std::stop_source stop;
  {
    const std::jthread waiting(
        [&] { EXPECT_FALSE(http.send(request("PATCH"), stop.get_token())); });
    stop.request_stop();
  }
  EXPECT_EQ(world.vendor.calls, 1);
}

}  // namespace
}  // namespace plumb::env
