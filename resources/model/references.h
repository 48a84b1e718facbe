#pragma once

#include <string>
#include <vector>

#include "resources/model/value.h"

namespace plumb {

/// Adds the targets of all References that stand anywhere in `value`, in their order and as often
/// as they stand there: "Server/mx1".
void collect_references(const Value& value, std::vector<std::string>& targets);

}  // namespace plumb
