#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/providers/provider.h"
#include "resources/model/observed.h"
#include "resources/model/result.h"

// What PowerDNS answers (PowerDNS API: Zone, RRSet, Server), read without a tree of it. Fields that
// are not known are passed over; one that is missing or of another type is an Error (`internal`)
// that names it and `whence` ("powerdns http://127.0.0.1:8081/: GET /api/v1/...").

namespace plumb::providers::powerdns {

/// The zones of a server with kind and serial as their tokens, from GET /zones.
Result<std::vector<Container>> read_zones(std::string body,
                                          const std::string& account,
                                          std::string_view whence);

/// The zones that a server signs, as canonical names, among all that GET /zones lists. A listing
/// without `dnssec` (asked with dnssec=false) signs none.
struct ListedZones {
  std::set<std::string> all;
  std::set<std::string> is_signed;
};
Result<ListedZones> read_signed(std::string body, std::string_view whence);

/// A zone with all that it holds, from GET /zones/{id}; `scope` names it. Rows whose set also has
/// disabled records carry kHasDisabled as their handle.
Result<ObservedScope> read_zone(std::string body, const Scope& scope, std::string_view whence);

/// Seen::handle of a set with enabled and disabled records.
inline constexpr std::string_view kHasDisabled = "has disabled records";

/// The contents of disabled records as the server spells them, by absolute name and type of their
/// set.
using DisabledRecords = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;
/// From GET /zones/{id}; not from an answer filtered by rrset_name, which leaves them out.
Result<DisabledRecords> read_disabled(std::string body, std::string_view whence);

/// What a server says of itself.
struct ServerInfo {
  std::string daemon;   ///< "authoritative"
  std::string version;  ///< "4.7.3"
};
/// From GET /servers/{id}.
Result<ServerInfo> read_server(std::string body, std::string_view whence);

/// The text of an error that PowerDNS gives as {"error": "..."}; the body itself where it is
/// anything else.
std::string error_text(std::string body);

}  // namespace plumb::providers::powerdns
