#include "resources/model/value.h"

#include <algorithm>

namespace plumb {

const Value* Value::find(std::string_view name) const {
  const auto* map = as_map();
  if (map == nullptr) {
    return nullptr;
  }
  const auto found = std::find_if(
      map->begin(), map->end(), [&](const Field& field) { return field.name == name; });
  return found == map->end() ? nullptr : &found->value;
}

bool Value::has_references() const {
  if (std::holds_alternative<Reference>(data) || std::holds_alternative<Expression>(data)) {
    return true;
  }
  if (const auto* list = as_list()) {
    return std::any_of(
        list->begin(), list->end(), [](const Value& v) { return v.has_references(); });
  }
  if (const auto* map = as_map()) {
    return std::any_of(
        map->begin(), map->end(), [](const Field& f) { return f.value.has_references(); });
  }
  return false;
}

std::string_view type_name(const Value& value) {
  struct Names {
    std::string_view operator()(std::monostate) const { return "nothing"; }
    std::string_view operator()(bool) const { return "true/false"; }
    std::string_view operator()(std::int64_t) const { return "a number"; }
    std::string_view operator()(const std::string&) const { return "text"; }
    std::string_view operator()(const Value::List&) const { return "a list"; }
    std::string_view operator()(const Value::Map&) const { return "a map"; }
    std::string_view operator()(const Reference&) const { return "a reference"; }
    std::string_view operator()(const SecretRef&) const { return "a secret"; }
    std::string_view operator()(const Expression&) const { return "text with references"; }
  };
  return std::visit(Names{}, value.data);
}

}  // namespace plumb
