#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/load/manifests.h"
#include "resources/model/desired.h"
#include "resources/model/diagnostic.h"
#include "resources/model/kind.h"

namespace plumb::load {

/// What one declaration gives: its scopes, and what the rules are told besides.
struct Expanded {
  std::vector<std::shared_ptr<DesiredScope>> scopes;  ///< of a domain: one per provider
  /// Rows of the first scope's table and the rules that are switched off for them; ascending.
  std::vector<std::pair<std::uint32_t, std::vector<std::string>>> rules_off;
  std::vector<std::string> zone_rules_off;
  bool whole = true;  ///< nothing had to be left out: the rules may speak of what is missing
  Diagnostics problems;
};

/// All record sets of a domain, merged, canonical and adapted to each of its providers.
/// Thread-safe.
Expanded expand_domain(const DomainEntry& domain,
                       const Manifests& manifests,
                       const Catalog& catalog);

/// The scopes of all Servers, one per account, sorted.
Expanded expand_servers(const Manifests& manifests, const Catalog& catalog);

}  // namespace plumb::load
