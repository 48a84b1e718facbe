#pragma once

#include <span>
#include <string>
#include <vector>

#include "controller/env/zone_transfer.h"
#include "controller/import/imported.h"

namespace plumb::importing {

/// A zone as a server transfers it.
struct TransferredZone {
  ImportedDomain domain;
  std::vector<std::string> name_servers;  ///< its apex NS, sorted; they are not declared
};

/// The record sets of `records` (RFC 5936). `provider`: the Provider of DNS that is to hold them.
/// SOA, apex NS and DNSSEC are left out; what plumb cannot say becomes unmanaged, and so does TXT
/// at _acme-challenge. Of several TTLs in one set the least counts (RFC 2181 §5.2).
TransferredZone axfr_zone(std::span<const env::TransferredRecord> records,
                          const values::DomainName& zone,
                          const std::string& provider);

}  // namespace plumb::importing
