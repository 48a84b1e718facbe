#include "resources/kinds/resource_kinds.h"

#include <array>

#include "resources/kinds/rrset.h"

namespace plumb::kinds {

std::span<const Kind> resource_kinds() {
  static const std::array kKinds{zone_kind(), rrset_kind(), server_kind()};
  return kKinds;
}

}  // namespace plumb::kinds
