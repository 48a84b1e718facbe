#pragma once

#include "controller/cli/workspace.h"

namespace plumb::cli {

/// Reads the command line, runs the command, prints what went wrong. The exit code of the process.
int run(int argc, char** argv, const Parts& parts);

}  // namespace plumb::cli
