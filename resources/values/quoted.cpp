#include "resources/values/quoted.h"

#include "resources/values/txt.h"

namespace plumb::values {
namespace {

constexpr std::size_t kLongest = 60;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string quoted(std::string_view text) {
  auto shown = text.substr(0, kLongest);
  if (shown.size() < text.size()) {
    while (!shown.empty() && is_continuation(text[shown.size()])) {
      shown.remove_suffix(1);
    }
  }
  std::string out = "'";
  for (const char c : shown) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20U || octet == 0x7FU) {
      append_decimal_escape(out, octet);
    } else {
      out.push_back(c);
    }
  }
  out += shown.size() < text.size() ? "...'" : "'";
  return out;
}

}  // namespace plumb::values
