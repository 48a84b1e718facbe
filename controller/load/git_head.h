#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace plumb::load {

/// The id of the commit that HEAD names in the repository around `folder`, read from .git by
/// ourselves: libgit2's start alone takes longer than a whole pass with nothing to do. Empty where
/// there is no repository or no commit yet; nothing where the repository has another form than the
/// common one (linked work trees, submodules, reftable): ask libgit2 then.
std::optional<std::string> read_head(const std::filesystem::path& folder);

}  // namespace plumb::load
