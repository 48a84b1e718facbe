// The reasons why a document is not as its schema wants it, in words and with their places. The
// verdict is the validator's; this walks document and schema side by side to say why.

#include <algorithm>
#include <functional>

#include "controller/load/schema.h"
#include "controller/load/yaml_reader.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

std::string type_words(std::string_view type) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"string", "text"},
      {"integer", "a number"},
      {"number", "a number"},
      {"boolean", "true or false"},
      {"array", "a list"},
      {"object", "a map"},
      {"null", "null"},
  };
  for (const auto& [name, words] : kWords) {
    if (name == type) {
      return std::string(words);
    }
  }
  return std::string(type);
}

bool has_type(const Value& value, std::string_view type) {
  return (type == "string" && value.as_string() != nullptr) ||
         ((type == "integer" || type == "number") && value.as_int() != nullptr) ||
         (type == "boolean" && value.as_bool() != nullptr) ||
         (type == "array" && value.as_list() != nullptr) ||
         (type == "object" && value.as_map() != nullptr) || (type == "null" && value.is_null());
}

std::vector<std::string_view> texts_of(const Value* list) {
  std::vector<std::string_view> texts;
  if (list == nullptr) {
    return texts;
  }
  if (const auto* one = list->as_string()) {
    texts.push_back(*one);
  }
  const auto* items = list->as_list();
  for (const auto& item :
       items != nullptr ? std::span<const Value>(*items) : std::span<const Value>()) {
    if (const auto* text = item.as_string()) {
      texts.push_back(*text);
    }
  }
  return texts;
}

std::string joined(const std::vector<std::string_view>& words,
                   std::string_view last,
                   const std::function<std::string(std::string_view)>& shown) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      out += i + 1 == words.size() ? " " + std::string(last) + " " : ", ";
    }
    out += shown(words[i]);
  }
  return out;
}

std::string in_ticks(std::string_view word) {
  return "`" + std::string(word) + "`";
}

class Walker {
 public:
  Walker(const Value& root, Diagnostics& problems, std::vector<const void*>& rejected)
      : root_(root), problems_(problems), rejected_(rejected) {}

  void walk(const Value& schema, const Value& value, std::string_view name) {
    const auto& rules = resolve(schema);
    if (is_hole(value)) {
      return;
    }
    if (!check_type(rules, value, name) || !check_enum(rules, value, name)) {
      return;
    }
    check_alternatives(rules, value, name);
    check_limits(rules, value, name);
    if (const auto* map = value.as_map()) {
      check_members(rules, value, *map, name);
    }
    const auto* items = rules.find("items");
    if (const auto* list = value.as_list(); list != nullptr && items != nullptr) {
      for (const auto& item : *list) {
        walk(*items, item, name);
      }
    }
  }

 private:
  const Value& resolve(const Value& schema) const {
    const auto* ref = schema.find("$ref");
    constexpr std::string_view kPrefix = "#/definitions/";
    if (ref == nullptr || ref->as_string() == nullptr) {
      return schema;
    }
    const auto* definitions = root_.find("definitions");
    const auto* found = definitions != nullptr
                            ? definitions->find(ref->as_string()->substr(kPrefix.size()))
                            : nullptr;
    return found != nullptr ? *found : schema;
  }

  /// `value` is to blame.
  void reject(const Value& value, Mistake mistake, std::string message, std::string hint = {}) {
    rejected_.push_back(&value);
    problems_.error(value.place, mistake, std::move(message), std::move(hint));
  }

  bool check_type(const Value& rules, const Value& value, std::string_view name) {
    auto types = texts_of(rules.find("type"));
    if (types.empty() ||
        std::any_of(types.begin(), types.end(), [&](auto type) { return has_type(value, type); })) {
      return true;
    }
    std::erase(types, std::string_view("null"));
    reject(value,
           Mistake::wrong_type,
           in_ticks(name) + " must be " + joined(types, "or", type_words) + ", not " +
               std::string(type_name(value)),
           types.front() == "string" && value.as_map() == nullptr && value.as_list() == nullptr &&
                   !value.is_null()
               ? "put it in quotes"
           : types.front() == "boolean" && value.as_string() != nullptr
               ? "write true or false, without quotes"
               : "");
    return false;
  }

