#pragma once

#include <filesystem>
#include <string>

namespace plumb::load {

/// The commit id that HEAD names, through libgit2: for repositories that read_head() leaves to it.
/// Empty where there is no repository, no commit, or none that can be read.
std::string head_of_repository(const std::filesystem::path& folder);

}  // namespace plumb::load
