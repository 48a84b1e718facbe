#include "resources/kinds/unmanaged.h"

#include <string>

namespace plumb::kinds {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Linear in practice: on a mismatch only the last `*` is widened.
bool matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      star_text = t;
    } else if (g < glob.size() && (glob[g] == '?' || lower(glob[g]) == lower(text[t]))) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') {
    ++g;
  }
  return g == glob.size();
}

}  // namespace

bool covers(std::string_view glob, std::string_view owner, std::string_view type) {
  const auto space = glob.find(' ');
  if (space == std::string_view::npos) {
    return matches(glob, owner);
  }
  return matches(glob.substr(0, space), owner) && matches(glob.substr(space + 1), type);
}

}  // namespace plumb::kinds
