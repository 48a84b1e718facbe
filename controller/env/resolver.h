#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::env {

/// One question to the DNS.
struct DnsQuestion {
  values::DomainName name;
  values::RecordType type{};
  /// The server that is asked: "192.0.2.1:53", "[2001:db8::1]:53". Empty: the recursive resolvers.
  std::string server;
  bool recursive = false;  ///< whether `server` is asked to find the answer elsewhere

  friend auto operator<=>(const DnsQuestion&, const DnsQuestion&) = default;
};

/// How a server takes a question (RFC 1035 §4.1.1).
enum class Rcode : std::uint8_t {
  noerror = 0,
  formerr = 1,
  servfail = 2,
  nxdomain = 3,
  notimp = 4,
  refused = 5,
  other = 255,  ///< any further code
};

/// "NOERROR", "SERVFAIL".
std::string_view rcode_name(Rcode rcode);

/// One record of an answer.
struct DnsRecord {
  values::DomainName name;
  values::RecordType type{};
  std::uint32_t ttl = 0;  ///< seconds
  std::string data;       ///< canonical (values::canonical_rdata); of TXT the octets

  friend bool operator==(const DnsRecord&, const DnsRecord&) = default;
};

/// What a server said. Records of types that plumb does not know are left out.
struct DnsAnswer {
  Rcode rcode = Rcode::noerror;
  bool authoritative = false;  ///< AA: the server has the zone
  bool authenticated = false;  ///< AD: the resolver has validated it with DNSSEC (RFC 4035 §3.2.3)
  std::vector<DnsRecord> answers;
  std::vector<DnsRecord> authority;   ///< NS of a referral, SOA of "there is none"
  std::vector<DnsRecord> additional;  ///< glue

  /// The canonical data of the records of `type` in the answer section, sorted; aliases followed.
  std::vector<std::string> values(values::RecordType type) const;
  /// The least TTL of these records, in seconds; 0 where there are none.
  std::uint32_t ttl(values::RecordType type) const;
  /// Neither the name nor the type there: NXDOMAIN, or NOERROR without a record of `type`.
  bool is_void(values::RecordType type) const;
};

/// Asks the DNS. Thread-safe.
class Resolver {
 public:
  virtual ~Resolver() = default;

  using Each = std::function<void(std::size_t number, Result<DnsAnswer> answer)>;
  /// Asks all questions at once, as many in flight as the resolver allows, and calls `each` once
  /// for each of them, from the calling thread, in the order in which the answers arrive. Whatever
  /// a server says is an answer. Errors: unavailable (no answer in time, or none that is a DNS
  /// message), invalid_input (`server` is no address), cancelled (stopped: the rest at once).
  virtual void ask_all(std::span<const DnsQuestion> questions,
                       const Each& each,
                       std::stop_token stop) = 0;

  /// One question, by ask_all.
  Result<DnsAnswer> ask(const DnsQuestion& question, std::stop_token stop);
};

struct ResolverOptions {
  /// Recursive resolvers, "127.0.0.1:53", tried in this order; empty: those of /etc/resolv.conf.
  std::vector<std::string> servers;
  std::chrono::milliseconds try_time{2'000};   ///< for one try; the next one waits longer
  unsigned tries = 2;                          ///< of each server
  std::chrono::milliseconds deadline{60'000};  ///< for all questions of one call
  unsigned in_flight = 256;                    ///< questions at once, in all
  unsigned in_flight_per_server = 96;          ///< more would overflow a socket of usual size
};

/// Resolver over c-ares: UDP with EDNS, over TCP what does not fit (RFC 7766 §5). One thread, the
/// caller's, however many questions there are. Asks for validation (AD, RFC 6840 §5.7), and
/// believes a resolver that says it has validated: it is to be one's own, on the same machine or
/// network.
class AresResolver final : public Resolver {
 public:
  explicit AresResolver(ResolverOptions options = {}) : options_(std::move(options)) {}
  void ask_all(std::span<const DnsQuestion> questions,
               const Each& each,
               std::stop_token stop) override;

 private:
  ResolverOptions options_;
};

/// "192.0.2.1:53" of an address, in brackets where it is IPv6.
std::string server_text(std::string_view address, std::uint16_t port = 53);

/// Checks an address with a port: "127.0.0.1:5353", "[::1]:53"; without a port it is 53. Gives it
/// with the port and in canonical form. Error: invalid_input.
Result<std::string> parse_server(std::string_view text);

}  // namespace plumb::env
