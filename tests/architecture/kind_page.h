#pragma once

// A page of docs/kinds out of the JSON Schema of a kind of documents.

#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace plumb::test {

using Json = nlohmann::ordered_json;

/// A cell of a Markdown table.
inline std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, "\\|");
  }
  return text;
}

inline std::string type_text(const Json& schema) {
  const auto word = [](const std::string& name) -> std::string {
    return name == "string"    ? "text"
           : name == "integer" ? "number"
           : name == "boolean" ? "true/false"
           : name == "array"   ? "list"
           : name == "object"  ? "map"
                               : name;
  };
  if (!schema.contains("type")) {
    return schema.contains("anyOf") || schema.contains("oneOf") ? "see below" : "";
  }
  if (schema["type"].is_string()) {
    return word(schema["type"]);
  }
  std::string text;
  for (const auto& one : schema["type"]) {
    text += (text.empty() ? "" : ", ") + word(one);
  }
  return text;
}

inline std::string code(const Json& value) {
  return "`" + (value.is_string() ? value.get<std::string>() : value.dump()) + "`";
}

inline std::string list_of(const Json& values) {
  std::string text;
  for (const auto& value : values) {
    text += (text.empty() ? "" : ", ") + code(value);
  }
  return text;
}

/// Writes the rows of all fields below a schema.
class KindPage {
 public:
  explicit KindPage(const Json& schema) : root_(schema) {}

  std::string text(std::string_view file, const std::string& example) {
    std::string page =
        "<!-- Made from schemas/" + std::string(file) +
        ".schema.json: do not edit. PLUMB_ACCEPT=1 on test_architecture rewrites it. "
        "-->\n\n";
    const std::string title = root_["title"];
    page += "# " + title + "\n\n" + std::string(root_["description"]) + "\n\n";
    page += "```yaml\n" + example + "```\n\n## Fields\n\n";
    page += "| Field | Type | What |\n|---|---|---|\n";
    fields(root_, "");
    page += rows_;
    page += "\n`plumb explain " + title + "` prints the same on a terminal, `plumb explain " +
            title + ".FIELD` one field. The schema: [schemas/" + std::string(file) +
            ".schema.json](../../schemas/" + std::string(file) + ".schema.json).\n";
    return page;
  }

 private:
  const Json& resolved(const Json& schema) const {
    if (!schema.contains("$ref")) {
      return schema;
    }
    const std::string reference = schema["$ref"];
    return root_.at(Json::json_pointer(reference.substr(1)));
  }

  void fields(const Json& schema, const std::string& prefix) {
    if (schema.contains("properties")) {
      for (const auto& [name, field] : schema["properties"].items()) {
        const bool required =
            schema.contains("required") &&
            std::find(schema["required"].begin(), schema["required"].end(), name) !=
                schema["required"].end();
        row(prefix + name, resolved(field), required);
      }
    }
    for (const auto* alternatives : {"anyOf", "oneOf"}) {
      if (schema.contains(alternatives)) {
        for (const auto& one : schema[alternatives]) {
          fields(resolved(one), prefix);
        }
      }
    }
  }

  void row(const std::string& name, const Json& field, bool required) {
    auto what = field.value("description", std::string());
    if (field.contains("enum")) {
      what += " One of " + list_of(field["enum"]) + ".";
    }
    if (field.contains("const")) {
      what += " Always " + code(field["const"]) + ".";
    }
    if (field.contains("default")) {
      what += " Default: " + code(field["default"]) + ".";
    }
    if (field.contains("examples")) {
      what += " For example " + list_of(field["examples"]) + ".";
    }
    rows_ += "| `" + name + "`" + (required ? " (required)" : "") + " | " + cell(type_text(field)) +
             " | " + cell(what) + " |\n";
    fields(field, name + ".");
    if (field.contains("items")) {
      fields(resolved(field["items"]), name + "[].");
    }
  }

  const Json& root_;
  std::string rows_;
};

}  // namespace plumb::test
