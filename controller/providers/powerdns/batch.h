#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/providers/powerdns/config.h"
#include "controller/providers/provider.h"
#include "resources/values/domain_name.h"

namespace plumb::providers::powerdns {

/// One change of a record set, with what a write of it must not lose.
struct SetChange {
  const ProviderChange* change = nullptr;
  std::vector<std::string> disabled;  ///< contents of the set's disabled records
};

/// Brings the changes of one owner name together, in the order of the first of each.
void group_by_owner(std::vector<SetChange>& sets);

/// What one request carries.
struct Part {
  std::span<const SetChange> sets;
  std::string rrsets;  ///< JSON array: deletions, then replacements (PowerDNS API: RRSet)
};

/// Cuts the changes into parts whose `rrsets` has at most `cap` octets; owner names stay whole,
/// hence one that is larger makes a larger part. Requires: grouped by owner. No changes: no parts.
std::vector<Part> cut(std::span<const SetChange> sets,
                      const values::DomainName& zone,
                      std::size_t cap);

/// Whether the changes are of more than one owner name. Requires: grouped by owner.
bool is_divisible(std::span<const SetChange> sets);

/// The body of a POST that makes a zone with `rrsets`, a part's, and a SOA by `config` (PowerDNS
/// would make up a.misconfigured.dns.server.invalid). `owner`: its account, may be empty. `sets`:
/// all that is written, for the apex NS.
std::string new_zone_body(const values::DomainName& zone,
                          const Config& config,
                          std::span<const SetChange> sets,
                          const std::string& rrsets,
                          std::string_view owner);
/// The body of a PUT that sets the account of a zone.
std::string owner_body(std::string_view owner);

/// The absolute name of an owner name as keys have it ("www", "@").
std::string absolute_name(std::string_view owner, const values::DomainName& zone);

/// Appends `text` as a JSON string. What is no UTF-8 comes out as it is.
void append_json(std::string& out, std::string_view text);

}  // namespace plumb::providers::powerdns
