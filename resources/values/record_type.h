#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::values {

/// The record types that plumb knows, with their numbers on the wire (IANA, Domain Name System
/// Parameters). Further types that a vendor holds are opaque to us.
enum class RecordType : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  loc = 29,
  srv = 33,
  naptr = 35,
  dname = 39,
  ds = 43,
  sshfp = 44,
  rrsig = 46,
  nsec = 47,
  dnskey = 48,
  nsec3 = 50,
  nsec3param = 51,
  tlsa = 52,
  smimea = 53,
  cds = 59,
  cdnskey = 60,
  openpgpkey = 61,
  svcb = 64,
  https = 65,
  uri = 256,
  caa = 257,
};

/// "MX".
std::string_view record_type_name(RecordType type);

/// The type called `name`, in either case; nothing for a type that plumb does not know.
std::optional<RecordType> find_record_type(std::string_view name);

/// The type called `name`, for input of people: an unknown name is an error with "did you mean".
Result<RecordType> parse_record_type(std::string_view name);

/// The type with this number; nothing for one that plumb does not know.
std::optional<RecordType> record_type_of_number(std::uint16_t number);

/// The names of the types that a manifest may declare, sorted.
std::span<const std::string_view> known_types();

/// Whether servers keep records of this type themselves, so that it is counted but never diffed nor
/// declared: SOA and the types of DNSSEC (not DS, which a parent declares).
bool is_system_type(RecordType type);

/// How a manifest writes a value of this type, for hints: "10 mx1.example.com.".
std::string_view example_of(RecordType type);

}  // namespace plumb::values
