#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "controller/env/resolver.h"

// DNS messages as octets. Internal to controller/env.

namespace plumb::env {

/// A whole message (RFC 1035 §4.1): header, question passed over, three sections. Records of other
/// classes and types, and records whose data makes no sense, are left out. Error: internal, where
/// the octets are no message.
Result<DnsAnswer> parse_message(std::span<const unsigned char> message);

/// The presentation text of data on the wire, not yet canonical; of TXT the octets. nullopt where
/// the data does not fit its type. `offset` and `size` say where in the message the data is: names
/// in it may point elsewhere (RFC 1035 §4.1.4).
std::optional<std::string> rdata_text(values::RecordType type,
                                      std::span<const unsigned char> message,
                                      std::size_t offset,
                                      std::size_t size);

}  // namespace plumb::env
