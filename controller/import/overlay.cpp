#include "controller/import/overlay.h"

#include <algorithm>

namespace plumb::importing {

Overlay::Overlay(load::Source& base, const std::vector<Manifest>& files) : base_(base) {
  for (const auto& file : files) {
    files_.emplace(file.path, &file.text);
  }
}

Result<std::vector<load::SourceFile>> Overlay::list(std::string_view under_prefix) {
  const auto prefix = std::string(under_prefix);
  std::vector<load::SourceFile> found;
  for (const auto& [path, text] : files_) {
    if (prefix.empty() || path == prefix || path.starts_with(prefix + "/")) {
      found.push_back({path, {}});
    }
  }
  auto there = base_.list(under_prefix);
  if (!there && prefix != "domains" && prefix != "profiles") {
    return there;
  }
  if (!there) {
    missing_.insert(prefix);
    return found;
  }
  found.insert(found.end(), there->begin(), there->end());
  std::sort(
      found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

Result<std::string> Overlay::read(const std::string& path) {
  const auto found = files_.find(path);
  return found != files_.end() ? Result<std::string>(*found->second) : base_.read(path);
}

}  // namespace plumb::importing
