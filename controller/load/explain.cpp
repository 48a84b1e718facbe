#include "controller/load/explain.h"

#include <algorithm>

#include "controller/load/schema.h"

namespace plumb::load {
namespace {

/// A value as YAML in flow style, as short as it can be read back.
std::string as_yaml(const Value& value) {
  if (const auto* text = value.as_string()) {
    const bool plain =
        !text->empty() && text->find_first_of(":#{}[],&*!|>'\"%@`$ ") == std::string::npos;
    return plain ? *text : "\"" + *text + "\"";
  }
  if (const auto* number = value.as_int()) {
    return std::to_string(*number);
  }
  if (const auto* flag = value.as_bool()) {
    return *flag ? "true" : "false";
  }
  std::string out;
  if (const auto* list = value.as_list()) {
    for (const auto& item : *list) {
      out += (out.empty() ? "" : ", ") + as_yaml(item);
    }
    return "[" + out + "]";
  }
  if (const auto* map = value.as_map()) {
    for (const auto& field : *map) {
      out += (out.empty() ? "" : ", ") + field.name + ": " + as_yaml(field.value);
    }
    return "{" + out + "}";
  }
  return "null";
}

const Value& resolve(const Value& root, const Value& schema) {
  constexpr std::string_view kPrefix = "#/definitions/";
  const auto* ref = schema.find("$ref");
  const auto* definitions = root.find("definitions");
  if (ref == nullptr || ref->as_string() == nullptr || definitions == nullptr) {
    return schema;
  }
  const auto* found = definitions->find(ref->as_string()->substr(kPrefix.size()));
  return found != nullptr ? *found : schema;
}

std::string text_of(const Value& schema, std::string_view member) {
  const auto* found = schema.find(member);
  return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string();
}

std::span<const Value> list_of(const Value& schema, std::string_view member) {
  const auto* found = schema.find(member);
  return found != nullptr && found->as_list() != nullptr ? std::span<const Value>(*found->as_list())
                                                         : std::span<const Value>();
}

bool requires_member(const Value& schema, std::string_view name) {
  const auto required = list_of(schema, "required");
  return std::any_of(required.begin(), required.end(), [&](const Value& one) {
    return one.as_string() != nullptr && *one.as_string() == name;
  });
}

std::string one_type(const Value& root, const Value& schema, std::string_view type);

std::string type_text(const Value& root, const Value& schema) {
  const auto& rules = resolve(root, schema);
  std::vector<std::string> types;
  if (const auto* type = rules.find("type")) {
    const auto one = std::span(type, 1);
    for (const auto& name : type->as_list() != nullptr ? std::span<const Value>(*type->as_list())
                                                       : std::span<const Value>(one)) {
      if (name.as_string() != nullptr && *name.as_string() != "null") {
        types.push_back(one_type(root, rules, *name.as_string()));
      }
    }
  } else {
    for (const auto* rule : {"anyOf", "oneOf"}) {
      for (const auto& alternative : list_of(rules, rule)) {
        types.push_back(type_text(root, alternative));
      }
    }
  }
  std::string out;
  for (const auto& type : types) {
    out += (out.empty() ? "" : " or ") + type;
  }
  return out;
}

std::string one_type(const Value& root, const Value& schema, std::string_view type) {
  if (type == "array") {
    const auto* items = schema.find("items");
    return items != nullptr ? "list of " + type_text(root, *items) : "list";
  }
  if (type == "object") {
    return "map";
  }
  if (type == "boolean") {
    return "true/false";
  }
  return type == "string" ? "text" : "number";
}

/// The schema that holds the members of `schema`: itself, its items', or an alternative's.
const Value* with_members(const Value& root, const Value& schema) {
  const auto& rules = resolve(root, schema);
  if (rules.find("properties") != nullptr) {
    return &rules;
  }
  if (const auto* items = rules.find("items")) {
    return with_members(root, *items);
  }
  for (const auto* rule : {"anyOf", "oneOf"}) {
    for (const auto& alternative : list_of(rules, rule)) {
      if (const auto* found = with_members(root, alternative)) {
        return found;
      }
    }
  }
  return nullptr;
}

const Value* member_of(const Value& root, const Value& schema, std::string_view name) {
  const auto* map = with_members(root, schema);
  return map != nullptr ? map->find("properties")->find(name) : nullptr;
}

Explanation explain(const Value& root, const Value& schema, std::string path, bool required) {
  const auto& rules = resolve(root, schema);
  Explanation out;
  out.path = std::move(path);
  out.type = type_text(root, schema);
  out.description = text_of(rules, "description");
  out.required = required;
  if (const auto* value = rules.find("default")) {
    out.default_value = as_yaml(*value);
  }
  for (const auto& allowed : list_of(rules, "enum")) {
    if (!allowed.is_null()) {
      out.allowed.push_back(as_yaml(allowed));
    }
  }
  for (const auto& example : list_of(rules, "examples")) {
    out.examples.push_back(as_yaml(example));
  }
  const auto* map = with_members(root, schema);
  const auto* members = map != nullptr ? map->find("properties")->as_map() : nullptr;
  for (const auto& member :
       members != nullptr ? std::span<const Field>(*members) : std::span<const Field>()) {
    out.members.push_back({member.name,
                           type_text(root, member.value),
                           text_of(resolve(root, member.value), "description"),
                           requires_member(*map, member.name)});
  }
  return out;
}

auto no_field(const Value& root,
              const Value& schema,
              std::string_view path,
              std::string_view name) {
  std::vector<std::string_view> names;
  const auto* map = with_members(root, schema);
  if (map != nullptr && map->find("properties")->as_map() != nullptr) {
    for (const auto& member : *map->find("properties")->as_map()) {
      names.push_back(member.name);
    }
  }
  auto hint = did_you_mean(name, names);
  if (hint.empty() && !names.empty()) {
    hint = "it has";
    for (const auto one : names) {
      hint += (one == names.front() ? " " : ", ") + std::string(one);
    }
  }
  return fail(ErrorCode::not_found,
              "`" + std::string(path) + "` has no field `" + std::string(name) + "`",
              std::move(hint));
}

}  // namespace

Result<Explanation> explain_schema(std::string_view path) {
  const auto dot = path.find('.');
  PLUMB_TRY(root, schema_tree(path.substr(0, dot)));
  const Value* schema = &root;
  std::string at = text_of(root, "title");
  bool required = false;
  while (!path.empty() && path.find('.') != std::string_view::npos) {
    path.remove_prefix(path.find('.') + 1);
    const auto name = path.substr(0, path.find('.'));
    const auto* member = member_of(root, *schema, name);
    if (member == nullptr && schema == &root) {  // "Domain.dns" is short for "Domain.spec.dns"
      schema = member_of(root, root, "spec");
      at += ".spec";
      member = member_of(root, *schema, name);
    }
    if (member == nullptr) {
      return no_field(root, *schema, at, name);
    }
    required = requires_member(*with_members(root, *schema), name);
    at += "." + std::string(name);
    schema = member;
  }
  return explain(root, *schema, std::move(at), required);
}

}  // namespace plumb::load
