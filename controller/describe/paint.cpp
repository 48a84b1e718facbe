#include "controller/describe/paint.h"

#include <algorithm>
#include <array>

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

char32_t decoded(std::string_view sequence) {
  const auto octet = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 2:
      return (octet(0) & 0x1fU) << 6U | (octet(1) & 0x3fU);
    case 3:
      return (octet(0) & 0x0fU) << 12U | (octet(1) & 0x3fU) << 6U | (octet(2) & 0x3fU);
    case 4:
      return (octet(0) & 0x07U) << 18U | (octet(1) & 0x3fU) << 12U | (octet(2) & 0x3fU) << 6U |
             (octet(3) & 0x3fU);
    default:
      return octet(0);
  }
}

/// Code points that would reorder, hide or break a line: controls, bidirectional controls, those
/// without a width of their own, line separators, tags, non-characters (Unicode 15, ch. 23).
bool hides(char32_t point) {
  struct Range {
    char32_t first, last;
  };
  constexpr std::array<Range, 18> kHidden{{{0x00, 0x1f},
                                           {0x7f, 0x9f},
                                           {0xad, 0xad},
                                           {0x34f, 0x34f},
                                           {0x61c, 0x61c},
                                           {0x115f, 0x1160},
                                           {0x17b4, 0x17b5},
                                           {0x180b, 0x180f},
                                           {0x200b, 0x200f},
                                           {0x2028, 0x202e},
                                           {0x2060, 0x206f},
                                           {0x3164, 0x3164},
                                           {0xfdd0, 0xfdef},
                                           {0xfe00, 0xfe0f},
                                           {0xfeff, 0xfeff},
                                           {0xffa0, 0xffa0},
                                           {0xfff0, 0xfffb},
                                           {0xe0000, 0xe0fff}}};
  if ((point & 0xfffeU) == 0xfffeU) {
    return true;
  }
  return std::any_of(kHidden.begin(), kHidden.end(), [&](const Range& range) {
    return point >= range.first && point <= range.last;
  });
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
    if (text[0] >= ' ' && text[0] <= '~') {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    const auto length = sequence_length(text);
    if (text[0] == '\t') {
      out += ' ';
    } else if (length == 0 || hides(decoded(text.substr(0, length)))) {
      for (const char octet : text.substr(0, std::max(length, std::size_t{1}))) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(octet));
      }
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max(length, std::size_t{1}));
  }
  return out;
}

}  // namespace plumb::describe
