#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/place.h"
#include "resources/model/value.h"
#include "resources/values/record_type.h"

namespace plumb::mail {

/// One value that a builder puts into one record set.
struct MadeRecord {
  std::string owner;  ///< relative to the domain, "@" is the apex, canonical
  values::RecordType type{};
  /// Canonical text (TXT: the text itself); or a Reference, or an Expression whose literal parts
  /// are canonical, where a value comes from what another resource makes.
  Value value;
  std::string made_by;  ///< which member and rule made it: "mail.spf (RFC 7208)"
  Place place;          ///< of the member that asked for it
};

}  // namespace plumb::mail
