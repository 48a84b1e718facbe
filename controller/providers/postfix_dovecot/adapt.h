#pragma once

#include <string>
#include <string_view>

#include "resources/model/kind.h"
#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// The body as the files will give it back: ProviderTraits::adapt. Errors (invalid_input) where
/// lines of Postfix tables and passwd-files cannot hold it.
Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body);

}  // namespace plumb::providers::postfix_dovecot
