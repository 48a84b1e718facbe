#include "resources/mail/uri_list.h"

namespace plumb::mail {

std::string uri_list(std::span<const std::string> uris, std::string_view reserved) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const auto& uri : uris) {
    text += text.empty() ? "" : ",";
    for (const char c : uri) {
      if (reserved.find(c) == std::string_view::npos) {
        text += c;
        continue;
      }
      const auto octet = static_cast<unsigned char>(c);
      text.append({'%', kDigits[octet >> 4U], kDigits[octet & 0xFU]});
    }
  }
  return text;
}

}  // namespace plumb::mail
