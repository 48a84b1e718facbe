#include "resources/rules/dkim_key.h"

#include <cstdint>

namespace plumb::rules {
namespace {

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kBitString = 0x03;
constexpr std::uint8_t kSequence = 0x30;

std::uint8_t octet(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

/// Takes the element with this tag off the front of `der`; its content.
std::optional<std::string_view> take(std::string_view& der, std::uint8_t tag) {
  if (der.size() < 2 || octet(der, 0) != tag) {
    return std::nullopt;
  }
  std::size_t length = octet(der, 1);
  std::size_t head = 2;
  if (length >= 0x80) {
    const std::size_t count = length & 0x7FU;
    if (count == 0 || count > 3 || der.size() < 2 + count) {
      return std::nullopt;
    }
    length = 0;
    for (; head < 2 + count; ++head) {
      length = length << 8U | octet(der, head);
    }
  }
  if (length > der.size() - head) {
    return std::nullopt;
  }
  const auto content = der.substr(head, length);
  der.remove_prefix(head + length);
  return content;
}

std::optional<std::size_t> bits_of(std::string_view integer) {
  while (!integer.empty() && integer[0] == '\0') {
    integer.remove_prefix(1);
  }
  if (integer.empty()) {
    return std::nullopt;
  }
  std::size_t bits = integer.size() * 8;
  for (unsigned mask = 0x80; (octet(integer, 0) & mask) == 0; mask >>= 1U) {
    --bits;
  }
  return bits;
}

int base64_digit(char c) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto at = kDigits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t buffer = 0;
  unsigned held = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      continue;
    }
    ++digits;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0 || padding > 0) {
      return std::nullopt;
    }
    buffer = (buffer << 6U | static_cast<std::uint32_t>(digit)) & 0xFFFFFFU;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(buffer >> held & 0xFFU));
    }
  }
  // Verifiers take keys without padding too; what cannot be is a lone digit.
  const bool sound = padding <= 2 && (padding > 0 ? digits % 4 == 0 : digits % 4 != 1);
  return sound ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::size_t> rsa_bits(std::string_view der) {
  auto content = take(der, kSequence);
  if (!content || !der.empty()) {
    return std::nullopt;
  }
  if (take(*content, kSequence)) {
    auto key = take(*content, kBitString);
    if (!key || key->empty()) {
      return std::nullopt;
    }
    key->remove_prefix(1);  // the number of unused bits
    content = take(*key, kSequence);
  }
  const auto modulus = content ? take(*content, kInteger) : std::nullopt;
  const auto exponent = modulus ? take(*content, kInteger) : std::nullopt;
  return exponent ? bits_of(*modulus) : std::nullopt;
}

}  // namespace plumb::rules
