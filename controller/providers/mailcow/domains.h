#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "controller/providers/mailcow/api.h"
#include "controller/providers/mailcow/listing.h"
#include "controller/providers/provider.h"

namespace plumb::providers::mailcow {

/// Whose alias a body of a MailDomain is, without final dot; empty: nobody's.
std::string alias_target(std::string_view body);

/// What an order does to the domain itself. A domain and an alias domain are two sorts of objects
/// at Mailcow: one becomes the other by going.
class Domains {
 public:
  /// Requires: all references outlive this.
  Domains(const Api& api,
          const NewDomains& limits,
          const std::string& domain,
          const std::stop_token& stop)
      : api_(api), limits_(limits), domain_(domain), stop_(stop) {}

  Outcome carry_out(const ProviderChange& change);

 private:
  Result<void> make(std::string_view body);
  Result<void> is_there(const std::string& domain);
  Result<void> make_alias(const std::string& target);
  Result<void> set_quota(std::uint64_t quota);
  /// With everything in it; `whole`: of what it holds, too.
  Result<void> remove(bool whole);
  Result<void> remove_alias();
  Result<void> remove_key();
  Result<void> stays_whole(const Listing& listing, bool whole) const;

  const Api& api_;
  const NewDomains& limits_;
  const std::string& domain_;
  const std::stop_token& stop_;
};

}  // namespace plumb::providers::mailcow
