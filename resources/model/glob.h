#pragma once

#include <string_view>

namespace plumb {

/// Whether `text` fits `glob`: `*` stands for any octets, `?` for one; ASCII letter case means
/// nothing.
bool glob_matches(std::string_view glob, std::string_view text);

/// Whether a glob names a label: "_acme* TXT". A glob without a blank is held against the owner
/// name alone: the label up to its last blank.
bool label_matches(std::string_view glob, std::string_view label);

}  // namespace plumb
