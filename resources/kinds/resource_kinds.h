#pragma once

#include <span>

#include "resources/model/kind.h"

namespace plumb::kinds {

// Resource kinds and their numbers on disk: never reused, never renumbered.
constexpr KindId kZone{1};
constexpr KindId kRRset{2};
constexpr KindId kServer{3};
constexpr KindId kMailDomain{4};
constexpr KindId kDKIMKey{5};
constexpr KindId kDKIMSigning{6};
constexpr KindId kMailbox{7};
constexpr KindId kPassword{8};
constexpr KindId kAlias{9};
constexpr KindId kMTASTSPolicy{10};

/// One line per resource kind of this program.
std::span<const Kind> resource_kinds();

}  // namespace plumb::kinds
