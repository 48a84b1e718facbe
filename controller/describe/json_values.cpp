#include "controller/describe/json_values.h"

#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"

namespace plumb::describe {
namespace {

struct ToJson {
  nlohmann::json operator()(std::monostate) const { return nullptr; }
  nlohmann::json operator()(bool flag) const { return flag; }
  nlohmann::json operator()(std::int64_t number) const { return number; }
  nlohmann::json operator()(const std::string& text) const { return printable(text); }
  nlohmann::json operator()(const Value::List& list) const {
    auto out = nlohmann::json::array();
    for (const auto& item : list) {
      out.push_back(to_json(item));
    }
    return out;
  }
  nlohmann::json operator()(const Value::Map& map) const {
    auto out = nlohmann::json::object();
    for (const auto& field : map) {
      out[printable(field.name)] = to_json(field.value);
    }
    return out;
  }
  nlohmann::json operator()(const Reference& reference) const { return reference_text(reference); }
  nlohmann::json operator()(const SecretRef& secret) const { return {{"secret", secret.source}}; }
  nlohmann::json operator()(const Expression& expression) const {
    std::string text;
    for (const auto& part : expression.parts) {
      const auto* literal = part.as_string();
      const auto* reference = std::get_if<Reference>(&part.data);
      text += literal != nullptr     ? printable(*literal)
              : reference != nullptr ? reference_text(*reference)
                                     : "";
    }
    return text;
  }
};

}  // namespace

std::string reference_text(const Reference& reference) {
  return "${" + reference.target + ":" + reference.output + "}";
}

std::string json_text(const nlohmann::json& document, int indent) {
  return document.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json to_json(const Value& value) {
  return std::visit(ToJson{}, value.data);
}

nlohmann::json body_json(const Kind& kind, std::string_view body) {
  if (body.empty()) {
    return nullptr;
  }
  const auto tree = body_tree(kind, body);
  return tree ? to_json(*tree) : nlohmann::json(nullptr);
}

}  // namespace plumb::describe
