#pragma once

#include <atomic>
#include <cstddef>
#include <stop_token>

#include "controller/providers/powerdns/api.h"
#include "controller/providers/powerdns/config.h"
#include "controller/providers/provider.h"

namespace plumb::providers::powerdns {

/// The most octets of record sets that a request carries: below the default of
/// webserver-max-bodysize (2 MB), with room for what stands around them.
inline constexpr std::size_t kBodyCap = 1'900'000;

/// Brings about one batch, each change reported once. `body_cap` is lowered where the server takes
/// less than that.
void apply_order(const Api& api,
                 const Config& config,
                 const Order& order,
                 std::atomic<std::size_t>& body_cap,
                 const Report& report,
                 const std::stop_token& stop);

}  // namespace plumb::providers::powerdns
