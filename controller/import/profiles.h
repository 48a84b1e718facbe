#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/import/imported.h"

namespace plumb::importing {

/// Takes out of `domains` what many of them share and gives it as profiles: record sets and members
/// of `mail` that are alike once `${domain}` stands for the domain's name. A profile has at least
/// three domains; each domain uses at most one. What a domain has left is its own. Sets that break
/// rules are alike where they break the same ones. Deterministic; profiles are sorted by how many
/// domains they have, and get the first names that are not `taken`: the only one "imported", else
/// "imported-2" and so on; several "imported-1", "imported-2" and so on.
std::vector<ImportedProfile> find_profiles(
    std::vector<ImportedDomain>& domains,
    const std::function<bool(const std::string& name)>& taken);

}  // namespace plumb::importing
