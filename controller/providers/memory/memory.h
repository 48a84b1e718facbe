#pragma once

#include <memory>
#include <string>

#include "controller/providers/memory/world.h"
#include "controller/providers/provider.h"

namespace plumb::providers::memory {

/// A provider of `world`, which must outlive it.
std::unique_ptr<Provider> provider_of(World& world, std::string account);

/// Type "memory": each opening starts with a world of its own that is empty and ends with it.
ProviderType memory_provider();

}  // namespace plumb::providers::memory
