#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resources/model/scope.h"
#include "resources/model/table.h"
#include "resources/model/value.h"

namespace plumb {

/// How an observation went. A scope that could not be read has no ObservedScope at all, or
/// `unread`.
enum class Reading : std::uint8_t {
  unread,
  missing,  ///< the container does not exist (yet)
  read,
};

/// What the vendor says of one row besides its body.
struct Seen {
  std::string handle;          ///< the vendor's own id; empty where it has none
  std::string opaque_because;  ///< why an opaque row cannot be represented
  std::vector<Field> outputs;  ///< "ipv4": list of text, ...
};

/// One scope as it is at the vendor: whole, never reduced to what is desired. Immutable once
/// published.
struct ObservedScope {
  Scope scope;
  Reading reading = Reading::unread;
  Table table;
  std::vector<Seen> side;  ///< see Entry::side
  /// What stands where the vendor lets people say whose the container is; an owner_mark, or
  /// anybody's text.
  std::string owner;
  /// Owner marks of others that stand there besides, where the vendor has a place for one at each
  /// object.
  std::vector<std::string> further_owners;
  std::string
      fingerprint;  ///< the change token, read BEFORE the listing; empty where the vendor has none
};

}  // namespace plumb
