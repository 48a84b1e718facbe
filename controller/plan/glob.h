#pragma once

#include <string_view>

namespace plumb::plan {

/// Whether a glob (`*` any octets, `?` one octet) names a label, ASCII letters alike: "_acme* TXT".
/// A glob without a blank is held against the owner name alone: the label up to its last blank.
bool label_matches(std::string_view glob, std::string_view label);

}  // namespace plumb::plan
