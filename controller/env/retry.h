#pragma once

#include <chrono>
#include <optional>

#include "resources/model/result.h"

namespace plumb::env {

/// How often and how patiently a failed call is tried again.
struct RetryPolicy {
  int attempts = 4;                                ///< calls in all, the first included
  std::chrono::milliseconds base{250};             ///< upper bound of the first delay
  std::chrono::milliseconds cap{20'000};           ///< upper bound of every backoff delay
  std::chrono::milliseconds rate_limited{60'000};  ///< where the vendor does not say how long
  std::chrono::milliseconds longest{300'000};      ///< a vendor that wants more is not waited for
};

/// How long to wait before trying again after the `attempt`-th call (from 1) failed with `error`;
/// nothing: do not try again. Pure; `random01` is in [0, 1).
///   effect maybe                          never: the caller must look before it sends again
///   rate_limit                            the vendor's retry_after, else `rate_limited`
///   unavailable (network, server)         random01 * min(cap, base * 2^(attempt-1)), "full
///   jitter",
///                                         but at least the vendor's retry_after
///   everything else                       never: it would fail again
std::optional<std::chrono::milliseconds> retry_delay(const RetryPolicy& policy,
                                                     int attempt,
                                                     const Error& error,
                                                     double random01);

}  // namespace plumb::env
