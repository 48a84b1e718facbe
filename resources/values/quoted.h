#pragma once

#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::values {

/// `text` in single quotes, as error messages show what was written: shortened to about 60 octets,
/// control octets as \DDD.
std::string quoted(std::string_view text);

/// A failure of code invalid_input.
inline auto invalid(std::string message, std::string hint = {}) {
  return fail(ErrorCode::invalid_input, std::move(message), std::move(hint));
}

}  // namespace plumb::values
