#include "resources/kinds/rrset_text.h"

#include <algorithm>
#include <array>

#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

constexpr std::size_t kColumns = 60;
constexpr std::size_t kShownValues = 6;

/// One value of a set: canonical data, or what is known only after another resource.
struct SetValue {
  std::string text;
  bool open = false;
  friend auto operator<=>(const SetValue& a, const SetValue& b) { return a.text <=> b.text; }
};

std::string open_text(const Value& value) {
  if (const auto* reference = std::get_if<Reference>(&value.data)) {
    return "(known after " + printable(reference->target, kColumns, false) + ")";
  }
  if (const auto* expression = std::get_if<Expression>(&value.data)) {
    std::string out;
    for (const auto& part : expression->parts) {
      out += open_text(part);
    }
    return out;
  }
  const auto* text = value.as_string();
  return text == nullptr ? std::string() : printable(*text, kColumns, false);
}

std::vector<SetValue> set_values(std::string_view body) {
  std::vector<SetValue> values;
  auto content = cbor::field(body, kRRsetValues);
  const auto top = content ? cbor::next(*content) : std::nullopt;
  for (std::uint64_t i = 0; top && i < top->argument; ++i) {
    const auto whole = cbor::skip(*content);
    if (!whole) {
      break;
    }
    const auto decoded = cbor::decode(*whole);
    if (!decoded) {
      break;
    }
    const auto* text = decoded->as_string();
    values.push_back(text != nullptr ? SetValue{*text} : SetValue{open_text(*decoded), true});
  }
  std::sort(values.begin(), values.end());
  return values;
}

std::string shown(std::string_view key, const SetValue& value) {
  if (value.open) {
    return value.text;
  }
  return printable(value.text, kColumns, split_rrset_key(key).type == "TXT");
}

std::vector<std::string> shown(std::string_view key, const std::vector<SetValue>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const auto& value : values) {
    texts.push_back(shown(key, value));
  }
  return texts;
}

/// What mail depends on before what only proves something to somebody: the beginning of a long line
/// is what is read.
void most_telling_first(std::string_view key, std::vector<SetValue>& values) {
  const auto parts = split_rrset_key(key);
  if (parts.type != "TXT") {
    return;
  }
  std::stable_partition(values.begin(), values.end(), [&](const SetValue& value) {
    return value.open || txt_family(parts.owner, value.text) != TxtFamily::none;
  });
}

std::string values_summary(std::string_view key, std::vector<SetValue> values) {
  if (values.empty()) {
    return "(no values)";
  }
  most_telling_first(key, values);
  std::string out;
  const auto count = std::min(values.size(), kShownValues);
  for (std::size_t i = 0; i < count; ++i) {
    out.append(i == 0 ? "" : ", ").append(shown(key, values[i]));
  }
  if (count < values.size()) {
    out += " and " + std::to_string(values.size() - count) + " more";
  }
  return out;
}

/// Takes pairs of one family ("the SPF before, the SPF after") out of both lists; what they became.
std::string take_structured(std::string_view owner,
                            std::vector<SetValue>& removed,
                            std::vector<SetValue>& added) {
  std::string out;
  const auto family = [&](const SetValue& value) { return txt_family(owner, value.text); };
  for (auto old = removed.begin(); old != removed.end();) {
    const auto pair = std::find_if(added.begin(), added.end(), [&](const SetValue& value) {
      return family(*old) != TxtFamily::none && family(value) == family(*old);
    });
    const auto text =
        pair == added.end() ? std::string() : structured_difference(owner, old->text, pair->text);
    if (text.empty()) {
      ++old;
      continue;
    }
    out.append(out.empty() ? "" : "  ").append(text);
    added.erase(pair);
    old = removed.erase(old);
  }
  return out;
}

