// What a plain word of YAML stands for.

#include <algorithm>
#include <charconv>

#include "controller/load/yaml_builder.h"
#include "controller/load/yaml_reader.h"

namespace plumb::load {
namespace {

/// Whether the text has the one form in which we read and write integers.
bool is_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  const auto digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || (digits[0] == '0' && (digits.size() > 1 || negative))) {
    return false;
  }
  return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_hole(const Value& value) {
  const auto* expression = std::get_if<Expression>(&value.data);
  return expression != nullptr && expression->parts.empty();
}

Value typed_scalar(std::string_view text, Place place) {
  if (text == "true" || text == "false") {
    return {text == "true", place};
  }
  if (text.empty() || text == "null" || text == "~") {
    return {std::monostate{}, place};
  }
  std::int64_t number = 0;
  if (is_decimal(text) &&
      std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{}) {
    return {number, place};
  }
  return {std::string(text), place};
}

}  // namespace plumb::load
