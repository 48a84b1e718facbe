#pragma once

#include <stop_token>

#include "controller/providers/cloudflare/api.h"
#include "controller/providers/cloudflare/directory.h"
#include "controller/providers/provider.h"

namespace plumb::providers::cloudflare {

/// Brings about one batch, each change reported once.
void apply_order(const Api& api,
                 Directory& directory,
                 const Order& order,
                 const Report& report,
                 const std::stop_token& stop);

/// Puts an owner's mark on all records that have another owner's, and on some that have no comment
/// (Marks::bare) where there are none. A zone without such a record stays unmarked. Errors as
/// Api::call(), also where the vendor does not say that it marked them all; some may have been.
Result<void> put_mark(const Api& api,
                      Directory& directory,
                      const Scope& scope,
                      std::string_view mark,
                      const std::stop_token& stop);

}  // namespace plumb::providers::cloudflare
