#include "controller/env/limiter.h"

#include <algorithm>
#include <utility>

namespace plumb::env {
namespace {

double burst_of(const RateLimits& limits) {
  return std::max(1.0, static_cast<double>(limits.burst));
}

}  // namespace

TokenBucket TokenBucket::full(const RateLimits& limits, Time now) {
  return {burst_of(limits), now};
}

TokenBucket::Time TokenBucket::take(const RateLimits& limits, Time now) {
  if (limits.requests_per_second <= 0) {
    return now;
  }
  if (now > at) {
    const std::chrono::duration<double> passed = now - at;
    tokens = std::min(burst_of(limits), tokens + passed.count() * limits.requests_per_second);
    at = now;
  }
  tokens -= 1;
  if (tokens >= 0) {
    return now;
  }
  const std::chrono::duration<double> debt{-tokens / limits.requests_per_second};
  return at + std::chrono::ceil<Time::duration>(debt);
}

Limiter::Permit::Permit(Permit&& other) noexcept
    : limiter_(std::exchange(other.limiter_, nullptr)), use_(other.use_) {}

Limiter::Permit& Limiter::Permit::operator=(Permit&& other) noexcept {
  std::swap(limiter_, other.limiter_);
  std::swap(use_, other.use_);
  return *this;
}

Limiter::Permit::~Permit() {
  if (limiter_ != nullptr) {
    limiter_->release(use_);
  }
}

bool Limiter::is_free(Use use) const {
  return (limits_.concurrency == 0 || running_ < limits_.concurrency) &&
         (use == Use::read || limits_.changes == 0 || changing_ < limits_.changes);
}

Result<Limiter::Permit> Limiter::acquire(Clock& clock, const std::stop_token& stop, Use use) {
  std::unique_lock lock(mutex_);
  if (stop.stop_requested() || !freed_.wait(lock, stop, [&] { return is_free(use); })) {
    return fail(ErrorCode::cancelled, "stopped while waiting for a free connection");
  }
  ++running_;
  changing_ += use == Use::change ? 1U : 0U;
  const auto now = clock.steady();
  if (!std::exchange(started_, true)) {
    bucket_ = TokenBucket::full(limits_, now);
  }
  const auto turn = bucket_.take(limits_, now);
  lock.unlock();
  Permit permit(*this, use);  // from here on, every way out gives the place back
  for (auto when = std::max(turn, paused()); when > clock.steady();
       when = std::max(turn, paused())) {
    if (!clock.wait_until(when, stop)) {
      const std::lock_guard again(mutex_);
      bucket_.put_back();
      return fail(ErrorCode::cancelled, "stopped while waiting within the request rate");
    }
  }
  return {std::move(permit)};
}

void Limiter::pause_until(std::chrono::steady_clock::time_point when) {
  const std::lock_guard lock(mutex_);
  paused_until_ = std::max(paused_until_, when);
}

std::chrono::steady_clock::time_point Limiter::paused() {
  const std::lock_guard lock(mutex_);
  return paused_until_;
}

void Limiter::release(Use use) {
  {
    const std::lock_guard lock(mutex_);
    --running_;
    changing_ -= use == Use::change ? 1U : 0U;
  }
  freed_.notify_all();  // the first in line may wait for more than a place
}

}  // namespace plumb::env
