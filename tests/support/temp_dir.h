#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace plumb::test {

/// A fresh folder that is gone when this is.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the folder, with the folders it needs; returns its path.
  std::filesystem::path write(std::string_view name, std::string_view content) const;
  /// The content of a file below the folder; empty where there is none.
  std::string read(std::string_view name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace plumb::test
