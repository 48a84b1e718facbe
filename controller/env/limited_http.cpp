#include <algorithm>
#include <optional>
#include <utility>

#include "controller/env/http.h"

namespace plumb::env {
namespace {

/// What was wrong with an outcome; nothing where there is an answer to be handed on.
std::optional<Error> trouble(const HttpRequest& request, const Result<HttpResponse>& outcome) {
  if (!outcome) {
    return outcome.error();
  }
  if (outcome->status < 400) {
    return std::nullopt;
  }
  return error_of(request, *outcome, {});
}

}  // namespace

Result<HttpResponse> LimitedHttp::send_once(const HttpRequest& request,
                                            const std::stop_token& stop) {
  const auto use = is_safe_method(request.method) ? Limiter::Use::read : Limiter::Use::change;
  PLUMB_TRY(permit, limiter_.acquire(clock_, stop, use));
  static_cast<void>(permit);  // ends with the call: nobody waits to try again with a place taken
  return http_.send(request, stop);
}

Result<HttpResponse> LimitedHttp::send(const HttpRequest& request, std::stop_token stop) {
  auto effect = Effect::none;
  for (int attempt = 1;; ++attempt) {
    auto outcome = send_once(request, stop);
    auto error = trouble(request, outcome);
    if (!error) {
      return outcome;
    }
    if (error->effect == Effect::maybe) {
      effect = Effect::maybe;  // for good: what comes later does not undo it
    }
    if (!outcome) {
      outcome.error().effect = effect;
    }
    if (error->category == ErrorCategory::rate_limit) {
      const auto pause = error->retry_after.value_or(policy_.rate_limited);
      limiter_.pause_until(clock_.steady() + std::min(pause, policy_.longest));
    }
    if (request.replayable) {
      error->effect = Effect::none;  // a second effect is the same as the first
    }
    const auto delay = retry_delay(policy_, attempt, *error, random_.next01());
    if (!delay || !clock_.wait_until(clock_.steady() + *delay, stop)) {
      return outcome;
    }
  }
}

}  // namespace plumb::env
