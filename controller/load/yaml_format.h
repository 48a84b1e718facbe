#pragma once

#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::load {

/// A manifest file in the one form that `plumb fmt` gives it: two blanks of indentation, lists
/// below their key, one blank behind `:`, `,` and `-`, none inside of braces, at most one empty
/// line, no blanks at the ends of lines. Comments, quotes, the order of keys and the breaks of
/// lines stay. What the file says stays too: it is read before and after, and compared. Idempotent.
/// Error invalid_input where the file cannot be read ("<name>:<line>:<column>: ..."), or is written
/// in a way that cannot be moved safely.
Result<std::string> format_yaml(std::string_view text, std::string_view name);

}  // namespace plumb::load
