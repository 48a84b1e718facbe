#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "resources/mail/name_lookup.h"
#include "resources/values/domain_name.h"
#include "resources/values/ip_address.h"

namespace plumb::mail {

/// RFC 7208 §2.6.
enum class SpfResult : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };

/// "softfail".
std::string_view spf_result_name(SpfResult result);

/// What a receiver asks (RFC 7208 §4.1).
struct SpfQuery {
  /// Of the sending host; IPv4-mapped IPv6 is IPv4 (RFC 7208 §5).
  std::variant<values::Ipv4Address, values::Ipv6Address> address;
  values::DomainName domain;  ///< whose record is looked at first: of MAIL FROM, or of HELO
  std::string sender;         ///< MAIL FROM: "jane@example.com"; empty: postmaster of HELO's domain
  std::string helo;           ///< as the host called itself
  std::string receiver = "unknown";  ///< the host that asks (macro r)
  std::int64_t time_s = 0;           ///< seconds since 1970 (macro t)
};

/// One thing that was looked at, in the order of looking.
struct SpfStep {
  enum class Outcome : std::uint8_t { no_match, match, error };
  std::size_t depth = 0;  ///< 0: the record of `domain`; more: included or redirected to
  std::string domain;     ///< whose record the term stands in, without final dot
  std::string term;       ///< "include:example.com"; "" for the record as a whole
  Outcome outcome = Outcome::no_match;
  std::string note;  ///< what was looked up or found wrong; may be empty

  friend bool operator==(const SpfStep&, const SpfStep&) = default;
};

/// What check_host() came to, and why.
struct SpfVerdict {
  SpfResult result = SpfResult::none;
  std::string
      explanation;      ///< of a fail, by `exp` (RFC 7208 §6.2); text of strangers; may be empty
  std::string problem;  ///< of none, temperror and permerror: what is wrong
  std::size_t lookups = 0;       ///< terms that asked the DNS: ten are allowed (RFC 7208 §4.6.4)
  std::size_t void_lookups = 0;  ///< of these terms, those that got nothing: two are allowed
  std::uint32_t ttl_s = 0;       ///< the least TTL of what was used, in seconds
  std::vector<SpfStep> trace;
};

/// check_host() of RFC 7208 §4, whole: every mechanism and modifier, macros, and the limits of
/// §4.6.4. Pure but for what `dns` does; asks it one question after the other. Ends for any
/// records, loops too.
SpfVerdict check_host(const SpfQuery& query, NameLookup& dns);

}  // namespace plumb::mail
