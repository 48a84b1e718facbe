#pragma once

#include <cstddef>
#include <string_view>

namespace plumb::env {

/// Octets of the well-formed UTF-8 character that `text` begins with; 0 where it begins with none
/// (RFC 3629 §4).
std::size_t utf8_size(std::string_view text);

}  // namespace plumb::env
