#include "resources/kinds/merge.h"

#include <algorithm>

#include "resources/model/mistakes.h"

namespace plumb::kinds {
namespace {

Field* find_field(Value::Map& map, std::string_view name) {
  const auto found =
      std::find_if(map.begin(), map.end(), [&](const Field& field) { return field.name == name; });
  return found == map.end() ? nullptr : &*found;
}

bool appends(const Field& field) {
  return field.name.size() > 1 && field.name.ends_with('+');
}

void append(Value::Map& base, const Field& field, Diagnostics& problems) {
  const auto name = field.name.substr(0, field.name.size() - 1);
  const auto* added = field.value.as_list();
  auto* present = find_field(base, name);
  if (added == nullptr || (present != nullptr && present->value.as_list() == nullptr)) {
    problems.error(field.place,
                   Mistake::no_list_to_append,
                   "`" + field.name + "` appends a list, but " +
                       (added == nullptr ? "it is " + std::string(type_name(field.value))
                                         : "`" + name + "` is no list"),
                   "write `" + name + ":` to replace it");
    return;
  }
  if (present == nullptr) {
    base.push_back({name, field.value, field.place});
    return;
  }
  auto& list = std::get<Value::List>(present->value.data);
  list.insert(list.end(), added->begin(), added->end());
}

void put(Value::Map& base, const Field& field, Diagnostics& problems) {
  auto* present = find_field(base, field.name);
  if (field.value.is_null()) {
    std::erase_if(base, [&](const Field& other) { return other.name == field.name; });
  } else if (present == nullptr) {
    // Laid on nothing rather than copied, so that `key+` and null below it mean the same as ever.
    base.push_back({field.name, merge(Value{}, field.value, problems), field.place});
  } else {
    present->value = merge(std::move(present->value), field.value, problems);
    present->place = field.place;
  }
}

enum class MailForm { none, alias, full };

MailForm form_of(const Value& mail) {
  const auto* none = mail.find("none");
  if (none != nullptr && none->as_bool() != nullptr && *none->as_bool()) {
    return MailForm::none;
  }
  return mail.find("aliasOf") != nullptr ? MailForm::alias : MailForm::full;
}

}  // namespace

Value merge(Value base, const Value& over, Diagnostics& problems) {
  const auto* fields = over.as_map();
  if (fields == nullptr) {
    return over;
  }
  if (base.as_map() == nullptr) {
    base.data = Value::Map();
  }
  base.place = over.place;
  auto& map = std::get<Value::Map>(base.data);
  // Two passes: `key` replaces before `key+` of the same block appends, however they are ordered.
  for (const auto& field : *fields) {
    if (!appends(field)) {
      put(map, field, problems);
    }
  }
  for (const auto& field : *fields) {
    if (appends(field)) {
      append(map, field, problems);
    }
  }
  return base;
}

Value merge_mail(Value base, const Value& over, Diagnostics& problems) {
  const bool alternatives = form_of(base) != form_of(over) || form_of(over) != MailForm::full;
  return merge(alternatives ? Value{} : std::move(base), over, problems);
}

}  // namespace plumb::kinds
