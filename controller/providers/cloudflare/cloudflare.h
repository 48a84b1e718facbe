#pragma once

#include "controller/providers/provider.h"

namespace plumb::providers::cloudflare {

/// Zones and record sets at Cloudflare, over its API v4.
///
/// Spec: `account` (the account's id), `auth.token`, `endpoint` (of the API; for tests and
/// proxies).
///
/// A zone is read with one call for the zones and one for all of its records. Changes go in batches
/// of at most 200 operations, each done whole or not at all: deletes, then patches, then posts. A
/// zone is made by a call of its own; its name servers are the output `nameServers`.
///
/// Cloudflare has no fingerprint of a zone. Whose a zone is stands in the comments of its records.
///
/// Opaque rows: types that plumb does not know, CNAMEs at the apex, what Cloudflare keeps itself
/// (Email Routing, read-only records), data that cannot be read, and secondary zones.
ProviderType cloudflare_provider();

}  // namespace plumb::providers::cloudflare
