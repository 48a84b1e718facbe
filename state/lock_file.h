#pragma once

#include <cstdint>
#include <filesystem>

#include "resources/model/result.h"

namespace plumb::state {

/// Locks `count` bytes of `<directory>/lock` from `first` on (0: to its end) for this process and
/// returns the file descriptor, whose closing gives them free. Waits for nobody: `conflict` where
/// another has any of them.
Result<int> lock_bytes(const std::filesystem::path& directory,
                       std::int64_t first,
                       std::int64_t count);

}  // namespace plumb::state
