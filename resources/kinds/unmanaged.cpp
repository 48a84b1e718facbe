#include "resources/kinds/unmanaged.h"

#include "resources/model/glob.h"

namespace plumb::kinds {

bool covers(std::string_view glob, std::string_view owner, std::string_view type) {
  const auto space = glob.find(' ');
  if (space == std::string_view::npos) {
    return glob_matches(glob, owner);
  }
  return glob_matches(glob.substr(0, space), owner) && glob_matches(glob.substr(space + 1), type);
}

}  // namespace plumb::kinds
