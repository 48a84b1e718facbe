#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "controller/providers/mailcow/listing.h"
#include "resources/model/desired.h"
#include "resources/model/observed.h"

namespace plumb::providers::mailcow {

/// One domain of `listing` as rows. What no manifest can say (switched off, targets that only learn
/// spam, ...) is an opaque row with the reason. `declared`: what manifests say of it; nullptr where
/// they say nothing.
ObservedScope rows_of(const Listing& listing,
                      std::string_view domain,
                      const std::optional<HeldKey>& key,
                      const DesiredScope* declared);
/// Its key alone, for others who refer to it.
ObservedScope key_rows_of(const std::optional<HeldKey>& key);

/// What else may be known of a key: `publicKey`.
std::vector<Field> outputs_of(const HeldKey& key);

}  // namespace plumb::providers::mailcow
