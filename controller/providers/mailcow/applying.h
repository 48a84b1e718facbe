#pragma once

#include <stop_token>

#include "controller/env/env.h"
#include "controller/providers/mailcow/api.h"
#include "controller/providers/provider.h"

namespace plumb::providers::mailcow {

/// What batches are carried out with. Borrowed.
struct Workshop {
  const Api& api;
  const NewDomains& new_domains;
  env::Env& env;
};

/// Brings about one batch, each change reported once. What takes away comes last, and a mailbox
/// only goes where no alias that stays would go with it.
void apply_order(const Workshop& workshop,
                 const Order& order,
                 const Report& report,
                 const std::stop_token& stop);

}  // namespace plumb::providers::mailcow
