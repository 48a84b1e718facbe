#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace plumb {

/// Where something was written: a file of a `Files` table, line and column from 1 (column in
/// octets). `file` 0 means nowhere: made by us, not written by a person.
struct Place {
  std::uint32_t file = 0;
  std::uint32_t line : 20 = 0;
  std::uint32_t column : 12 = 0;

  bool known() const { return file != 0; }
  friend bool operator==(const Place&, const Place&) = default;
  friend std::strong_ordering operator<=>(const Place& a, const Place& b);
};

/// Makes a Place; lines and columns beyond what it can hold are clamped.
Place place_at(std::uint32_t file, std::size_t line, std::size_t column);

/// The names of the files that Places point into, each path once. Not thread-safe.
class Files {
 public:
  /// The number (from 1) of `path`, relative to the project's root.
  std::uint32_t intern(std::string_view path);
  /// The path behind a number; empty for 0.
  const std::string& path(std::uint32_t file) const;
  /// "domains/example.com.yaml:14:13"; empty for an unknown place.
  std::string text(const Place& place) const;
  std::size_t size() const { return paths_.size(); }

 private:
  std::vector<std::string> paths_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace plumb
