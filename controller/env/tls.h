#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::env {

/// One certificate of a chain.
struct CertificateSeen {
  std::string der;
  std::string public_key;  ///< SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7)
};

/// What a TLS handshake has shown. An untrusted certificate is something seen, not an error.
struct TlsSeen {
  std::string protocol;            ///< "TLSv1.3"
  std::string problem;             ///< why the certificate is not good for the host; empty: it is
  std::vector<std::string> names;  ///< DNS names of the certificate
  std::chrono::system_clock::time_point expires = {};
  std::vector<CertificateSeen> chain;  ///< the server's own first
};

/// Whether a certificate of the chain is what a TLSA record's data says (RFC 6698 §2.1, RFC 7671
/// §5): usage 3 the server's own, usage 2 any above it. The other usages are not for SMTP
/// (RFC 7672 §3.1.3) and match nothing. `association`: lower case hexadecimal.
bool matches_tlsa(const TlsSeen& seen,
                  std::uint8_t usage,
                  std::uint8_t selector,
                  std::uint8_t matching_type,
                  std::string_view association);

/// A conversation, mostly in lines, with a server, over TCP and then perhaps TLS. All waits end at
/// the deadline given to connect, or when stopped. Not thread-safe.
class Conversation {
 public:
  /// `server`: an address and a port, "192.0.2.1:25". Errors: unavailable, cancelled,
  /// invalid_input.
  static Result<std::unique_ptr<Conversation>> connect(const std::string& server,
                                                       std::chrono::milliseconds deadline,
                                                       std::stop_token stop);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  /// The next line without its end, at most 4 KiB.
  Result<std::string> read_line();
  /// The next `count` octets, whatever they are.
  Result<std::string> read_octets(std::size_t count);
  Result<void> write(std::string_view text);
  /// Moves the deadline to `from_now`, for what is long and still comes.
  void extend(std::chrono::milliseconds from_now);
  /// Goes over to TLS (1.2 at least), with `host` as the name that the certificate must have.
  /// `ca_file`: PEM of the authorities to trust; empty: the system's. Errors: no handshake at all;
  /// text that came before it (RFC 3207 §5 and what CVE-2011-0411 made of it).
  Result<TlsSeen> start_tls(const std::string& host, const std::string& ca_file);

 private:
  struct State;
  explicit Conversation(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Whether this machine has a way to IPv6 addresses of the Internet. Sends nothing.
bool reaches_ipv6();

}  // namespace plumb::env
