#pragma once

#include <span>

#include "resources/model/kind.h"

namespace plumb::kinds {

// Resource kinds and their numbers on disk: never reused, never renumbered.
constexpr KindId kZone{1};
constexpr KindId kRRset{2};
constexpr KindId kServer{3};

/// One line per resource kind of this program.
std::span<const Kind> resource_kinds();

}  // namespace plumb::kinds
