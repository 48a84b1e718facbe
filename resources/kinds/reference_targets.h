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
enum class OutputType : std::uint8_t { name, text, ipv4, ipv6 };

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
  /// Something is wrong with a declaration, which has been reported: references to its outputs are
  /// right, but what they stand for is not known.
  void add_broken(std::string declaration, std::vector<Output> outputs);
  /// A declaration whose name is not known could not be read: nothing is said of references to what
  /// is not declared.
  void add_unknown() { unknown_ = true; }

  struct Target {
    ResourceId id;
    std::vector<Output> outputs;
    bool broken = false;
  };
  const Target* find(std::string_view declaration) const;

  /// The output that `reference` names; nullptr, and an error at `place`, where there is none. No
  /// error where that is not known.
  const Output* check(const Reference& reference, Place place, Diagnostics& problems) const;

 private:
  std::map<std::string, Target, std::less<>> all_;
  bool unknown_ = false;
};

}  // namespace plumb::kinds
