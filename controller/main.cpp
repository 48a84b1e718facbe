// The composition root: what the program is made of.

#include <cstdio>
#include <exception>

#ifdef PLUMB_MIMALLOC
#include <mimalloc.h>
#endif

#include "controller/builtin_providers.h"
#include "controller/cli/app.h"
#include "resources/kinds/resource_kinds.h"

int main(int argc, char** argv) {
#ifdef PLUMB_MIMALLOC
  mi_option_enable(mi_option_large_os_pages);
#endif
  try {
    const plumb::Catalog catalog(plumb::kinds::resource_kinds());
    return plumb::cli::run(
        argc, argv, {.catalog = catalog, .provider_types = plumb::builtin_providers()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "plumb: unexpected: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "plumb: unexpected failure\n");
  }
  return 1;
}
