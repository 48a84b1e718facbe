#include "resources/model/place.h"

#include <algorithm>

namespace plumb {

std::strong_ordering operator<=>(const Place& a, const Place& b) {
  if (a.file != b.file) {
    return a.file <=> b.file;
  }
  if (a.line != b.line) {
    return std::uint32_t{a.line} <=> std::uint32_t{b.line};
  }
  return std::uint32_t{a.column} <=> std::uint32_t{b.column};
}

Place place_at(std::uint32_t file, std::size_t line, std::size_t column) {
  constexpr std::size_t kMaxLine = (1U << 20U) - 1;
  constexpr std::size_t kMaxColumn = (1U << 12U) - 1;
  Place place;
  place.file = file;
  place.line = static_cast<std::uint32_t>(std::min(line, kMaxLine)) & kMaxLine;
  place.column = static_cast<std::uint32_t>(std::min(column, kMaxColumn)) & kMaxColumn;
  return place;
}

std::uint32_t Files::intern(std::string_view path) {
  const auto [found, inserted] =
      numbers_.try_emplace(std::string(path), static_cast<std::uint32_t>(paths_.size() + 1));
  if (inserted) {
    paths_.emplace_back(path);
  }
  return found->second;
}

const std::string& Files::path(std::uint32_t file) const {
  static const std::string kNowhere;
  return file == 0 || file > paths_.size() ? kNowhere : paths_[file - 1];
}

std::string Files::text(const Place& place) const {
  if (!place.known()) {
    return {};
  }
  return path(place.file) + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

}  // namespace plumb