  bool check_enum(const Value& rules, const Value& value, std::string_view name) {
    const auto* list = rules.find("enum");
    const auto* only = rules.find("const");
    if (list == nullptr && only == nullptr) {
      return true;
    }
    const auto& allowed =
        list != nullptr ? std::span<const Value>(*list->as_list()) : std::span(only, 1);
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) {
      return true;
    }
    const auto words = texts_of(list != nullptr ? list : only);
    const auto* text = value.as_string();
    auto hint = text == nullptr ? std::string()
                : text->find("${") != std::string::npos
                    ? "a variable cannot choose here: write the word, or override it in the Domain"
                    : did_you_mean(*text, words);
    reject(value,
           Mistake::unknown_choice,
           in_ticks(name) + " must be " + joined(words, "or", in_ticks) +
               (text != nullptr ? ", not " + in_ticks(*text) : ""),
           std::move(hint));
    return false;
  }

  void check_limits(const Value& rules, const Value& value, std::string_view name) {
    const auto limit = [&](std::string_view rule) {
      const auto* found = rules.find(rule);
      return found != nullptr ? found->as_int() : nullptr;
    };
    if (const auto* number = value.as_int()) {
      const auto* low = limit("minimum");
      const auto* high = limit("maximum");
      if (low != nullptr && *number < *low) {
        reject(value,
               Mistake::out_of_range,
               in_ticks(name) + " must be at least " + std::to_string(*low));
      }
      if (high != nullptr && *number > *high) {
        reject(value,
               Mistake::out_of_range,
               in_ticks(name) + " must be at most " + std::to_string(*high));
      }
    }
    const auto* shortest = limit("minLength");
    const auto* fewest = limit("minItems");
    const auto* text = value.as_string();
    const auto* list = value.as_list();
    if ((shortest != nullptr && text != nullptr && text->empty()) ||
        (fewest != nullptr && list != nullptr && list->empty())) {
      reject(value, Mistake::empty_value, in_ticks(name) + " is empty");
    }
  }

  void check_members(const Value& rules,
                     const Value& value,
                     const Value::Map& map,
                     std::string_view name) {
    const auto* properties = rules.find("properties");
    const auto* others = rules.find("additionalProperties");
    for (const auto& field : map) {
      const auto* known = properties != nullptr ? properties->find(field.name) : nullptr;
      if (known != nullptr) {
        walk(*known, field.value, field.name);
      } else if (others != nullptr && others->as_map() != nullptr) {
        walk(*others, field.value, field.name);
      } else if (others != nullptr && others->as_bool() != nullptr && !*others->as_bool()) {
        unknown(field, properties);
      }
    }
    for (const auto required : texts_of(rules.find("required"))) {
      if (value.find(required) == nullptr && !is_misspelt(rules, map, required)) {
        problems_.error(
            value.place, Mistake::missing_field, in_ticks(name) + " needs " + in_ticks(required));
      }
    }
  }

  static std::vector<std::string_view> names_of(const Value* properties) {
    std::vector<std::string_view> names;
    const auto* map = properties != nullptr ? properties->as_map() : nullptr;
    if (map != nullptr) {
      for (const auto& property : *map) {
        names.push_back(property.name);
      }
    }
    return names;
  }

  /// Whether an unknown member of `map` was meant to be `required`: one mistake is one message.
  static bool is_misspelt(const Value& rules, const Value::Map& map, std::string_view required) {
    constexpr std::size_t kFew = 64;
    const auto* properties = rules.find("properties");
    const auto names = names_of(properties);
    return map.size() <= kFew && std::any_of(map.begin(), map.end(), [&](const Field& field) {
             return std::find(names.begin(), names.end(), field.name) == names.end() &&
                    nearest(field.name, names) == required;
           });
  }

  void unknown(const Field& field, const Value* properties) {
    const auto names = names_of(properties);
    rejected_.push_back(&field);
    auto hint = did_you_mean(field.name, names);
    problems_.error(
        field.place,
        Mistake::unknown_field,
        "unknown field " + in_ticks(field.name),
        !hint.empty() || names.size() > 12 || names.empty()
            ? std::move(hint)
            : "known here: " + joined(names, "and", [](auto n) { return std::string(n); }));
  }

  void check_alternatives(const Value& rules, const Value& value, std::string_view name) {
    for (const auto* rule : {"anyOf", "oneOf"}) {
      const auto* alternatives = rules.find(rule);
      if (alternatives == nullptr || alternatives->as_list() == nullptr) {
        continue;
      }
      std::size_t passed = 0;
      for (const auto& one : *alternatives->as_list()) {
        Diagnostics found;
        std::vector<const void*> unused;
        Walker(root_, found, unused).walk(one, value, name);
        passed += found.has_errors() ? 0U : 1U;
      }
      if (passed == 0 || (passed > 1 && std::string_view(rule) == "oneOf")) {
        no_alternative(rules, *alternatives->as_list(), value, name, passed);
      }
    }
  }

  void no_alternative(const Value& rules,
                      const Value::List& alternatives,
                      const Value& value,
                      std::string_view name,
                      std::size_t passed) {
    std::vector<std::string_view> members;
    std::vector<std::string_view> types;
    for (const auto& one : alternatives) {
      const auto required = one.find("type") == nullptr ? texts_of(one.find("required"))
                                                        : std::vector<std::string_view>();
      members.insert(members.end(), required.begin(), required.end());
      for (const auto type : texts_of(resolve(one).find("type"))) {
        types.push_back(type);
        if (has_type(value, type)) {  // the one that was meant: say what is wrong with it
          walk(one, value, name);
          return;
        }
      }
    }
    if (!members.empty()) {
      const auto* map = value.as_map();
      if (passed == 0 && map != nullptr &&
          std::any_of(members.begin(), members.end(), [&](std::string_view member) {
            return is_misspelt(rules, *map, member);
          })) {
        return;
      }
      problems_.error(value.place,
                      passed > 1 ? Mistake::either_or : Mistake::missing_field,
                      passed > 1
                          ? "only one of " + joined(members, "and", in_ticks) + " can be given"
                          : in_ticks(name) + " needs " + joined(members, "or", in_ticks));
      return;
    }
    reject(value,
           Mistake::wrong_type,
           in_ticks(name) + " must be " + joined(types, "or", type_words) + ", not " +
               std::string(type_name(value)));
  }

  const Value& root_;
  Diagnostics& problems_;
  std::vector<const void*>& rejected_;
};

}  // namespace

void explain_problems(const Value& root,
                      const Value& schema,
                      const Value& value,
                      std::string_view name,
                      Diagnostics& problems,
                      std::vector<const void*>& rejected) {
  Walker(root, problems, rejected).walk(schema, value, name);
}

}  // namespace plumb::load
