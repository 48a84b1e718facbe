#pragma once

#include <span>

#include "controller/load/expand.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {

/// Checks each declared zone against the rules of resources/rules, with all others at hand, on up
/// to `threads` threads; in the order of `domains`. Unknown rules in `lint.off` are reported too.
void lint_zones(std::span<const Expanded> domains, unsigned threads, Diagnostics& problems);

}  // namespace plumb::load
