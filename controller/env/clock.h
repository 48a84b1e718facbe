#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::env {

/// What time it is, and waiting. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() const = 0;
  virtual std::chrono::steady_clock::time_point steady() const = 0;
  /// Waits until `steady()` has reached `when`; false when stopped first.
  virtual bool wait_until(std::chrono::steady_clock::time_point when, std::stop_token stop) = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  std::chrono::system_clock::time_point now() const override;
  std::chrono::steady_clock::time_point steady() const override;
  bool wait_until(std::chrono::steady_clock::time_point when, std::stop_token stop) override;
};

/// The machine's clock, some time ahead or behind: what will happen then.
class ShiftedClock final : public Clock {
 public:
  explicit ShiftedClock(std::chrono::seconds by) : by_(by) {}
  std::chrono::system_clock::time_point now() const override { return machine_.now() + by_; }
  std::chrono::steady_clock::time_point steady() const override { return machine_.steady(); }
  bool wait_until(std::chrono::steady_clock::time_point when, std::stop_token stop) override {
    return machine_.wait_until(when, std::move(stop));
  }

 private:
  SystemClock machine_;
  std::chrono::seconds by_;
};

/// A clock that stands still until it is turned; waiting turns it. For tests and rehearsals.
class ManualClock final : public Clock {
 public:
  /// Starts at `now`; the steady time starts at zero.
  explicit ManualClock(std::chrono::system_clock::time_point now = {}) : start_(now) {}

  std::chrono::system_clock::time_point now() const override;
  std::chrono::steady_clock::time_point steady() const override;
  /// Turns the clock to `when` (never back) unless stopped.
  bool wait_until(std::chrono::steady_clock::time_point when, std::stop_token stop) override;
  void advance(std::chrono::nanoseconds by);

 private:
  mutable std::mutex mutex_;
  const std::chrono::system_clock::time_point start_;
  std::chrono::nanoseconds elapsed_{};
};

/// "2026-11-20T22:47:14Z": whole seconds, UTC (RFC 3339 §5.6).
std::string rfc3339(std::chrono::system_clock::time_point when);
/// A date-time of RFC 3339 §5.6, any offset, fractions kept to the microsecond; a leap second
/// counts as the first second of the next minute. Error: invalid_input.
Result<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);
/// "2026-11-20": the day in UTC (RFC 3339 full-date).
std::string date_text(std::chrono::system_clock::time_point when);
/// Midnight UTC of a full-date of RFC 3339 §5.6. Error: invalid_input.
Result<std::chrono::system_clock::time_point> parse_date(std::string_view text);

}  // namespace plumb::env
