#pragma once

#include "controller/cli/passes.h"

namespace plumb::cli {

/// Has the servers told of what earlier runs have written, where they may not know it.
void tell_servers(const Planned& planned, const std::stop_token& stop);

/// How a run ends that came to `code`: as partly applied where a server may not know what is
/// written, which is said then, unless something worse happened.
ExitCode code_with_owed(Workspace& workspace, const load::Loaded& loaded, ExitCode code);

}  // namespace plumb::cli
