#include "resources/model/kind.h"

#include <algorithm>

#include "resources/model/cbor.h"
#include "resources/model/check.h"

namespace plumb {

const FieldRule* Kind::field(std::uint8_t number) const {
  const auto found = std::find_if(
      fields.begin(), fields.end(), [&](const FieldRule& rule) { return rule.number == number; });
  return found == fields.end() ? nullptr : &*found;
}

const Kind& Catalog::of(KindId id) const {
  const auto* kind = find(id);
  PLUMB_CHECK(kind != nullptr);
  return *kind;
}

const Kind* Catalog::find(KindId id) const {
  const auto found =
      std::find_if(kinds_.begin(), kinds_.end(), [&](const Kind& kind) { return kind.id == id; });
  return found == kinds_.end() ? nullptr : &*found;
}

const Kind* Catalog::find(std::string_view name) const {
  const auto found = std::find_if(
      kinds_.begin(), kinds_.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == kinds_.end() ? nullptr : &*found;
}

Result<Value> body_tree(const Kind& kind, std::string_view body) {
  Value::Map fields;
  for (const auto number : cbor::field_numbers(body)) {
    const auto* rule = kind.field(number);
    const auto bytes = cbor::field(body, number);
    if (rule == nullptr || !bytes) {
      continue;
    }
    PLUMB_TRY(content, cbor::decode(*bytes));
    fields.push_back({std::string(rule->name), std::move(content)});
  }
  return Value{std::move(fields), {}};
}

}  // namespace plumb
