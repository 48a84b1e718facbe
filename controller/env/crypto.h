#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plumb::env {

/// SHA-256 of `octets` as 64 lower-case hexadecimal digits (FIPS 180-4).
std::string sha256_hex(std::string_view octets);
/// HMAC-SHA-256 as 32 octets; a key of any length (RFC 2104).
std::string hmac_sha256(std::string_view key, std::string_view octets);
/// Whether both are equal, in a time that depends on their sizes only.
bool equal_in_constant_time(std::string_view a, std::string_view b);
/// Standard base64 with padding, one line (RFC 4648 §4).
std::string base64_encode(std::string_view octets);
/// The octets behind padded standard base64; nothing where it is not exactly that.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace plumb::env
