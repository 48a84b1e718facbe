#pragma once

#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::values {

/// The A-label of one label in UTF-8 ("bücher" -> "xn--bcher-kva"), mapped as browsers do (UTS 46,
/// non-transitional) and checked by IDNA2008 (RFC 5891 §4). Underscores are kept.
Result<std::string> to_a_label(std::string_view label);

/// The U-label of an A-label in UTF-8; the label as it is where it is not a valid A-label.
std::string to_u_label(std::string_view label);

}  // namespace plumb::values
