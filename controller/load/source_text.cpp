#include "controller/load/source_text.h"

#include <cstdint>

#include "controller/env/utf8.h"

namespace plumb::load {
namespace {

/// Octets of the character at `at`, 0 where there is none that may be shown.
std::size_t printable_size(std::string_view text, std::size_t at) {
  const auto size = env::utf8_size(text.substr(at));
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const bool c0 = size == 1 && (octet(0) < 0x20 || octet(0) == 0x7F);
  const bool c1 = size == 2 && octet(0) == 0xC2 && octet(1) < 0xA0;
  return c0 || c1 ? 0 : size;
}

}  // namespace

bool is_printable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = printable_size(text, at);
    if (size == 0) {
      return false;
    }
    at += size;
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto size = printable_size(text, at);
    if (size == 0) {
      out += '?';
      ++at;
    } else {
      out += text.substr(at, size);
      at += size;
    }
  }
  return out;
}

}  // namespace plumb::load
