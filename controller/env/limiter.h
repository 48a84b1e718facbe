#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

#include "controller/env/clock.h"
#include "resources/model/result.h"

namespace plumb::env {

/// What a vendor allows one account.
struct RateLimits {
  double requests_per_second = 0;  ///< 0: unlimited
  std::uint32_t burst = 1;         ///< requests that may go at once after a pause; at least 1
  std::uint32_t concurrency = 0;   ///< requests in flight; 0: unlimited
  std::uint32_t changes = 0;       ///< of them, such as may change something; 0: all
};

/// A token bucket: refills with `requests_per_second` up to `burst`; may be in debt, which is how
/// those who wait queue up. Pure arithmetic; not thread-safe.
struct TokenBucket {
  using Time = std::chrono::steady_clock::time_point;
  double tokens;
  Time at;  ///< when `tokens` was true

  /// A full bucket.
  static TokenBucket full(const RateLimits& limits, Time now);
  /// Takes one token; gives the time from which on its taker may go (`now` if it was there).
  Time take(const RateLimits& limits, Time now);
  /// Puts back a token that was not used.
  void put_back() { tokens += 1; }
};

/// Keeps all that call one account below its limits. Thread-safe.
class Limiter {
 public:
  explicit Limiter(const RateLimits& limits) : limits_(limits) {}
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  /// What a request is for.
  enum class Use : std::uint8_t { change, read };

  /// The right to send one request; ends with it. Requires: the Limiter outlives it.
  class Permit {
   public:
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    ~Permit();

   private:
    friend class Limiter;
    Permit(Limiter& limiter, Use use) : limiter_(&limiter), use_(use) {}
    Limiter* limiter_;
    Use use_;
  };

  /// Waits for a free place, then for a token. Error: cancelled, only when stopped.
  Result<Permit> acquire(Clock& clock, const std::stop_token& stop, Use use = Use::change);
  /// Nobody starts before `when`: the vendor said "too fast" to one of us.
  void pause_until(std::chrono::steady_clock::time_point when);

 private:
  std::chrono::steady_clock::time_point paused();
  bool is_free(Use use) const;
  void release(Use use);

  const RateLimits limits_;
  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::uint32_t running_ = 0;
  std::uint32_t changing_ = 0;  ///< of them
  bool started_ = false;
  TokenBucket bucket_{};
  std::chrono::steady_clock::time_point paused_until_{};
};

}  // namespace plumb::env
