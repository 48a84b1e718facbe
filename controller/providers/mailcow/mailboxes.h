#pragma once

#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>

#include "controller/env/secret.h"
#include "controller/providers/mailcow/api.h"
#include "controller/providers/mailcow/applying.h"
#include "controller/providers/mailcow/listing.h"
#include "controller/providers/provider.h"

namespace plumb::providers::mailcow {

/// Whether a mailbox can go without an alias that leads nowhere else: Mailcow would delete that as
/// well. Aliases in `going` go anyway.
Result<void> nothing_goes_along(const Listing& listing,
                                const std::string& address,
                                std::string_view going);

/// What Mailcow makes of all aliases when a mailbox goes; aliases left without a target are still
/// listed.
void take_out(Listing& listing, const std::string& address);

/// What an order does to the mailboxes of its domain, and what it must know of its aliases.
class Mailboxes {
 public:
  /// Requires: all references outlive this.
  Mailboxes(const Workshop& workshop,
            const std::string& domain,
            const Order& order,
            const std::stop_token& stop)
      : api_(workshop.api), env_(workshop.env), domain_(domain), order_(order), stop_(stop) {}

  /// Creates or changes one. A password that the order sets for a new one goes with it: Mailcow
  /// makes none without.
  Outcome carry_out(const ProviderChange& change);
  Outcome remove(const ProviderChange& change);
  Outcome set_password(const ProviderChange& change);

  /// By which the alias is known: a number always, since the server finds another one by an address
  /// that begins with digits. Errors: not_found.
  Result<std::string> alias_id(const ProviderChange& change);
  bool still_there(const std::string& alias_id);
  void forget_alias(const std::string& id);

 private:
  Outcome make(const ProviderChange& change);
  /// Asked anew.
  bool is_there(std::string_view local) const;
  Outcome rename(const ProviderChange& change);
  Outcome edit(const ProviderChange& change, std::string_view before, bool begun);
  Result<void> send_edit(std::string_view local, Json attributes);
  Result<void> set_senders(std::string_view local, std::string_view body);
  Result<env::Secret> password_of(const ProviderChange& mailbox) const;
  Result<env::Secret> read_secret(const SecretRef& reference) const;
  const ProviderChange* change_of(KindId kind, Act act, std::string_view key) const;
  std::string address_of(std::string_view local) const;
  /// Mailboxes of the domain, and all aliases; read once, when something is to go.
  Result<Listing*> listing();

  const Api& api_;
  env::Env& env_;
  const std::string& domain_;
  const Order& order_;
  const std::stop_token& stop_;
  std::optional<Listing> listing_;
  std::set<std::string, std::less<>> with_password_;  ///< were made with the one that is declared
  std::set<std::string, std::less<>> moved_;          ///< have another name now
};

}  // namespace plumb::providers::mailcow
