#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "controller/providers/mailcow/api.h"
#include "controller/providers/mailcow/listing.h"
#include "controller/providers/provider.h"

namespace plumb::providers::mailcow {

/// What an order does to the key of its domain: Mailcow keeps one for each, and signs with it.
class Keys {
 public:
  /// Requires: all references outlive this.
  Keys(const Api& api, const std::string& domain, const Order& order, const std::stop_token& stop)
      : api_(api), domain_(domain), order_(order), stop_(stop) {}

  Outcome carry_out(const ProviderChange& change);
  Outcome sign(const ProviderChange& change);

 private:
  Outcome make(const ProviderChange& change);
  Result<void> remove(const std::optional<HeldKey>& held, std::string_view selector);
  /// Whether this order takes the key with that selector away.
  bool goes(std::string_view selector) const;

  const Api& api_;
  const std::string& domain_;
  const Order& order_;
  const std::stop_token& stop_;
};

}  // namespace plumb::providers::mailcow
