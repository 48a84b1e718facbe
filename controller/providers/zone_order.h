#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "controller/providers/provider.h"
#include "resources/values/domain_name.h"

// An order of one zone, at vendors whose record sets are written one by one.

namespace plumb::providers {

/// The zone that the order is for. Nothing where it is not to be begun; all of its changes are
/// reported then.
std::optional<values::DomainName> zone_to_write(const Order& order,
                                                const Report& report,
                                                const std::stop_token& stop);

/// What an order comes to.
struct ZoneOrder {
  const ProviderChange* removing =
      nullptr;                              ///< the zone goes, and all with it: nothing else is set
  const ProviderChange* making = nullptr;   ///< the zone is still to be made
  std::vector<const ProviderChange*> sets;  ///< changes of record sets, in the order to send
};

/// Sorts an order out. What cannot be sent is refused, and what needs no call is done: both are
/// reported here, and in no list.
ZoneOrder sort_out(const Order& order, const values::DomainName& zone, const Report& report);

}  // namespace plumb::providers
