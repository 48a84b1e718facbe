#include "resources/model/check.h"

#include <cstdio>
#include <cstdlib>

namespace plumb {

void check_failed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "plumb: broken invariant at %s:%d: %s\n", file, line, what);
  std::abort();
}

}  // namespace plumb
