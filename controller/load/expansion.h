#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "controller/load/kept_domains.h"
#include "controller/load/load.h"
#include "controller/load/manifests.h"

namespace plumb::load {

/// What tied manifests come to.
struct Expansion {
  std::vector<std::shared_ptr<DesiredScope>> scopes;
  std::vector<Declared> addresses;  ///< Loaded::addresses
  std::size_t known_domains = 0;    ///< Loaded::known_domains
};

/// What expand_all() works with; all is borrowed.
struct ExpansionInputs {
  std::span<const ManifestFile> files;  ///< by their numbers from 0; some without their rows
  const Files& names;
  const LoadOptions& options;
  ManifestReader& reader;
  std::string world;  ///< world_of(); empty: nothing is taken from earlier loads, and nothing kept
  /// Gives the files of these numbers their rows.
  std::function<void(std::span<const std::uint32_t> numbers)> unpack;
};

/// Ties addresses and dependencies and expands everything, or takes what earlier loads came to:
/// all the same, but for the time it takes. Requires: tie_together, tie_mail.
Expansion expand_all(Manifests& manifests, const ExpansionInputs& inputs, Diagnostics& problems);

}  // namespace plumb::load
