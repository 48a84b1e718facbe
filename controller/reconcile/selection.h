#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/load/loaded.h"
#include "resources/model/diagnostic.h"
#include "resources/model/kind.h"
#include "resources/model/scope.h"

namespace plumb::reconcile {

/// What a run is restricted to. Nothing said: everything. Each word is a domain or a glob over
/// domains ("example.com", "shop*"), `Kind/name` of a declaration, `kind:Kind` of declarations or
/// of resources, `label:key=value`, `file:path` (a file or a folder). A Provider stands for all
/// that lies there, a Profile for the domains that use it.
struct Selection {
  std::vector<std::string> targets;
  std::vector<std::string> excludes;
  const Catalog* catalog = nullptr;  ///< the resource kinds that `kind:` may name; null: none
  std::optional<std::vector<Scope>>
      only;  ///< exactly these, whatever else is said: the second look after an apply

  bool everything() const { return targets.empty() && excludes.empty() && !only; }
};

/// The scopes of `all` that are selected, in their order. A domain that is no longer declared is
/// found by its container's name. Errors: a word that selects nothing, with "did you mean".
Result<std::vector<Scope>> select(const Selection& selection,
                                  const load::Loaded& loaded,
                                  std::vector<Scope> all);

}  // namespace plumb::reconcile
