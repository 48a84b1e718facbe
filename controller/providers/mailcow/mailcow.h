#pragma once

#include "controller/providers/provider.h"

namespace plumb::providers::mailcow {

/// Mail domains, mailboxes, aliases and keys of a Mailcow, through its API
/// (docs/providers/mailcow.md says what it manages, and what the server does by itself).
///
/// A pass reads the domains, mailboxes and aliases of a server with one call for each sort,
/// whatever their number, and the key of each domain with one. No fingerprint: nothing of a domain
/// is known to move with what it holds. Thread-safe.
ProviderType mailcow_provider();

}  // namespace plumb::providers::mailcow