std::string values_difference(std::string_view key,
                              const std::vector<SetValue>& before,
                              const std::vector<SetValue>& after) {
  std::vector<SetValue> removed;
  std::vector<SetValue> added;
  std::set_difference(
      before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(removed));
  std::set_difference(
      after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(added));
  const auto [owner, type] = split_rrset_key(key);
  // Lists of thousands of values are not searched for pairs: it would be quadratic.
  constexpr std::size_t kMaxPaired = 50;
  std::string out;
  if (type == "TXT" && std::max(removed.size(), added.size()) <= kMaxPaired) {
    out = take_structured(owner, removed, added);
  }
  most_telling_first(key, removed);
  most_telling_first(key, added);
  std::string rest;
  if (before.size() == 1 && after.size() == 1 && removed.size() == 1 && added.size() == 1) {
    rest = shown(key, removed.front()) + " → " + shown(key, added.front());
  } else {
    rest = set_difference_text(shown(key, added), shown(key, removed));
  }
  return out + (out.empty() || rest.empty() ? "" : "  ") + rest;
}

/// Only what `after` states is ours, so what it leaves out is no difference.
std::string plain_difference(std::string_view name,
                             const std::optional<std::string>& before,
                             const std::optional<std::string>& after) {
  if (!after || before == after) {
    return {};
  }
  return std::string(name) + " " + (before ? *before + " → " : "→ ") + *after;
}

std::optional<std::string> ttl_text(std::string_view body) {
  const auto ttl = rrset_ttl(body);
  return ttl ? std::optional(std::to_string(*ttl)) : std::nullopt;
}

void tree_text(std::string& out, const Value& value) {
  if (const auto* text = value.as_string()) {
    out += printable(*text, kColumns, true);
  } else if (const auto* number = value.as_int()) {
    out += std::to_string(*number);
  } else if (const auto* flag = value.as_bool()) {
    out += *flag ? "true" : "false";
  } else if (const auto* map = value.as_map()) {
    for (std::size_t i = 0; i < map->size(); ++i) {
      out.append(i == 0 ? "{" : ", ").append(printable((*map)[i].name, kColumns, false));
      tree_text(out.append(": "), (*map)[i].value);
    }
    out += map->empty() ? "{}" : "}";
  } else if (const auto* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      tree_text(out.append(i == 0 ? "[" : ", "), (*list)[i]);
    }
    out += list->empty() ? "[]" : "]";
  } else {
    out += open_text(value);
  }
}

std::optional<std::string> at_text(std::string_view body) {
  const auto bytes = cbor::field(body, kRRsetAt);
  const auto tree = bytes ? cbor::decode(*bytes) : fail(ErrorCode::not_found, "");
  if (!tree) {
    return std::nullopt;
  }
  std::string out;
  tree_text(out, *tree);
  return out;
}

/// The same without what is off, which goes without saying where nothing changes.
std::optional<std::string> at_summary(std::string_view body) {
  const auto bytes = cbor::field(body, kRRsetAt);
  auto tree = bytes ? cbor::decode(*bytes) : fail(ErrorCode::not_found, "");
  const auto* map = tree ? tree->as_map() : nullptr;
  if (map == nullptr) {
    return at_text(body);
  }
  Value::Map on;
  for (const auto& field : *map) {
    if (field.value.as_bool() == nullptr || *field.value.as_bool()) {
      on.push_back(field);
    }
  }
  if (on.empty()) {
    return std::nullopt;
  }
  std::string out;
  tree_text(out, Value{std::move(on), {}});
  return out;
}

}  // namespace

std::string rrset_label(std::string_view key) {
  const auto [owner, type] = split_rrset_key(key);
  std::string label = printable(owner, 255, false);
  return type.empty() ? label : label.append(" ").append(type);
}

std::string rrset_summary(std::string_view key, std::string_view body) {
  auto out = values_summary(key, set_values(body));
  if (const auto ttl = ttl_text(body)) {
    out += " · ttl " + *ttl;
  }
  if (const auto at = at_summary(body)) {
    out += " · at " + *at;
  }
  return out;
}

std::string rrset_difference(std::string_view key,
                             std::string_view before,
                             std::string_view after) {
  if (before.empty() || after.empty()) {
    const auto only = before.empty() ? after : before;
    return only.empty() ? std::string() : rrset_summary(key, only);
  }
  std::string out;
  if (cbor::field(after, kRRsetValues)) {
    out = values_difference(key, set_values(before), set_values(after));
  }
  for (const auto& text : {plain_difference("ttl", ttl_text(before), ttl_text(after)),
                           plain_difference("at", at_text(before), at_text(after))}) {
    out.append(out.empty() || text.empty() ? "" : " · ").append(text);
  }
  return out;
}

}  // namespace plumb::kinds
