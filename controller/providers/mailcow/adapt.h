#pragma once

#include <string>
#include <string_view>

#include "resources/model/kind.h"
#include "resources/model/result.h"

namespace plumb::providers::mailcow {

/// The body as Mailcow will give it back: ProviderTraits::adapt. Quotas become whole MiB, upwards.
/// Errors (invalid_input) where it has no such thing: reasons to refuse mail, keys other than RSA,
/// domains without a quota.
Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body);

}  // namespace plumb::providers::mailcow
