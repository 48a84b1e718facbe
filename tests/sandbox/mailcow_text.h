#pragma once

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

// How the stand-in of Mailcow reads what it is sent.

namespace plumb::test::mailcow {

using Json = nlohmann::json;

constexpr long long kMiB = 1LL << 20;

/// PHP's intval, and the cast of MySQL.
inline long long number(const Json& value) {
  if (value.is_boolean()) {
    return value.get<bool>() ? 1 : 0;
  }
  if (value.is_number()) {
    return value.get<long long>();
  }
  return value.is_string() ? std::atoll(value.get_ref<const std::string&>().c_str()) : 0;
}
inline long long number(const Json& in, const char* name, long long otherwise) {
  return in.contains(name) ? number(in[name]) : otherwise;
}
inline std::string text(const Json& in, const char* name, const std::string& otherwise = {}) {
  const auto found = in.find(name);
  return found == in.end()    ? otherwise
         : found->is_string() ? found->get<std::string>()
                              : found->dump();
}

inline std::string small(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}
inline std::string domain_of(const std::string& address) {
  return small(address.substr(address.rfind('@') + 1));
}

inline std::vector<std::string> words_of(const std::string& text, const char* between) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find_first_of(between, at), text.size());
    if (end > at) {
      words.push_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return words;
}
/// Lists are written with any of these.
constexpr const char* kListed = " ,;\n\t";

inline std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) {
    out += (out.empty() ? "" : ",") + word;
  }
  return out;
}

/// Arguments of messages are made fit for HTML.
inline std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '&'    ? "&amp;"
           : c == '\'' ? "&#039;"
           : c == '"'  ? "&quot;"
           : c == '<'  ? "&lt;"
           : c == '>'  ? "&gt;"
                       : std::string(1, c);
  }
  return out;
}

}  // namespace plumb::test::mailcow
