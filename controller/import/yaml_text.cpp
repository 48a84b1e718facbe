#include "controller/import/yaml_text.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "resources/model/ascii.h"

namespace plumb::importing {
namespace {

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("._/+=-~@ ").find(c) != std::string_view::npos;
}

/// What a reader takes for something else than text.
bool means_something_else(std::string_view text) {
  constexpr std::array<std::string_view, 11> kWords{
      "true", "false", "null", "yes", "no", "on", "off", "~", "y", "n", ".nan"};
  const auto lower = ascii_lower(text);
  const bool address = std::count(text.begin(), text.end(), '.') > 1;
  const bool number =
      (!address && text.find_first_not_of("0123456789+-.eE_") == std::string_view::npos) ||
      lower.starts_with("0x") || lower.starts_with("0o");
  return number || std::find(kWords.begin(), kWords.end(), lower) != kWords.end();
}

bool can_be_plain(std::string_view text) {
  const char first = text.empty() ? '-' : text.front();
  return std::all_of(text.begin(), text.end(), is_plain) && first != '-' && first != '@' &&
         first != ' ' && first != '~' && first != '=' && text.back() != ' ' &&
         !means_something_else(text);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append("\\").push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string scalar(std::string_view text) {
  return can_be_plain(text) ? std::string(text) : in_quotes(text);
}

std::string value_scalar(std::string_view text, bool variables) {
  if (variables) {
    return scalar(text);
  }
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    escaped += text[i];
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      escaped += '$';
    }
  }
  return scalar(escaped);
}

std::string flow_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    out.append(out.size() == 1 ? "" : ", ").append(text);
  }
  return out + "]";
}

std::string scalars(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const auto& text : texts) {
    quoted.push_back(value_scalar(text, false));
  }
  return flow_list(quoted);
}

void FlowMap::add(std::string_view name, const std::string& yaml) {
  if (!yaml.empty() && yaml != "[]") {
    text_.append(text_.size() == 1 ? "" : ", ").append(name).append(": ").append(yaml);
  }
}

void FlowMap::text(std::string_view name, const std::string& text) {
  add(name, text.empty() ? "" : scalar(text));
}

std::string flow(const Value& value) {
  if (const auto* list = value.as_list()) {
    std::vector<std::string> texts;
    for (const auto& item : *list) {
      texts.push_back(flow(item));
    }
    return flow_list(texts);
  }
  if (const auto* map = value.as_map()) {
    std::string out = "{";
    for (const auto& field : *map) {
      out.append(out.size() == 1 ? "" : ", ").append(scalar(field.name)).append(": ");
      out += flow(field.value);
    }
    return out + "}";
  }
  if (const auto* text = value.as_string()) {
    return value_scalar(*text, false);
  }
  if (const auto* number = value.as_int()) {
    return std::to_string(*number);
  }
  if (const auto* flag = value.as_bool()) {
    return *flag ? "true" : "false";
  }
  return "null";
}

}  // namespace plumb::importing
