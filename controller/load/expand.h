#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controller/load/manifests.h"
#include "controller/load/written_rows.h"
#include "resources/model/desired.h"
#include "resources/model/diagnostic.h"
#include "resources/model/kind.h"

namespace plumb::load {

/// What one declaration gives: its scopes, and what the rules are told besides.
struct Expanded {
  std::vector<std::shared_ptr<DesiredScope>> scopes;  ///< of a domain: one per provider
  WrittenRows written;  ///< parallel to the rows of the first scope's table
  std::vector<std::string> zone_rules_off;
  /// Sets that are declared but not known: of them the rules do not say that they are missing.
  kinds::UnreadSets unread;
  bool lint_known = true;  ///< false: which rules are switched off could not be read
  /// Parallel to the scopes of a domain: ProviderTraits::served of each provider.
  std::vector<std::string (*)(std::string_view body)> served;
  bool stand_in = false;  ///< no provider is known: the scope is there for the rules only
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
