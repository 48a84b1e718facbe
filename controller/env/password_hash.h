#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/env/random.h"
#include "controller/env/secret.h"
#include "resources/model/result.h"

namespace plumb::env {

/// How a mail server keeps a password, in the spelling of Dovecot's `{SCHEME}` prefixes.
enum class PasswordScheme : std::uint8_t {
  argon2id,      ///< libsodium's interactive limits (64 MiB, 2 passes)
  sha512_crypt,  ///< crypt(3) `$6$`, 5000 rounds
};

/// "{ARGON2ID}$argon2id$..." of a password, with a salt of its own. Errors: invalid_input (empty,
/// longer than 1024 octets, with a NUL), internal; they never hold any of it. Thread-safe. Slow on
/// purpose: tens of milliseconds.
Result<std::string> hash_password(const Secret& password, PasswordScheme scheme, Random& random);

/// Whether `hash` is one that is kept as it is: `{SCHEME}` and a text, or `$argon2id$`,
/// `$argon2i$`,
/// `$2a$`/`$2b$`/`$2y$`, `$5$`, `$6$`, `$y$`; only octets that a line of a passwd-file can hold.
/// Gives it with its `{SCHEME}`. Schemes that keep the password itself (PLAIN, CLEARTEXT and
/// their encodings) are refused. Error: invalid_input, without any of the hash.
Result<std::string> ready_password_hash(std::string_view hash);

/// Whether `password` is behind `hash`: true, false, or nothing where the scheme is none that can
/// be checked here. In the time that the scheme takes.
enum class PasswordMatch : std::uint8_t { yes, no, cannot_tell };
PasswordMatch verify_password(const Secret& password, std::string_view hash);

}  // namespace plumb::env
