#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "controller/load/expand.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {

/// Reports the rules of a `lint.off` that do not exist.
void check_rule_names(const kinds::LintSwitch& lint, Diagnostics& problems);

/// Expands the zone of a domain, an index into Manifests::domains, that is known already.
using ExpandKept = std::function<Expanded(std::size_t domain)>;

/// Checks each declared zone against the rules of resources/rules, with all others at hand, on up
/// to `threads` threads; in the order of `domains`, which are parallel to those of `manifests`.
/// What may be missing only because it could not be read is not reported as missing; a note per
/// domain says so. Those that are known already (DomainEntry::kept) are not checked, and expanded
/// only where a rule looks into them for another. Findings go to `found`, `asked` gets whose zones
/// were looked into besides its own, both parallel to the domains; then all of `found` to
/// `problems`.
void lint_zones(const Manifests& manifests,
                std::span<const Expanded> domains,
                const ExpandKept& expand_kept,
                unsigned threads,
                std::vector<Diagnostics>& found,
                std::vector<std::vector<std::size_t>>& asked,
                Diagnostics& problems);

}  // namespace plumb::load
