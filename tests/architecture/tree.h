#pragma once

// Files of the checkout, for tests that read our own sources.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace plumb::test {

/// The root of the checkout.
inline std::filesystem::path source_root() {
  return PLUMB_SOURCE_DIR;
}

/// The octets of a file; empty where there is none.
inline std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The lines of a file, without their line ends; [0] is line 1.
inline std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

/// Every file below the given folders with one of these extensions (".h"), sorted, as paths
/// relative to the root.
inline std::vector<std::filesystem::path> files_below(std::initializer_list<const char*> folders,
                                                      const std::set<std::string>& extensions) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  for (const auto* folder : folders) {
    for (const auto& entry : fs::recursive_directory_iterator(source_root() / folder)) {
      if (entry.is_regular_file() && extensions.contains(entry.path().extension().string())) {
        files.push_back(fs::relative(entry.path(), source_root()));
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace plumb::test
