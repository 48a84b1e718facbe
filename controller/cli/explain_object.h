#pragma once

#include <string>

#include "controller/cli/passes.h"

namespace plumb::cli {

/// Why a declaration or a resource is as it is: its line and commit, what made it, its claim and
/// its last changes. `object` as parse_object() gives it. Errors: nobody declares or remembers it,
/// with "did you mean".
Result<std::string> explain_object(Workspace& workspace, const ObjectName& object);

}  // namespace plumb::cli
