#pragma once

#include "controller/providers/provider.h"

namespace plumb::providers::digitalocean {

/// Zones and record sets at DigitalOcean, over its API v2.
///
/// Spec: `auth.token`, `account` (a word for the token's team, where there are several), `endpoint`
/// (of the API; for tests and proxies).
///
/// A zone is read with a call for each 200 of its records. Changes go one record a call, after the
/// zone was read once more: see applying.h. A zone is made by a call of its own; its name servers
/// are the output `nameServers`.
///
/// DigitalOcean has no fingerprint of a zone, and no place for an owner's mark.
ProviderType digitalocean_provider();

}  // namespace plumb::providers::digitalocean
