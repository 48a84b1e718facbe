#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/value.h"

namespace plumb::kinds {

/// The variables that are in force at one place: what `${name}` stands for. Not thread-safe while
/// it is being filled.
class Variables {
 public:
  /// Sets a variable; what was set before under its name is replaced.
  void set(std::string_view name, std::string text, Place place = {});
  /// Sets all members of a `vars` or `with` map. Members that are neither text nor number are
  /// left out (the schema has reported them).
  void set_all(const Value& map);
  /// Fills in what `others` has and this has not.
  void fall_back(const Variables& others);

  /// Something that may set variables could not be read: nothing is said of unknown ones.
  void set_incomplete() { incomplete_ = true; }

  /// Whether `name` is set.
  bool contains(std::string_view name) const { return all_.contains(name); }

  /// `text` with its variables put in. A text with references gives a Reference (where it is one
  /// reference and nothing else; then with `all`) or an Expression. Variables may hold variables
  /// and references. Unknown variables, circles and broken syntax go to `problems` at `place`;
  /// then nothing is returned.
  std::optional<Value> expand(std::string_view text, Place place, Diagnostics& problems) const;
  /// The same where references are not allowed (names of records).
  std::optional<std::string> expand_text(std::string_view text,
                                         Place place,
                                         Diagnostics& problems) const;

 private:
  struct Variable {
    std::string text;
    Place place;
  };
  class Expander;
  std::map<std::string, Variable, std::less<>> all_;
  bool incomplete_ = false;
};

}  // namespace plumb::kinds
