#pragma once

#include <string_view>

#include "resources/values/record_type.h"

namespace plumb::values {

/// Where the text form of a type's data is defined: "RFC 8659 §4.1.1". Never empty.
std::string_view presentation_reference(RecordType type);

}  // namespace plumb::values
