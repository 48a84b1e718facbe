#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/env/secret.h"
#include "resources/model/result.h"

namespace plumb::env {

/// A DKIM signing key's public half (RFC 6376 §3.6.1, RFC 8463 §4).
struct PublicKey {
  std::string algorithm;   ///< "rsa" | "ed25519"
  std::uint32_t bits = 0;  ///< of the modulus; 0 for ed25519
  /// base64, for `p=`: the SubjectPublicKeyInfo of rsa, the 32 octets of ed25519.
  std::string text;
};

/// A key pair.
struct SigningKey {
  Secret pem;  ///< PKCS #8, unencrypted
  PublicKey public_key;
};

/// Makes a key: "rsa" of 2048 to 4096 bits, or "ed25519" (`bits` means nothing then). Errors:
/// invalid_input, internal. Thread-safe. An RSA key of 4096 bits takes up to seconds.
Result<SigningKey> make_signing_key(std::string_view algorithm, std::uint32_t bits);

/// The public half of a private key in PEM (PKCS #1 or #8). Errors: invalid_input (no key,
/// encrypted, neither rsa nor ed25519); never any of its content. Thread-safe.
Result<PublicKey> public_half(std::string_view pem);

}  // namespace plumb::env
