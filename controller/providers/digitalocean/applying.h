#pragma once

#include <stop_token>

#include "controller/providers/digitalocean/api.h"
#include "controller/providers/provider.h"

namespace plumb::providers::digitalocean {

/// Brings about one batch, each change reported once.
///
/// The vendor takes one record a call, and takes a record that is there already once more. So the
/// zone is read first: a set that is not as it was planned is refused, one that is as wanted is
/// done. Within a set records are made, then changed, then deleted; where one is refused, what was
/// made and changed before it is taken back. A call that made a record and did not say so is looked
/// for, never sent again.
void apply_order(const Api& api,
                 const Order& order,
                 const Report& report,
                 const std::stop_token& stop);

}  // namespace plumb::providers::digitalocean
