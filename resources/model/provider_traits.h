#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/model/diagnostic.h"
#include "resources/model/kind.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb {

/// What one call to a vendor can carry, and how many it takes; 0 = no limit. env/http keeps to
/// them, per account. Reads go beside each other as calls do, where `reads_at_once` does not say
/// otherwise.
struct CallLimits {
  std::uint32_t changes_per_call = 0;
  std::uint32_t bytes_per_call = 0;
  std::uint32_t scopes_per_call = 1;
  std::uint32_t calls_at_once = 0;
  std::uint32_t reads_at_once = 0;
  double requests_per_second = 0;  ///< where a Provider's `limits` do not say
};

/// A provider type as load/ and plan/ know it offline: data and pure functions.
struct ProviderTraits {
  std::string_view type;  ///< "powerdns", as `Provider.spec.type` spells it
  CallLimits limits;
  bool dns = false;              ///< holds zones
  bool servers = false;          ///< holds servers
  bool mail = false;             ///< holds mail domains
  bool zone_ds = false;          ///< tells how it signs a zone: output `ds` of its Zone resources
  bool names_servers = false;    ///< gives a zone its name servers itself: `dns.nameServers` is for
                                 ///< the zone above alone
  bool atomic = false;           ///< a batch is done whole or not at all
  bool fuses_container = false;  ///< creates a container together with its content in one call
  bool marks_creates =
      false;  ///< creates are not idempotent and carry a marker by which they are found again
  /// A create under a new name takes the data of what had the former one over, which is removed
  /// after it: `formerly` works for what holds data too.
  bool renames = false;
  bool takes_hashes = true;  ///< of passwords; else the password itself
  /// A change token that stands still proves that nothing has moved: of files, not of a serial that
  /// somebody must count up.
  bool exact_tokens = false;
  bool stable_handles = false;     ///< a vendor handle names the same object for its whole life
  std::chrono::seconds settle{0};  ///< how long an effect may arrive after its call ended

  /// The account of `Provider.spec` for Scope::account; offline. Errors name the field that is
  /// missing.
  Result<std::string> (*account)(const Value& spec) = nullptr;
  /// The desired body as this vendor will read it back (spelling, units, its automatic values).
  /// Idempotent. Out of the vendor's range is an error. nullptr: as it is.
  Result<std::string> (*adapt)(const Kind& kind,
                               std::string_view key,
                               std::string_view body) = nullptr;
  /// What name servers give out of a desired record set: its body, without a TTL that the vendor
  /// chooses; empty where something of the vendor's stands in front of it. nullptr: all as it is.
  std::string (*served)(std::string_view body) = nullptr;
  /// Whether an account of this spec serves the MTA-STS policies of its mail domains; nullptr: none
  /// does.
  bool (*serves_policies)(const Value& spec) = nullptr;
  /// Whether an account of this spec has a place for the DKIM keys of its mail domains; nullptr:
  /// every one has.
  bool (*makes_keys)(const Value& spec) = nullptr;
  /// Checks `Provider.spec`; unknown and missing fields go to `problems`.
  void (*check)(const Value& spec, Diagnostics& problems) = nullptr;
};

}  // namespace plumb
