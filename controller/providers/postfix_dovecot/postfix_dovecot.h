#pragma once

#include "controller/providers/provider.h"

namespace plumb::providers::postfix_dovecot {

/// The embedded mail provider: the tables of a Postfix and the passwd-file of a Dovecot, written
/// where both read them (docs/providers/postfix-dovecot.md says what stands in which file).
///
/// Files are server-wide: apply_all() writes each once, however many domains change, and only those
/// whose content changes; each atomically, in an order in which no mail is lost if it breaks off.
/// Only the part of a file between "# BEGIN plumb" and "# END plumb" is ours, and what cannot be
/// read there is an error of the domains concerned.
///
/// A domain's fingerprint is a digest of its lines, keys and policy. Runs that write at the same
/// time wait for each other at `<directory>/.lock`. Thread-safe.
ProviderType postfix_dovecot_provider();

}  // namespace plumb::providers::postfix_dovecot
