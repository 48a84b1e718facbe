#include "controller/providers/provider.h"

namespace plumb::providers {

Outcome Provider::resume(const Pending& /*pending*/, std::stop_token /*stop*/) {
  return Unknown{Error{.code = ErrorCode::internal,
                       .message = "this provider has no pending changes",
                       .effect = Effect::maybe}};
}

}  // namespace plumb::providers
