#pragma once

#include <map>
#include <span>
#include <string>

#include "controller/load/loaded.h"
#include "controller/load/manifest.h"
#include "resources/model/provider_traits.h"

namespace plumb::load {

/// One Provider that can be named, with its type.
struct ProviderEntry {
  ProviderConfig config;
  const ProviderTraits* traits = nullptr;  ///< nullptr: broken, and reported as such
};

/// Providers by name; the built-in `static` is always among them.
using Providers = std::map<std::string, ProviderEntry, std::less<>>;

/// `spec` with maps like `{env: NAME}` turned into SecretRefs.
Value with_secrets(Value spec);

/// Reads the Provider documents. Unknown types, what their `check` finds, and two Providers of one
/// account go to `problems`.
Providers read_providers(std::span<const Document* const> documents,
                         std::span<const ProviderTraits* const> types,
                         Diagnostics& problems);

}  // namespace plumb::load
