#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"
#include "resources/values/rdata.h"

// The data of each record type as a value. Each has
//   parse(text, origin, rule)  from presentation format; errors name the field;
//   text()                     the canonical data (see canonical_rdata).

namespace plumb::values {

/// Mail exchange (RFC 1035 §3.3.9); "0 ." is the null MX (RFC 7505 §3).
struct Mx {
  std::uint16_t preference = 0;
  DomainName exchange;

  static Result<Mx> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
  bool is_null() const { return exchange.is_root(); }
};

/// Location of a service (RFC 2782); target "." says that there is none.
struct Srv {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::uint16_t port = 0;
  DomainName target;

  static Result<Srv> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// Start of a zone of authority (RFC 1035 §3.3.13). Times are in seconds.
struct Soa {
  DomainName primary;      ///< MNAME
  DomainName responsible;  ///< RNAME: a mailbox as a name
  std::uint32_t serial = 0;
  std::uint32_t refresh = 0;
  std::uint32_t retry = 0;
  std::uint32_t expire = 0;
  std::uint32_t minimum = 0;  ///< TTL of negative answers (RFC 2308 §4)

  static Result<Soa> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// Certification authority authorisation (RFC 8659 §4).
struct Caa {
  std::uint8_t flags = 0;
  std::string tag;    ///< lower case letters and digits: "issue"
  std::string value;  ///< octets; ";" forbids all
  bool critical() const { return (flags & 0x80U) != 0; }

  static Result<Caa> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// Naming authority pointer (RFC 3403 §4.1).
struct Naptr {
  std::uint16_t order = 0;
  std::uint16_t preference = 0;
  std::string flags;
  std::string services;
  std::string regexp;
  DomainName replacement;  ///< the root where there is a regexp

  static Result<Naptr> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// A URI for a service (RFC 7553 §4).
struct Uri {
  std::uint16_t priority = 0;
  std::uint16_t weight = 0;
  std::string target;  ///< octets, not empty

  static Result<Uri> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// Delegation signer (RFC 4034 §5). Algorithms by number or mnemonic.
struct Ds {
  std::uint16_t key_tag = 0;
  std::uint8_t algorithm = 0;
  std::uint8_t digest_type = 0;
  std::string digest;  ///< lower case hexadecimal, of the length that the digest type says

  static Result<Ds> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// Fingerprint of an SSH host key (RFC 4255 §3.1, RFC 6594, RFC 7479, RFC 8709).
struct Sshfp {
  std::uint8_t algorithm = 0;
  std::uint8_t fingerprint_type = 0;
  std::string fingerprint;  ///< lower case hexadecimal, of the length that the type says

  static Result<Sshfp> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// Certificate association: TLSA (RFC 6698 §2) and SMIMEA (RFC 8162 §2). Fields by number or by the
/// acronyms of RFC 7218 §2.
struct Tlsa {
  std::uint8_t usage = 0;
  std::uint8_t selector = 0;
  std::uint8_t matching_type = 0;
  std::string association;  ///< lower case hexadecimal; 64 or 128 digits for SHA-256 or SHA-512

  /// `type`: TLSA or SMIMEA, for what errors say.
  static Result<Tlsa> parse(std::string_view text,
                            const DomainName& origin,
                            TargetRule rule,
                            RecordType type = RecordType::tlsa);
  std::string text() const;
};

/// An OpenPGP key (RFC 7929 §2).
struct Openpgpkey {
  std::string key;  ///< base64 without blanks

  static Result<Openpgpkey> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// A place on earth (RFC 1876 §2), in the units of the wire.
struct Loc {
  std::int32_t latitude_ms = 0;   ///< thousandths of a second of arc, north positive
  std::int32_t longitude_ms = 0;  ///< thousandths of a second of arc, east positive
  std::int64_t altitude_cm = 0;   ///< above the WGS 84 ellipsoid
  std::uint64_t size_cm = 100;    ///< diameter; one digit and zeros, as the wire can hold
  std::uint64_t horizontal_cm = 1000000;
  std::uint64_t vertical_cm = 1000;

  static Result<Loc> parse(std::string_view text, const DomainName& origin, TargetRule rule);
  std::string text() const;
};

/// One service parameter (RFC 9460 §2.1).
struct SvcParam {
  std::uint16_t key = 0;
  std::string value;  ///< canonical presentation of the value, without quotes and "="; may be empty
};

/// Service binding: SVCB and HTTPS (RFC 9460 §2).
struct Svcb {
  std::uint16_t priority = 0;    ///< 0: alias mode
  DomainName target;             ///< the root: none (alias mode) or the owner itself (service mode)
  std::vector<SvcParam> params;  ///< sorted by key, unique

  /// `type`: SVCB or HTTPS, for what errors say.
  static Result<Svcb> parse(std::string_view text,
                            const DomainName& origin,
                            TargetRule rule,
                            RecordType type = RecordType::svcb);
  std::string text() const;
};

}  // namespace plumb::values
