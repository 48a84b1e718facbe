#pragma once

#include <stop_token>

#include "controller/cli/workspace.h"
#include "controller/verify/zone.h"

namespace plumb::cli {

/// The zones that the manifests declare, as `plumb verify` compares them with the world. Values
/// that other resources give are those that are known: of declared servers, else as last stored.
/// `store` null: nothing counts as applied. No provider with credentials is opened.
Result<verify::Declared> declared_zones(Workspace& workspace,
                                        const load::Loaded& loaded,
                                        const state::Store* store,
                                        std::stop_token stop);

}  // namespace plumb::cli
