#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "controller/env/resolver.h"
#include "controller/env/resolver_wire.h"

// DNS messages as octets. Internal to controller/env.

namespace plumb::env {

/// A whole message (RFC 1035 §4.1): header, question passed over, three sections. Records of other
/// classes and types, and records whose data makes no sense, are left out. Error: internal, where
/// the octets are no message.
Result<DnsAnswer> parse_message(std::span<const unsigned char> message);

/// What stands before a record's data (RFC 1035 §4.1.3).
struct RecordHead {
  std::string owner;  ///< with final dot and escapes
  std::uint16_t type = 0, group = 0;
  std::uint32_t ttl = 0;             ///< seconds; where the highest bit is set, 0 (RFC 2181 §8)
  std::size_t offset = 0, size = 0;  ///< of its data
};
/// Reads a head and passes the data over; `reader` is good() no more where there is none.
RecordHead read_record_head(WireReader& reader);
/// The data of a record in canonical form (values::canonical_rdata), of TXT the octets; nullopt
/// where plumb does not know its type, or it does not fit its type.
std::optional<std::string> canonical_data(const RecordHead& head,
                                          std::span<const unsigned char> message);

/// The presentation text of data on the wire, not yet canonical; of TXT the octets. nullopt where
/// the data does not fit its type. `offset` and `size` say where in the message the data is: names
/// in it may point elsewhere (RFC 1035 §4.1.4).
std::optional<std::string> rdata_text(values::RecordType type,
                                      std::span<const unsigned char> message,
                                      std::size_t offset,
                                      std::size_t size);

}  // namespace plumb::env
