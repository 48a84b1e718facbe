#pragma once

#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::env {

/// The SHA-256 of a certificate's SubjectPublicKeyInfo as 64 lower-case hexadecimal digits: what a
/// TLSA record "3 1 1" holds. `octets` are DER, or PEM, of which the first
/// certificate counts. Errors: invalid_input.
Result<std::string> key_digest_of_certificate(std::string_view octets);

}  // namespace plumb::env
