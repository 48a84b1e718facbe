#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/kind.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::kinds {

/// Fields of an RRset's body.
constexpr std::uint8_t kRRsetTtl = 1;  ///< number, seconds; absent: not stated, hence not managed
constexpr std::uint8_t kRRsetValues =
    2;  ///< sorted array of canonical rdata (TXT: the octets themselves)
constexpr std::uint8_t kRRsetAt = 3;  ///< a vendor's own fields (`at`), canonical CBOR map

/// "www\0A": the owner name relative to the zone ("@" is the apex), NUL, the type's name.
std::string rrset_key(std::string_view owner, values::RecordType type);
struct RRsetKey {
  std::string_view owner;  ///< "www", "@"
  std::string_view type;   ///< "A"
};
/// The parts of a key; views into it.
RRsetKey split_rrset_key(std::string_view key);

/// The canonical body of a record set. `values` is sorted here; exact repetitions are folded. Fast:
/// the hot path of loading and observing.
std::string rrset_body(std::optional<std::uint32_t> ttl, std::vector<std::string> values);
/// Views into a body.
std::vector<std::string_view> rrset_values(std::string_view body);
std::optional<std::uint32_t> rrset_ttl(std::string_view body);

/// Whether a record set belongs to the zone's machinery: SOA, apex NS, DNSSEC types,
/// `_acme-challenge` TXT. Providers set EntryFlag::system_owned by it.
bool is_system_rrset(std::string_view owner, values::RecordType type);

/// Position of a type among the creates of one zone, lowest first (deletes go reversed): addresses
/// before what may name them (MX, SRV, CNAME...), NS before DS. 20 to 24, around Kind::rank.
std::uint8_t rrset_rank(values::RecordType type);

/// Fields of a Server's body.
constexpr std::uint8_t kServerHostname = 1;  ///< octets, with final dot
constexpr std::uint8_t kServerIpv4 = 2;      ///< sorted array of texts
constexpr std::uint8_t kServerIpv6 = 3;      ///< sorted array of texts

const Kind& rrset_kind();
const Kind& zone_kind();  ///< key "" ; no fields: the container of a zone
const Kind&
server_kind();  ///< key: the server's name; fields hostname (1), ipv4 (2, set), ipv6 (3, set)

}  // namespace plumb::kinds
