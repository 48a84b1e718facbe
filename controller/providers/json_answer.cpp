#include "controller/providers/json_answer.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace plumb::providers {

using Json = nlohmann::json;

const Json* member(const Json& of, const char* name) {
  if (!of.is_object()) {
    return nullptr;
  }
  const auto found = of.find(name);
  return found == of.end() || found->is_null() ? nullptr : &*found;
}

const std::string* text_in(const Json& of, const char* name) {
  const auto* value = member(of, name);
  return value != nullptr && value->is_string() ? &value->get_ref<const std::string&>() : nullptr;
}

std::optional<std::uint64_t> number_in(const Json& of, const char* name) {
  const auto* value = member(of, name);
  constexpr double kMost = 9e15;  // what a double holds exactly
  if (value == nullptr || !value->is_number() || !(value->get<double>() >= 0) ||
      value->get<double>() > kMost) {
    return std::nullopt;
  }
  return value->get<std::uint64_t>();
}

bool flag_in(const Json& of, const char* name) {
  const auto* value = member(of, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

Error lacking(std::string_view whence, std::string_view field, std::string_view vendor) {
  return {.code = ErrorCode::internal,
          .message = fmt::format(
              "{}: field {} of the answer is missing or of another type", whence, field),
          .hint = fmt::format("check that this provider's endpoint is the API of {}", vendor)};
}

}  // namespace plumb::providers
