#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "controller/import/manifest_text.h"
#include "controller/load/source.h"

namespace plumb::importing {

/// A project with files that are not written yet, and with the folders that an import is the first
/// to fill. Not thread-safe.
class Overlay final : public load::Source {
 public:
  /// `base` and `files` must outlive it.
  Overlay(load::Source& base, const std::vector<Manifest>& files);

  Result<std::vector<load::SourceFile>> list(std::string_view under_prefix) override;
  Result<std::string> read(const std::string& path) override;
  load::Revision revision() override { return base_.revision(); }

  /// What was listed and is not there yet: "domains", "profiles".
  const std::set<std::string>& missing() const { return missing_; }

 private:
  load::Source& base_;
  std::map<std::string, const std::string*> files_;
  std::set<std::string> missing_;
};

}  // namespace plumb::importing
