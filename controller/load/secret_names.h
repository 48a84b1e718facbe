#pragma once

#include <string_view>

namespace plumb::load {

/// Whether what stands below a member of this name is likely a password, token or key: by the words
/// in it, in any case, with or without `-` and `_`. Not for names of keys that are public.
bool sounds_secret(std::string_view name);

}  // namespace plumb::load
