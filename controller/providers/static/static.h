#pragma once

#include <string_view>
#include <vector>

#include "controller/providers/provider.h"

namespace plumb::providers::static_servers {

/// Servers that exist already: they are what the manifests say they are. An observation shows
/// exactly what is declared (Opening::declared), with the outputs `hostname` (text), `ipv4` and
/// `ipv6` (lists of text); nothing is ever called or changed. Creates and updates are Done with the
/// same outputs, removes are Done.
ProviderType static_provider();

/// The outputs of a Server's canonical body. Lists may be empty; `hostname` is left out where the
/// body has none.
std::vector<Field> server_outputs(std::string_view body);

}  // namespace plumb::providers::static_servers
