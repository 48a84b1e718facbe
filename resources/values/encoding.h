#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::values {

/// Hexadecimal in lower case; nothing where `text` is empty, odd or holds anything else.
std::optional<std::string> canonical_hex(std::string_view text);

/// Padded base64 (RFC 4648 §4) whose unused bits are zero, so that equal octets have equal text.
/// Padding may be missing in `text`; nothing where it is empty or not base64.
std::optional<std::string> canonical_base64(std::string_view text);

}  // namespace plumb::values
