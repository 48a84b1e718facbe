#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::values {

/// How the data of a record was written, which decides how the names in it are read.
enum class TargetRule : std::uint8_t {
  manifest,       ///< by a person in YAML: "@", single labels in the zone, else a final dot
  master_file,    ///< RFC 1035 §5.1: relative to the origin unless there is a final dot
  absolute_only,  ///< by a vendor: names are absolute with or without final dot
};

/// The canonical data of one record: the one text under which equal data is equal octet by octet.
/// Host names absolute, lower case and with final dot; numbers without leading zeros; hexadecimal
/// lower case; base64 without blanks; addresses as RFC 5952; strings in double quotes; SvcParams in
/// order of their keys. It is presentation format (RFC 1035 §5.1) for all types but TXT, whose
/// canonical data *is* its octets: in a manifest the value itself, else the joined strings of
/// `text`. Idempotent: canonical data of any type but TXT, read under `absolute_only` or
/// `master_file`, gives itself.
///
/// The manifest rule also refuses what may stand in the world but should not be declared: values
/// without a meaning (TLSA usage 9), a null MX with a preference, a CNAME to the root. Data of
/// DNSSEC's own types is passed through with its blanks squeezed.
Result<std::string> canonical_rdata(RecordType type,
                                    std::string_view text,
                                    const DomainName& origin,
                                    TargetRule rule);

/// What master files and PowerDNS want for canonical data: for TXT quoted strings of at most 255
/// octets, else the data itself.
std::string wire_presentation(RecordType type, std::string_view canonical);

/// The name that canonical data points to: MX, NS, SRV, CNAME, DNAME, PTR, SVCB, HTTPS, and NAPTR
/// with a replacement. The root where data says "none" (null MX, SRV "."). Nothing for other types.
std::optional<DomainName> target_of(RecordType type, std::string_view canonical);

}  // namespace plumb::values
