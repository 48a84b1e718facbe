#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resources/model/desired.h"
#include "resources/model/scope.h"
#include "resources/model/table.h"
#include "resources/model/value.h"

namespace plumb {

/// What we remember of one object that is ours, besides the bytes last applied.
struct Owned {
  std::string handle;             ///< the vendor's id when we made or adopted it; may be empty
  bool made = false;              ///< true: created by us; false: adopted
  Policy policy;                  ///< as it was when last applied: `protect` outlives its manifest
  std::vector<ResourceId> needs;  ///< objects that must not be removed while this claim stands
  std::vector<Field> secret_prints;  ///< keyed fingerprints of write-only values
  std::string
      origin;  ///< "domains/example.com.yaml:14:5 at commit 3f2a91c", for explain and history
  friend bool operator==(const Owned&, const Owned&) = default;
};

/// Our claims in one scope: a table of the canonical bytes last applied (each its own mask), all
/// rows with a side.
struct ClaimedScope {
  Scope scope;
  Table table;
  std::vector<Owned> side;  ///< see Entry::side
  bool taken_over =
      false;  ///< `exclusive` is in force: we made the container, or a person took it over
};

}  // namespace plumb
