#include <algorithm>

#include "controller/cli/commands.h"

namespace plumb::cli {

std::vector<std::string> declared_names(Workspace& workspace, const std::string& typed) {
  std::vector<std::string> names;
  const auto loaded = workspace.load();
  if (!loaded) {
    return names;
  }
  const auto add = [&](std::string name) {
    if (name.starts_with(typed)) {
      names.push_back(std::move(name));
    }
  };
  for (const auto& declared : (*loaded)->declared) {
    if (declared.kind == "Domain") {
      add(declared.name);
    }
    add(declared.kind + "/" + declared.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace plumb::cli
