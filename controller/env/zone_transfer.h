#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "controller/env/clock.h"
#include "controller/env/random.h"
#include "controller/env/tsig.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::env {

/// One record of a zone as a server sends it.
struct TransferredRecord {
  values::DomainName name;
  std::uint16_t type = 0;  ///< its number on the wire
  std::uint32_t ttl = 0;   ///< seconds
  /// Canonical (values::canonical_rdata), of TXT the octets; nothing where plumb does not know the
  /// type, or cannot say the data.
  std::optional<std::string> data;
};

struct TransferOptions {
  std::string server;                          ///< "192.0.2.1:53", "[2001:db8::1]:53"
  const TsigKey* key = nullptr;                ///< borrowed; nullptr: nothing is signed
  std::chrono::milliseconds patience{20'000};  ///< for each message
  std::chrono::milliseconds most{600'000};     ///< for all of it
};

/// Asks for a whole zone over TCP (AXFR, RFC 5936) and gives its records, the SOA first and once.
/// All or nothing: what ends early, is refused, holds what is no part of the zone, or is not signed
/// as it should, or has more than 1 GiB, is an error. Errors: denied (refused, or TSIG), not_found
/// (the server has no such zone), unavailable (no connection, no answer in time), internal (what
/// was sent is no zone), cancelled. Thread-safe.
Result<std::vector<TransferredRecord>> transfer_zone(const values::DomainName& zone,
                                                     const TransferOptions& options,
                                                     const Clock& clock,
                                                     Random& random,
                                                     std::stop_token stop);

/// The addresses with port of a server given as "ns1.example.net", "ns1.example.net:5353" or as an
/// address, as this machine looks names up. Waits as long as the system does. Errors:
/// invalid_input, unavailable.
Result<std::vector<std::string>> addresses_of_server(std::string_view text);

}  // namespace plumb::env
