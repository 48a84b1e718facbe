#pragma once

#include <span>

#include "controller/import/imported.h"

namespace plumb::importing {

/// Says as a `mail` block what a domain's records say of its mail, and takes those records away:
/// none, servers and autoconfig where they are of `servers`, mx, spf, dmarc, tlsRpt, caa and dkim
/// with a known key. A member is taken only where the
/// record that plumb would build from it is the one that stands there, octet by octet; everything
/// else stays a record.
void recognise_mail(ImportedDomain& domain, std::span<const KnownServer> servers);

}  // namespace plumb::importing
