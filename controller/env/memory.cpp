#include "controller/env/memory.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

namespace plumb::env {

void give_back_memory() {
#ifdef __GLIBC__
  ::malloc_trim(0);
#endif
}

}  // namespace plumb::env
