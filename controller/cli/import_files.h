#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "controller/import/manifest_text.h"
#include "resources/model/result.h"

namespace plumb::cli {

/// Writes the manifests of an import below `directory`, each atomically, many at a time, with the
/// folders that they need. `folders`: what the project reads and no file of the import may come to
/// lie in; git keeps no folder that is empty. Error: the first of the list that could not be
/// written; what was written stays.
Result<void> write_files(const std::filesystem::path& directory,
                         const std::vector<importing::Manifest>& files,
                         const std::set<std::string>& folders);

}  // namespace plumb::cli
