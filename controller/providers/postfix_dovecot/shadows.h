#pragma once

#include <optional>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "resources/model/desired.h"

namespace plumb::providers::postfix_dovecot {

/// The first line outside of the marked parts that speaks of an address or a domain of `state`, or
/// of what is declared besides (nullptr: nothing). The servers take the first line that has a key,
/// so such a line can hide ours, and it is not ours to remove. The error names file and line.
std::optional<Error> shadowed(const Snapshot& snapshot,
                              const DomainState& state,
                              const DesiredScope* declared);

}  // namespace plumb::providers::postfix_dovecot
