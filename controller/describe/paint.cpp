#include "controller/describe/paint.h"

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"

namespace plumb::describe {
namespace {

/// The length of the well-formed UTF-8 sequence at the beginning of `text` (RFC 3629 §4); 0 where
/// there is none.
std::size_t sequence_length(std::string_view text) {
  const auto octet = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
  };
  const auto first = octet(0);
  const auto follows = [&](std::size_t count) {
    for (std::size_t i = 1; i <= count; ++i) {
      if ((octet(i) & 0xc0U) != 0x80U) {
        return false;
      }
    }
    return true;
  };
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xc2 && first <= 0xdf) {
    return follows(1) ? 2 : 0;
  }
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && octet(1) < 0xa0;
    const bool surrogate = first == 0xed && octet(1) > 0x9f;
    return follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && octet(1) < 0x90;
    const bool beyond = first == 0xf4 && octet(1) > 0x8f;
    return follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// Code points that would reorder, hide or break a line: C1 controls, bidirectional controls,
/// zero-width ones.
bool hides(std::string_view sequence) {
  if (sequence.size() == 2) {
    return sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0;
  }
  if (sequence.size() != 3 || sequence[0] != '\xe2') {
    return sequence == "\xef\xbb\xbf";
  }
  const auto second = static_cast<unsigned char>(sequence[1]);
  const auto third = static_cast<unsigned char>(sequence[2]);
  return (second == 0x80 && (third >= 0x8b && third <= 0x8f)) ||
         (second == 0x80 && third >= 0xa8 && third <= 0xae) || (second == 0x81 && third >= 0xa0);
}

const char* code(Paint paint) {
  switch (paint) {
    case Paint::none:
      return "";
    case Paint::bold:
      return "1";
    case Paint::dim:
      return "2";
    case Paint::red:
      return "31";
    case Paint::green:
      return "32";
    case Paint::yellow:
      return "33";
    case Paint::blue:
      return "34";
    case Paint::magenta:
      return "35";
    case Paint::cyan:
      return "36";
  }
  return "";
}

}  // namespace

std::string painted(std::string_view text, Paint paint, const Style& style) {
  if (!style.colour || paint == Paint::none || text.empty()) {
    return std::string(text);
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code(paint), text);
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  }
  return count;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const auto used = columns(text);
  if (used < width) {
    out.append(width - used, ' ');
  }
  return out;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width == 0 || columns(text) <= width) {
    return std::string(text);
  }
  std::size_t seen = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U;
    if (begins && ++seen == width) {
      break;
    }
    ++end;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first < 0x20 || first == 0x7f || hides(text.substr(0, length))) {
      const auto broken = length == 0 ? 1 : length;
      for (std::size_t i = 0; i < broken; ++i) {
        out += first == '\t' ? " " : fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
      }
      text.remove_prefix(broken);
      continue;
    }
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace plumb::describe
