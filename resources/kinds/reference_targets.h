#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/diagnostic.h"
#include "resources/model/scope.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// What an output is, as far as it matters where it may stand.
enum class OutputType : std::uint8_t { name, ipv4, ipv6 };

/// One output of a declaration.
struct Output {
  std::string name;
  OutputType type = OutputType::name;
  bool list = false;
  bool empty = false;  ///< a list that will have no members: known from the declaration alone
};

/// What references may point to: the declarations that have outputs. Thread-safe once filled.
class ReferenceTargets {
 public:
  /// `declaration` is "Server/mx1".
  void add(std::string declaration, ResourceId id, std::vector<Output> outputs);

  struct Target {
    ResourceId id;
    std::vector<Output> outputs;
  };
  const Target* find(std::string_view declaration) const;

  /// The output that `reference` names; nullptr, and an error at `place`, where there is none.
  const Output* check(const Reference& reference, Place place, Diagnostics& problems) const;

 private:
  std::map<std::string, Target, std::less<>> all_;
};

}  // namespace plumb::kinds
