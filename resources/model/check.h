#pragma once

namespace plumb {

/// Prints where and what to standard error and aborts. State on disk is crash-safe by design, so
/// stopping is the safe answer to a broken invariant.
[[noreturn]] void check_failed(const char* file, int line, const char* what);

}  // namespace plumb

/// Aborts unless `condition`, which is an invariant of ours and never a question of input.
#define PLUMB_CHECK(condition)                               \
  do {                                                       \
    if (!(condition)) {                                      \
      ::plumb::check_failed(__FILE__, __LINE__, #condition); \
    }                                                        \
  } while (false)
