#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::providers::powerdns {

/// What the zone above needs to know of keys, from GET /zones/{id}/cryptokeys: the data of one DS
/// for each key that is active, published and signs keys. Of its digests the SHA-256, else SHA-384;
/// SHA-1 and GOST must not be used (RFC 8624 §3.3).
/// Errors (`internal`) name `whence`.
Result<std::vector<std::string>> read_ds(const std::string& body, std::string_view whence);

}  // namespace plumb::providers::powerdns
