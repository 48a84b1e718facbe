#include "state/pages.h"

namespace plumb::state {

Result<void> check_before_open(const std::filesystem::path&) {
  return {};
}

}  // namespace plumb::state
