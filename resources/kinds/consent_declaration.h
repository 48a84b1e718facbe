#pragma once

#include <optional>
#include <string_view>

#include "resources/model/consent.h"
#include "resources/model/diagnostic.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// Reads the spec of a Consent that has passed its schema. nullopt, with an error or a warning,
/// when it cannot be used or `today` (YYYY-MM-DD) is after its last day.
std::optional<Consent> read_consent(std::string_view name,
                                    const Value& spec,
                                    std::string_view today,
                                    Place place,
                                    Diagnostics& problems);

}  // namespace plumb::kinds
