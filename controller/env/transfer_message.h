#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controller/env/tsig.h"
#include "controller/env/zone_transfer.h"
#include "resources/model/result.h"

// Messages of a zone transfer as octets. Internal to controller/env.

namespace plumb::env {

/// One of the messages that a zone comes in (RFC 5936 §2.2).
struct TransferMessage {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  std::vector<TransferredRecord> answers;
  std::optional<TsigRecord> tsig;  ///< where it is the last record

  unsigned rcode() const { return flags & 0xfU; }
};

/// What is wrong with what a server sends in the place of a zone.
Error no_zone(std::string what);

/// Reads a whole message. Errors: internal, where the octets are no message, or one of its answers
/// cannot be read.
Result<TransferMessage> parse_transfer_message(std::span<const unsigned char> octets);

}  // namespace plumb::env
