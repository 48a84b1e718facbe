#include "controller/env/retry.h"

#include <algorithm>
#include <cmath>

namespace plumb::env {

using std::chrono::milliseconds;

std::optional<milliseconds> retry_delay(const RetryPolicy& policy,
                                        int attempt,
                                        const Error& error,
                                        double random01) {
  if (attempt >= policy.attempts || error.effect == Effect::maybe ||
      error.code != ErrorCode::unavailable) {
    return std::nullopt;
  }
  const auto wish = error.retry_after.value_or(milliseconds{0});
  if (wish > policy.longest) {
    return std::nullopt;
  }
  if (error.category == ErrorCategory::rate_limit) {
    return error.retry_after ? wish : policy.rate_limited;
  }
  const int doublings = std::clamp(attempt - 1, 0, 30);
  const double bound = std::min(std::ldexp(static_cast<double>(policy.base.count()), doublings),
                                static_cast<double>(policy.cap.count()));
  const milliseconds backoff{static_cast<milliseconds::rep>(bound * random01)};
  return std::max(backoff, wish);
}

}  // namespace plumb::env
