#pragma once

#include <span>
#include <string>
#include <string_view>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers {

/// Reports each member of `settings` (a map; anything else has none) that is not among `known`, at
/// its place and with the name that may have been meant. `of`: "a powerdns provider".
void check_setting_names(const Value& settings,
                         std::span<const std::string_view> known,
                         std::string_view of,
                         Diagnostics& problems);

/// Reads `endpoint`, the address of an API, into `into`, without final slash; left out, that stays
/// what it is. Plain http is for this machine alone.
void read_endpoint(const Value& spec, std::string& into, Diagnostics& problems);

/// Reads `auth.token`, which says where the token is. `of`: "a cloudflare provider"; `example`: the
/// variable of the environment that hints name.
void read_token(const Value& spec,
                std::string_view of,
                std::string_view example,
                SecretRef& into,
                Diagnostics& problems);

/// A path as accounts and messages show it: "./zones/" is "zones". The file system is not asked.
std::string tidy_path(std::string_view written);

/// Why a provider cannot be opened: the first of `problems`. Requires: there are some.
Error cannot_open(std::string_view provider, const Diagnostics& problems);

}  // namespace plumb::providers
