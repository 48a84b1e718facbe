#pragma once

#include <span>

#include "controller/providers/provider.h"

namespace plumb {

/// The provider types of this program.
std::span<const providers::ProviderType> builtin_providers();

}  // namespace plumb
