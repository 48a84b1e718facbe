#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/load/source.h"

namespace plumb::load {
namespace {

/// SHA-1 (FIPS 180-4 §6.1), because that is how git names content; nothing is kept safe by it.
class Sha1 {
 public:
  void add(std::string_view octets) {
    size_ += octets.size();
    if (filled_ != 0) {
      const auto taken = std::min(octets.size(), block_.size() - filled_);
      std::copy_n(octets.begin(), taken, block_.begin() + static_cast<std::ptrdiff_t>(filled_));
      filled_ += taken;
      octets.remove_prefix(taken);
      if (filled_ < block_.size()) {
        return;
      }
      take({block_.data(), block_.size()});
      filled_ = 0;
    }
    for (; octets.size() >= block_.size(); octets.remove_prefix(block_.size())) {
      take(octets.substr(0, block_.size()));
    }
    std::copy(octets.begin(), octets.end(), block_.begin());
    filled_ = octets.size();
  }

  std::string hex() {
    const auto bits = size_ * 8;
    add("\x80");
    while (filled_ != 56) {
      add(std::string_view("\0", 1));
    }
    std::string length;
    for (unsigned shift = 64; shift != 0;) {
      shift -= 8;
      length += static_cast<char>(static_cast<unsigned char>((bits >> shift) & 0xFFU));
    }
    add(length);
    std::string text;
    for (const auto word : state_) {
      for (unsigned shift = 32; shift != 0;) {
        shift -= 4;
        text += "0123456789abcdef"[(word >> shift) & 0xFU];
      }
    }
    return text;
  }

 private:
  void take(std::string_view block) {
    std::array<std::uint32_t, 80> w{};
    for (std::size_t i = 0; i < 64; ++i) {
      w[i / 4] = (w[i / 4] << 8U) | static_cast<std::uint8_t>(block[i]);
    }
    for (std::size_t i = 16; i < w.size(); ++i) {
      w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    auto [a, b, c, d, e] = state_;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const auto [f, k] = round(i, b, c, d);
      const std::uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
      e = d;
      d = c;
      c = std::rotl(b, 30);
      b = a;
      a = next;
    }
    state_ = {state_[0] + a, state_[1] + b, state_[2] + c, state_[3] + d, state_[4] + e};
  }

  static std::array<std::uint32_t, 2> round(std::size_t i,
                                            std::uint32_t b,
                                            std::uint32_t c,
                                            std::uint32_t d) {
    if (i < 20) {
      return {(b & c) | (~b & d), 0x5A827999};
    }
    if (i < 40) {
      return {b ^ c ^ d, 0x6ED9EBA1};
    }
    if (i < 60) {
      return {(b & c) | (b & d) | (c & d), 0x8F1BBCDC};
    }
    return {b ^ c ^ d, 0xCA62C1D6};
  }

  std::array<std::uint32_t, 5> state_ = {
      0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  std::array<char, 64> block_{};
  std::size_t filled_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace

std::string blob_id(std::string_view content) {
  Sha1 hash;
  hash.add("blob ");
  hash.add(std::to_string(content.size()));
  hash.add(std::string_view("\0", 1));
  hash.add(content);
  return hash.hex();
}

}  // namespace plumb::load
