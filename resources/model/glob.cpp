#include "resources/model/glob.h"

#include "resources/model/ascii.h"

namespace plumb {

// Linear in both for each star: the last star is the only one that is ever taken back.
bool glob_matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() &&
               (glob[g] == '?' || ascii_lower(glob[g]) == ascii_lower(text[t]))) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') {
    ++g;
  }
  return g == glob.size();
}

bool label_matches(std::string_view glob, std::string_view label) {
  const auto blank = label.rfind(' ');
  if (glob.find(' ') == std::string_view::npos && blank != std::string_view::npos) {
    label = label.substr(0, blank);
  }
  return glob_matches(glob, label);
}

}  // namespace plumb
