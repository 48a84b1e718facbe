#include "resources/rules/tag_list.h"

#include <algorithm>

#include "resources/model/ascii.h"
#include "resources/values/quoted.h"

namespace plumb::rules {

std::vector<std::string_view> split_list(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end), kFoldingBlanks));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

const Tag* TagList::find(std::string_view name) const {
  const auto found =
      std::find_if(tags.begin(), tags.end(), [&](const Tag& tag) { return tag.name == name; });
  return found == tags.end() ? nullptr : &*found;
}

TagList parse_tags(std::string_view octets) {
  TagList list;
  // One empty part is the allowed semicolon at the end; the others are slips.
  auto parts = split_list(octets, ';');
  if (parts.back().empty()) {
    parts.pop_back();
  }
  for (const auto part : parts) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      list.fault = part.empty() ? "there are two semicolons in a row"
                                : values::quoted(part) + " is no tag=value";
      continue;
    }
    const Tag tag{trimmed(part.substr(0, equals), kFoldingBlanks),
                  trimmed(part.substr(equals + 1), kFoldingBlanks)};
    if (list.find(tag.name) != nullptr) {
      list.fault = "tag " + values::quoted(tag.name) + " stands twice";
    }
    if (list.tags.size() < 64) {
      list.tags.push_back(tag);
    }
  }
  return list;
}

}  // namespace plumb::rules
