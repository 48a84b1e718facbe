#include "resources/values/encoding.h"

#include <cstddef>

namespace plumb::values {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::optional<std::string> canonical_hex(std::string_view text) {
  if (text.empty() || text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'F') {
      c = static_cast<char>(c + ('a' - 'A'));
    }
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string> canonical_base64(std::string_view text) {
  std::size_t padding = 0;
  while (!text.empty() && text.back() == '=' && padding < 2) {
    text.remove_suffix(1);
    ++padding;
  }
  const std::size_t tail = text.size() % 4;
  if (text.empty() || tail == 1 || (padding > 0 && tail + padding != 4)) {
    return std::nullopt;
  }
  if (text.find_first_not_of(kBase64Digits) != std::string_view::npos) {
    return std::nullopt;
  }
  std::string out(text);
  if (tail != 0) {
    const std::size_t unused = tail == 2 ? 0x0F : 0x03;
    out.back() = kBase64Digits[kBase64Digits.find(out.back()) & ~unused];
    out.append(4 - tail, '=');
  }
  return out;
}

}  // namespace plumb::values
