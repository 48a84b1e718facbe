#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "controller/env/secret.h"
#include "controller/verify/services.h"

namespace plumb::verify {

/// What came of one login.
enum class LoginVerdict : std::uint8_t {
  accepted,
  refused,      ///< the server does not take this password for this name
  undecided,    ///< it could not say, or says what is no answer; the password may have been sent
  unreachable,  ///< it does not answer; nothing was sent
  unsafe,       ///< the line is not private, or the certificate is not good; nothing was sent
};

struct LoginSeen {
  LoginVerdict verdict = LoginVerdict::unreachable;
  std::string
      why;  ///< for all but `accepted`; never what the server said after it had the password
};

/// Logs in by IMAP once, and out: AUTHENTICATE PLAIN (RFC 9051 §6.2.2, RFC 4616 §2), else LOGIN
/// with literals (RFC 9051 §6.2.3), so that any octets go through but NUL. The service of
/// `question` is `imaps`, or `imap` with STARTTLS. The password is sent over TLS to a server whose
/// certificate is good for the host, or in the clear to an address of this machine's loopback, and
/// nowhere else. Never more than one try: servers lock out who is refused too often. What is made
/// of the password in between is wiped. Thread-safe.
LoginSeen try_login(const ServiceQuestion& question,
                    std::string_view user,
                    const env::Secret& password,
                    const ServiceOptions& options,
                    std::stop_token stop);

}  // namespace plumb::verify
