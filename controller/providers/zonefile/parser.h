#pragma once

#include <string_view>

#include "controller/providers/zonefile/zone.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::providers::zonefile {

/// Reads a master file (RFC 1035 §5.1; `$TTL` and TTLs with units as in RFC 2308 §4 and BIND;
/// generic types and data of RFC 3597 §5) as others write it: parentheses, comments, relative and
/// blank owners, strings and escapes, class and TTL in either order or left out.
///
/// `$INCLUDE` and `$GENERATE`, names outside of the zone, classes other than IN, a missing or
/// second SOA and data that its type does not allow are errors (`invalid_input`): the message
/// begins with `<path>:line:column`, columns count octets from 1. Types that plumb does not know,
/// and data in the generic form, become opaque sets. A record without TTL takes `$TTL`, else the
/// TTL before it, else the SOA's minimum.
Result<Zone> parse_zone(std::string_view text,
                        const values::DomainName& name,
                        std::string_view path);

}  // namespace plumb::providers::zonefile
