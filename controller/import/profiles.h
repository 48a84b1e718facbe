#pragma once

#include <vector>

#include "controller/import/imported.h"

namespace plumb::importing {

/// Takes out of `domains` what many of them share and gives it as profiles: record sets and members
/// of `mail` that are alike once `${domain}` stands for the domain's name. A profile has at least
/// three domains; each domain uses at most one. What a domain has left is its own. Deterministic;
/// profiles are sorted by how many domains they have.
std::vector<ImportedProfile> find_profiles(std::vector<ImportedDomain>& domains);

}  // namespace plumb::importing
