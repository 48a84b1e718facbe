#include "resources/mail/spf_macro.h"

#include <algorithm>
#include <vector>

namespace plumb::mail {
namespace {

constexpr std::string_view kDelimiters = ".-+,/_=";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What stands between "%{" and "}".
struct Macro {
  char letter = '\0';  ///< lower case
  bool escaped = false;
  std::size_t keep = 0;  ///< parts from the right; 0: all
  bool reversed = false;
  std::string_view delimiters = ".";
};

std::optional<Macro> parse_macro(std::string_view inside, SpfMacroText kind) {
  if (inside.empty()) {
    return std::nullopt;
  }
  Macro macro;
  macro.letter = lower(inside[0]);
  macro.escaped = macro.letter != inside[0];
  const std::string_view letters = kind == SpfMacroText::explanation ? "slodiphvcrt" : "slodiphv";
  if (letters.find(macro.letter) == std::string_view::npos) {
    return std::nullopt;
  }
  inside.remove_prefix(1);
  bool counted = false;
  for (; !inside.empty() && is_digit(inside[0]); inside.remove_prefix(1)) {
    counted = true;
    macro.keep =
        std::min<std::size_t>(macro.keep * 10 + static_cast<std::size_t>(inside[0] - '0'), 1000);
  }
  if (counted && macro.keep == 0) {
    return std::nullopt;
  }
  if (!inside.empty() && lower(inside[0]) == 'r') {
    macro.reversed = true;
    inside.remove_prefix(1);
  }
  if (inside.find_first_not_of(kDelimiters) != std::string_view::npos) {
    return std::nullopt;
  }
  macro.delimiters = inside.empty() ? std::string_view(".") : inside;
  return macro;
}

/// A piece of a text: a literal, or a macro. `size` 0: it is broken.
struct Piece {
  std::size_t size = 0;
  std::string_view literal = {};
  std::optional<Macro> macro = std::nullopt;
};

Piece next_piece(std::string_view text, SpfMacroText kind) {
  if (text[0] != '%') {
    const auto size = std::min(text.find('%'), text.size());
    return {size, text.substr(0, size)};
  }
  switch (text.size() > 1 ? text[1] : '\0') {
    case '%':
      return {2, "%"};
    case '_':
      return {2, " "};
    case '-':
      return {2, "%20"};
    case '{':
      break;
    default:
      return {};
  }
  const auto end = text.find('}');
  const auto macro =
      end == std::string_view::npos ? std::nullopt : parse_macro(text.substr(2, end - 2), kind);
  return macro ? Piece{end + 1, {}, macro} : Piece{};
}

bool is_literal_sound(std::string_view literal, SpfMacroText kind) {
  return std::all_of(literal.begin(), literal.end(), [kind](char c) {
    return (c > 0x20 && c < 0x7F) || (kind == SpfMacroText::explanation && c == ' ');
  });
}

std::string value_of(char letter, const SpfMacroValues& values) {
  switch (letter) {
    case 's':
      return values.sender;
    case 'l':
      return values.local_part;
    case 'o':
      return values.sender_domain;
    case 'd':
      return values.domain;
    case 'i':
      return values.address;
    case 'p':
      return values.validated ? values.validated() : "unknown";
    case 'h':
      return values.helo;
    case 'v':
      return values.family;
    case 'c':
      return values.client;
    case 'r':
      return values.receiver;
    default:
      return values.time;
  }
}

std::string transformed(const std::string& value, const Macro& macro) {
  std::vector<std::string_view> parts;
  std::string_view rest = value;
  while (true) {
    const auto end = rest.find_first_of(macro.delimiters);
    parts.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(end + 1);
  }
  if (macro.reversed) {
    std::reverse(parts.begin(), parts.end());
  }
  const auto first = macro.keep == 0 || macro.keep > parts.size() ? 0 : parts.size() - macro.keep;
  std::string out;
  for (auto i = first; i < parts.size(); ++i) {
    out.append(i == first ? "" : ".").append(parts[i]);
  }
  return out;
}

/// All octets but the unreserved ones of URIs as %XX (RFC 3986 §2.3).
std::string url_escaped(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out.append({'%', kDigits[octet >> 4U], kDigits[octet & 0xFU]});
  }
  return out;
}

}  // namespace

bool are_macros_sound(std::string_view text, SpfMacroText kind) {
  while (!text.empty()) {
    const auto piece = next_piece(text, kind);
    if (piece.size == 0 || (text[0] != '%' && !is_literal_sound(piece.literal, kind))) {
      return false;
    }
    text.remove_prefix(piece.size);
  }
  return true;
}

std::optional<std::string> expand_macros(std::string_view text,
                                         const SpfMacroValues& values,
                                         SpfMacroText kind) {
  if (!are_macros_sound(text, kind)) {
    return std::nullopt;
  }
  std::string out;
  while (!text.empty()) {
    const auto piece = next_piece(text, kind);
    if (piece.macro) {
      auto value = transformed(value_of(piece.macro->letter, values), *piece.macro);
      out += piece.macro->escaped ? url_escaped(value) : value;
    } else {
      out += piece.literal;
    }
    text.remove_prefix(piece.size);
  }
  return out;
}

}  // namespace plumb::mail
