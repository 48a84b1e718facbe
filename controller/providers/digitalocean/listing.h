#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "controller/providers/digitalocean/api.h"
#include "resources/model/observed.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"

// What the API lists, page by page. Fields that are not known are passed over; one that is missing
// or of another type is an Error (`internal`) that names it and the call. A listing that was
// changed between its pages is read anew, and after the third time an Error (`unavailable`).

namespace plumb::providers::digitalocean {

/// The most that a page holds.
inline constexpr int kPerPage = 200;

/// The canonical names of all zones that the token may see.
Result<std::vector<std::string>> list_zones(const Api& api, const std::stop_token& stop);

/// A zone with all of its records, 200 a call; `missing` where the vendor says that it is not
/// there.
///
/// DigitalOcean has an object for each value: they are gathered by name and type, with handles as
/// in value_records.h. Nothing of a person's hangs on a record, so that each is free for another
/// value. Of several TTLs the lowest counts for the set. The zone's output `nameServers` are the
/// targets of its NS records at the apex. Records that cannot be read, and types that plumb does
/// not know, are opaque rows.
Result<ObservedScope> read_zone(const Api& api, const Scope& scope, const std::stop_token& stop);

/// "/v2/domains/example.com".
std::string zone_path(const values::DomainName& zone);

}  // namespace plumb::providers::digitalocean
