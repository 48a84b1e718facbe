#pragma once

#include "controller/cli/exit_code.h"
#include "controller/reconcile/roster.h"

namespace plumb::cli {

/// How a run ends that came to `code`: as partly applied where a server may not know what is
/// written, which is said then, unless something worse happened. `tell`: what earlier runs owe is
/// told first; last of all, since it may wait for a run that is at work.
ExitCode code_with_owed(const reconcile::Roster& roster, bool tell, ExitCode code);

}  // namespace plumb::cli
