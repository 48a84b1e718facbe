#pragma once

#include <string>
#include <string_view>

namespace plumb {

/// A letter A to Z made small; any other octet as it is, whatever the locale: what protocols and
/// DNS call the same (RFC 4343 §2).
constexpr char ascii_lower(char octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet - 'A' + 'a') : octet;
}
/// `text` with the letters A to Z made small.
std::string ascii_lower(std::string_view text);
/// The same with a to z made capitals.
std::string ascii_upper(std::string_view text);
/// Whether they are the same but for the case of A to Z.
bool ascii_same(std::string_view a, std::string_view b);

/// What may stand around the parts of a text that may be folded into several lines.
inline constexpr std::string_view kFoldingBlanks = " \t\r\n";
/// `text` without any of `blanks` at its ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t");

}  // namespace plumb
