#include "controller/providers/provider.h"

#include <utility>

namespace plumb::providers {

Outcome outcome_of(Error error) {
  if (error.effect == Effect::maybe) {
    return Unknown{std::move(error)};
  }
  if (error.code == ErrorCode::cancelled) {
    return NotSent{};
  }
  return Refused{std::move(error)};
}

void report_all(const Order& order, const Outcome& outcome, const Report& report) {
  for (const auto& change : order.changes) {
    report(change.number, outcome);
  }
}

Outcome Provider::resume(const Pending& /*pending*/, std::stop_token /*stop*/) {
  return Unknown{Error{.code = ErrorCode::internal,
                       .message = "this provider has no pending changes",
                       .effect = Effect::maybe}};
}

void Provider::observe_outputs(std::span<const Scope> scopes,
                               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                               std::stop_token stop) {
  observe(scopes, each, std::move(stop));
}

Result<void> Provider::mark_owner(const Scope& /*scope*/,
                                  std::string_view /*mark*/,
                                  std::stop_token /*stop*/) {
  return {};
}

Result<TakenOver> Provider::take_over(std::span<const Scope> /*scopes*/,
                                      TakeOver /*how*/,
                                      std::stop_token /*stop*/) {
  return TakenOver{};
}

void Provider::apply_all(std::span<const Order> orders,
                         const ReportEach& report,
                         std::stop_token stop) {
  for (std::size_t i = 0; i < orders.size(); ++i) {
    apply(
        orders[i],
        [&](std::uint32_t number, Outcome outcome) { report(i, number, std::move(outcome)); },
        stop);
  }
}

}  // namespace plumb::providers
