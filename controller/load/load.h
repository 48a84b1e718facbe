#pragma once

#include <span>
#include <string>

#include "controller/load/loaded.h"
#include "controller/load/source.h"
#include "resources/model/kind.h"
#include "resources/model/provider_traits.h"
#include "resources/model/result.h"
#include "state/compiled.h"

namespace plumb::load {

struct LoadOptions {
  std::string environment = "default";
  const Catalog& catalog;                                 ///< resource kinds: Zone, RRset, Server
  std::span<const ProviderTraits* const> provider_types;  ///< what `Provider.spec.type` may be
  unsigned threads = 1;                                   ///< for reading and expanding
  Rotations rotations = {};                               ///< how far signing keys have come
  state::CompiledFiles* compiled = nullptr;  ///< where files that were read before are known from
  std::string today = {};  ///< YYYY-MM-DD, for Consents; empty: the machine's date (UTC)
};

/// Reads and expands everything that the manifests of `source` say. All problems at once are in
/// Loaded::diagnostics, sorted, with their source lines. With any error in it no scope is
/// `complete`: what could not be understood is never taken for what is not declared. Error only
/// where nothing can be read at all (no plumb.yaml).
///
/// The result does not depend on the order or the names of files, nor on `threads`, except for
/// Places.
Result<Loaded> load(Source& source, const LoadOptions& options);

}  // namespace plumb::load
