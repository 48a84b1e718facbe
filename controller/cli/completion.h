#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace CLI {
class App;
}

namespace plumb::cli {

/// What may stand at the cursor.
struct Candidates {
  std::vector<std::string> words;  ///< sorted; only those that begin with what is typed
  bool declarations = false;       ///< names of declarations fit here as well
  bool files = false;              ///< so do files
};

/// What fits behind `words` (the command line without the program's name; the last one is being
/// typed, and may be empty), out of the commands and options of `app`.
Candidates candidates(const CLI::App& app, std::span<const std::string> words);

/// The script by which a shell asks `plumb __complete`. Error not_found for an unknown shell.
Result<std::string> completion_script(std::string_view shell);

}  // namespace plumb::cli
