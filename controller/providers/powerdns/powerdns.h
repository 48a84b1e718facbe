#pragma once

#include "controller/providers/provider.h"

namespace plumb::providers::powerdns {

/// PowerDNS Authoritative over its HTTP API (4.2 and later).
///
/// Spec: `endpoint` (http or https, a path in front of /api/v1 allowed), `auth.apiKey`, `server`
/// (default "localhost"), and of zones that are created: `kind` (Native or Master), `soa` (primary,
/// contact, refresh, retry, expire, minimum), `apiRectify`.
///
/// A batch is one PATCH of its zone, deletions before replacements, or one POST that makes the zone
/// with its content. One that would not fit `webserver-max-bodysize` is cut between owner names and
/// is then atomic by parts only; where a limit turns out to be lower, the parts become smaller.
///
/// Fingerprints are a zone's kind and serial. They do not see what was written behind the API's
/// back; a zone whose serial the API does not move (SOA-EDIT-API off) has none.
///
/// Opaque rows: types that plumb does not know (ALIAS, LUA), sets whose records are all disabled,
/// and whatever a secondary zone holds. Disabled records beside enabled ones are not counted, and
/// are kept when their set is written.
ProviderType powerdns_provider();

}  // namespace plumb::providers::powerdns
