#include "resources/model/references.h"

namespace plumb {

void collect_references(const Value& value, std::vector<std::string>& targets) {
  if (const auto* reference = std::get_if<Reference>(&value.data)) {
    targets.push_back(reference->target);
  } else if (const auto* expression = std::get_if<Expression>(&value.data)) {
    for (const auto& part : expression->parts) {
      collect_references(part, targets);
    }
  } else if (const auto* list = value.as_list()) {
    for (const auto& item : *list) {
      collect_references(item, targets);
    }
  } else if (const auto* map = value.as_map()) {
    for (const auto& field : *map) {
      collect_references(field.value, targets);
    }
  }
}

}  // namespace plumb
