#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Public keys as DKIM publishes them. Internal to resources/rules.

namespace plumb::rules {

/// The octets of base64 (RFC 4648 §4) with blanks in it; nullopt where it is not base64.
std::optional<std::string> decode_base64(std::string_view text);

/// Bits of the modulus of an RSA public key: a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) or a bare
/// RSAPublicKey (RFC 8017 §A.1.1) in DER. nullopt where the octets are neither.
std::optional<std::size_t> rsa_bits(std::string_view der);

}  // namespace plumb::rules
