#pragma once

#include <string>
#include <string_view>

namespace plumb::load {

/// Whether all of `text` is UTF-8 without control characters: fit for a line of output.
bool is_printable(std::string_view text);

/// `text` with a `?` for each octet that is not UTF-8 and for each control character.
std::string printable(std::string_view text);

}  // namespace plumb::load
