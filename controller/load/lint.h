#pragma once

#include <span>

#include "controller/load/expand.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {

/// Reports the rules of a `lint.off` that do not exist.
void check_rule_names(const kinds::LintSwitch& lint, Diagnostics& problems);

/// Checks each declared zone against the rules of resources/rules, with all others at hand, on up
/// to `threads` threads; in the order of `domains`. What may be missing only because it could not
/// be read is not reported as missing; a note per domain says so.
void lint_zones(std::span<const Expanded> domains, unsigned threads, Diagnostics& problems);

}  // namespace plumb::load
