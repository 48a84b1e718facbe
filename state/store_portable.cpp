#include "state/store_impl.h"

namespace plumb::state {
namespace fs = std::filesystem;

Result<void> LmdbStore::export_to(const fs::path&) const {
  return fail(ErrorCode::internal, "export is not there yet");
}

}  // namespace plumb::state
