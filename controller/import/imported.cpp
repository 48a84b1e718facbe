#include "controller/import/imported.h"

#include <algorithm>

namespace plumb::importing {

std::optional<std::uint32_t> usual_ttl(const std::vector<ImportedSet>& sets) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const auto& set : sets) {
    if (set.ttl) {
      ++counts[*set.ttl];
    }
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      });
  return most == counts.end() ? std::nullopt : std::optional(most->first);
}

}  // namespace plumb::importing
