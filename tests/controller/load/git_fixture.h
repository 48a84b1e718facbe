#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/temp_dir.h"

namespace plumb::test {

/// A git repository in a folder of its own, made by the git command with an author of its own and
/// without anybody's configuration. Its branch is `main`.
class GitRepository {
 public:
  GitRepository();

  const TempDir& dir() const { return dir_; }
  const std::filesystem::path& path() const { return dir_.path(); }
  /// Runs `git <arguments>` in it and returns what it prints, without final line feeds; a failure
  /// is a failed expectation.
  std::string run(std::string_view arguments) const;
  /// Commits everything; returns the commit's id.
  std::string commit_all(std::string_view message) const;

 private:
  TempDir dir_;
};

}  // namespace plumb::test
