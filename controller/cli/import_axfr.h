#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "controller/cli/commands.h"
#include "controller/import/axfr.h"

namespace plumb::cli {

/// What came of the zones that a server was asked for.
struct Transferred {
  std::vector<importing::TransferredZone> zones;
  std::size_t declared = 0;         ///< not asked for: a Domain says them already
  std::vector<std::string> unread;  ///< "example.com: refused …", each with its hint
};

/// Whether the options say all that a transfer needs.
Result<void> check_transfer(const ImportOptions& options);

/// Transfers the domains of `options.words` from `options.server` (AXFR). `declared`: names of
/// Domains, without final dot. Errors: a domain that is none, a key that is none, a secret that is
/// not to be had, a server without address.
/// A zone that is not given is in `unread`.
Result<Transferred> transfer_zones(Workspace& workspace,
                                   const ImportOptions& options,
                                   const std::set<std::string>& declared);

}  // namespace plumb::cli
