#pragma once

#include <cstddef>
#include <functional>

namespace plumb::env {

/// Calls `task` once for each of 0..count-1, on up to `threads` threads; returns when all are done.
/// In no order; inline and in order where `threads` or `count` is below 2. Requires: `task` may be
/// called from several threads at once and does not throw.
void for_each_parallel(std::size_t count,
                       unsigned threads,
                       const std::function<void(std::size_t)>& task);

}  // namespace plumb::env
