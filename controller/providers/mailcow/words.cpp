#include "controller/providers/mailcow/words.h"

#include <algorithm>

namespace plumb::providers::mailcow {

std::vector<std::string> split_targets(std::string_view to) {
  std::vector<std::string> targets;
  while (!to.empty()) {
    const auto end = std::min(to.find(','), to.size());
    if (end != 0) {
      targets.emplace_back(to.substr(0, end));
    }
    to.remove_prefix(std::min(end + 1, to.size()));
  }
  return targets;
}

std::string_view without_dot(std::string_view container) {
  return container.ends_with('.') ? container.substr(0, container.size() - 1) : container;
}

}  // namespace plumb::providers::mailcow
