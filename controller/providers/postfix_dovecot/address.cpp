#include "controller/providers/postfix_dovecot/address.h"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::providers::postfix_dovecot {
namespace {

constexpr std::size_t kLongestLocal = 64;  // RFC 5321
constexpr std::size_t kLongestDomain = 253;

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool has_form_of_dots(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

/// A dot-atom (RFC 5321 §4.1.2) of what `accepts` takes. '%' and '!' would be rewritten as routes
/// by Postfix, '|' and '/' have meanings elsewhere, '#' begins a comment, '-' an option.
template <class Accepts>
bool is_local(std::string_view text, Accepts accepts) {
  return text.size() <= kLongestLocal && has_form_of_dots(text) && text.front() != '-' &&
         text.front() != '#' && std::all_of(text.begin(), text.end(), accepts);
}

bool is_alias_octet(char c) {
  return is_lower_or_digit(c) ||
         std::string_view("._-=&'~+#$*?^`{}").find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

bool is_domain(std::string_view text) {
  return text.size() <= kLongestDomain && has_form_of_dots(text) && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_lower_or_digit(c) || c == '.' || c == '-' || c == '_';
         });
}

bool is_mailbox_local(std::string_view text) {
  return is_local(text, [](char c) {
    return is_lower_or_digit(c) || std::string_view("._-=&'~").find(c) != std::string_view::npos;
  });
}

bool is_alias_local(std::string_view text) {
  return is_local(text, is_alias_octet) && text != "*";
}

bool is_target(std::string_view text) {
  const auto domain = domain_of(text);
  return domain.size() < text.size() && is_domain(domain) && is_local(local_of(text), [](char c) {
           return is_alias_octet(c) || (c >= 'A' && c <= 'Z');
         });
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

std::string_view local_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view() : address.substr(0, at);
}

std::string encode_display_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7F || c == ':' || c == '%') {
      out += fmt::format("%{:02X}", octet);
    } else {
      out += c;
    }
  }
  return out;
}

std::string decode_display_name(std::string_view field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const bool escape = field[i] == '%' && i + 2 < field.size() && hex_digit(field[i + 1]) >= 0 &&
                        hex_digit(field[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex_digit(field[i + 1]) * 16 + hex_digit(field[i + 2]));
      i += 2;
    } else {
      out += field[i];
    }
  }
  return out;
}

}  // namespace plumb::providers::postfix_dovecot
