#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "resources/model/place.h"

namespace plumb {

/// A value that another resource will produce: `${Server/mx1:ipv4}`. Its own type, so that it
/// cannot be compared or printed as if it were a string.
struct Reference {
  std::string target;  ///< "Server/mx1": kind of the declaration and its name
  std::string output;  ///< "ipv4"
  bool all = false;    ///< every member of a list output, not just its first
  friend bool operator==(const Reference&, const Reference&) = default;
};

/// Where a secret is to be had; never the secret itself.
struct SecretRef {
  std::string source;   ///< "env" | "file" | "exec" | "sealed"
  std::string locator;  ///< the variable, path or command (exec: arguments joined by NUL)
  friend bool operator==(const SecretRef&, const SecretRef&) = default;
};

struct Field;
struct Value;

/// A string with references in it: literal texts and References in the order in which they are
/// joined.
struct Expression {
  std::vector<Value> parts;
  friend bool operator==(const Expression&, const Expression&);
};

/// One node of a small tree at a border: a document, a `records` item, an answer of a vendor, a
/// line of output. Never held per resource. Maps keep the order in which they were written; names
/// are unique.
struct Value {
  using List = std::vector<Value>;
  using Map = std::vector<Field>;
  std::variant<std::monostate,
               bool,
               std::int64_t,
               std::string,
               List,
               Map,
               Reference,
               SecretRef,
               Expression>
      data;
  Place place;  ///< where it was written; not part of equality

  bool is_null() const { return std::holds_alternative<std::monostate>(data); }
  const bool* as_bool() const { return std::get_if<bool>(&data); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data); }
  const std::string* as_string() const { return std::get_if<std::string>(&data); }
  const List* as_list() const { return std::get_if<List>(&data); }
  const Map* as_map() const { return std::get_if<Map>(&data); }
  /// The member called `name` of a map; nullptr where there is none or this is no map.
  const Value* find(std::string_view name) const;
  /// Whether a Reference or an Expression stands anywhere below.
  bool has_references() const;

  friend bool operator==(const Value& a, const Value& b);
};

/// One named member of a map.
struct Field {
  std::string name;
  Value value;
  Place place = {};  ///< where the name was written; not part of equality
  friend bool operator==(const Field& a, const Field& b) {
    return a.name == b.name && a.value == b.value;
  }
};

inline bool operator==(const Value& a, const Value& b) {
  return a.data == b.data;
}

inline bool operator==(const Expression& a, const Expression& b) {
  return a.parts == b.parts;
}

/// "text", "number", "list"... as errors call what was written.
std::string_view type_name(const Value& value);

}  // namespace plumb
