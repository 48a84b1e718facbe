#pragma once

#include <string>

#include "controller/import/imported.h"
#include "resources/model/kind.h"
#include "resources/model/observed.h"

namespace plumb::importing {

/// The record sets of a zone as it was read. `provider`: name of the Provider that holds it. What
/// belongs to the zone's machinery (SOA, apex NS, DNSSEC) is left out; what cannot be represented
/// becomes unmanaged. Requires: the scope was read, its container is a domain name.
ImportedDomain domain_of(const ObservedScope& scope,
                         const std::string& provider,
                         const Catalog& catalog);

/// Puts a domain's record sets in order, the apex first, and finds its usual TTL.
void finish_sets(ImportedDomain& domain);

/// What a mail server holds of a domain.
ImportedMail mail_of(const ObservedScope& scope,
                     const std::string& provider,
                     const Catalog& catalog);

}  // namespace plumb::importing
