#pragma once

#include <filesystem>

#include "resources/model/result.h"

namespace plumb::state {

/// Looks for what LMDB would crash on, since it maps the file and trusts it: a file that is cut
/// off. Errors: `invalid_input`, in the words of `lmdb_error`.
Result<void> check_before_open(const std::filesystem::path& directory);

}  // namespace plumb::state
