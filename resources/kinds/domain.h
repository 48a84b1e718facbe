#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/kinds/common.h"
#include "resources/kinds/variables.h"
#include "resources/model/diagnostic.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// One entry of `Domain.spec.profiles`.
struct ProfileUse {
  std::string name;
  Place place;
  const Value* with = nullptr;  ///< its parameters, a map in the Domain's tree; may be none
};
/// The entries of `profiles`, in order.
std::vector<ProfileUse> read_profiles(const Value& domain_spec);

/// One profile as one domain uses it.
struct ProfileLayer {
  const Value* spec = nullptr;  ///< Profile.spec
  const Value* with = nullptr;
};

/// `dns` of a domain after its profiles were merged.
struct DnsSpec {
  std::vector<PlacedText> providers;
  std::optional<std::uint32_t> default_ttl;
  bool exclusive = false;
  std::vector<PlacedText> name_servers;
  std::vector<PlacedText> unmanaged;
  bool delegate = false;
  Place delegate_place;
  /// DS by hand, for the zone above; nullopt: what the provider signs with.
  std::optional<std::vector<PlacedText>> ds;
  Place ds_place;
};

/// What a Domain says for one of its names, with its profiles merged in; without the records and
/// the mail.
struct DomainSpec {
  DnsSpec dns;
  Common common;
  Drift drift;
  Variables variables;                       ///< in force in the Domain's own document
  std::vector<Variables> profile_variables;  ///< in force in each profile, parallel to the layers
};

/// Merges profiles and domain and reads what comes out. `domain` is the domain's name for people,
/// the value of `${domain}`. Requires: all specs have passed their schemas.
DomainSpec read_domain(const Value& spec,
                       std::span<const ProfileLayer> layers,
                       std::string_view domain,
                       std::span<const std::string_view> kinds,
                       Diagnostics& problems);

}  // namespace plumb::kinds
