// What comes from outside is made safe before it is shown.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/paint.h"
#include "controller/describe/plan_rows.h"

namespace plumb::describe {
namespace {

/// The code points of valid UTF-8; nullopt where it is none (RFC 3629 §4, written out naively).
std::optional<std::vector<char32_t>> code_points(std::string_view text) {
  std::vector<char32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || i + length > text.size()) {
      return std::nullopt;
    }
    char32_t point = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0U) != 0x80U) {
        return std::nullopt;
      }
      point = (point << 6U) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      return std::nullopt;
    }
    points.push_back(point);
    i += length;
  }
  return points;
}

bool is_dangerous(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069) || (point >= 0x200b && point <= 0x200f) ||
         point == 0x2028 || point == 0x2029 || point == 0x61c || point == 0xfeff ||
         (point >= 0xe0000 && point <= 0xe0fff);
}

std::string encoded(char32_t point) {
  std::string out;
  const auto add = [&](char32_t octet) { out += static_cast<char>(octet); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xc0U | point >> 6U), add(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    add(0xe0U | point >> 12U), add(0x80U | (point >> 6U & 0x3fU)), add(0x80U | (point & 0x3fU));
  } else {
    add(0xf0U | point >> 18U), add(0x80U | (point >> 12U & 0x3fU));
    add(0x80U | (point >> 6U & 0x3fU)), add(0x80U | (point & 0x3fU));
  }
  return out;
}

void expect_safe(const std::string& text) {
  const auto shown = printable(text);
  const auto points = code_points(shown);
  RC_ASSERT(points.has_value());
  RC_ASSERT(std::none_of(points->begin(), points->end(), is_dangerous));
  RC_ASSERT(printable(shown) == shown);
}

RC_GTEST_PROP(Printable, IsSafeForAnyOctets, (const std::string& octets)) {
  expect_safe(octets);
}

RC_GTEST_PROP(Printable, IsSafeForAnyCodePoints, ()) {
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x300),
                     rc::gen::inRange<std::uint32_t>(0x2000, 0x2100),
                     rc::gen::inRange<std::uint32_t>(0xd700, 0x110000)));
  std::string text;
  for (const auto point : points) {
    text += encoded(point);
  }
  expect_safe(text);
}

TEST(Printable, LeavesWhatIsHarmless) {
  for (const auto* text : {"", "plain", "größer → kleiner", "日本語", "🙂", "back\\slash"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(Printable, EscapesOctetByOctet) {
  EXPECT_EQ(printable("a\x1b[0m"), "a\\x1b[0m");
  EXPECT_EQ(printable("a\tb\nc"), "a b\\x0ac");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "x"),
            "\\xe2\\x80\\xaex");  // right-to-left override
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

RC_GTEST_PROP(Cut, IsNeverWiderThanAskedAndStaysUtf8, ()) {
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::element<std::uint32_t>('a', ' ', 0xe9, 0x20ac, 0x1f642));
  const auto width = *rc::gen::inRange<std::size_t>(1, 20);
  std::string text;
  for (const auto point : points) {
    text += encoded(point);
  }
  RC_ASSERT(columns(cut(text, width)) <= width);
  RC_ASSERT(code_points(cut(text, width)).has_value());
  RC_ASSERT(columns(padded(text, width)) >= width);
}

RC_GTEST_PROP(Wrapped, LosesNoWordAndFits, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "bcd", "größer", "include:amazonses.com"));
  const auto width = *rc::gen::inRange<std::size_t>(4, 40);
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  const auto lines = wrapped(text, width, 0);
  std::string joined;
  for (const auto& line : lines) {
    RC_ASSERT(columns(line) <= width);
    RC_ASSERT(code_points(line).has_value());
    joined += line;
  }
  std::erase(joined, ' ');
  std::erase(text, ' ');
  RC_ASSERT(joined == text);
  RC_ASSERT(wrapped(text, width, 2).size() <= 2);
}

}  // namespace
}  // namespace plumb::describe
