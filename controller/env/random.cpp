#include "controller/env/random.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <sodium.h>

#include "resources/model/check.h"

namespace plumb::env {

std::uint64_t Random::next() {
  std::array<std::byte, sizeof(std::uint64_t)> octets{};
  fill(octets);
  std::uint64_t number = 0;
  std::memcpy(&number, octets.data(), octets.size());
  return number;
}

double Random::next01() {
  constexpr double kStep = 0x1p-53;  // a double holds 53 bits exactly
  return static_cast<double>(next() >> 11) * kStep;
}

void SystemRandom::fill(std::span<std::byte> octets) {
  PLUMB_CHECK(sodium_init() >= 0);  // cheap and thread-safe when repeated
  randombytes_buf(octets.data(), octets.size());
}

void SeededRandom::fill(std::span<std::byte> octets) {
  const std::lock_guard lock(mutex_);
  while (!octets.empty()) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    mixed ^= mixed >> 31;
    const auto size = std::min(octets.size(), sizeof mixed);
    std::memcpy(octets.data(), &mixed, size);
    octets = octets.subspan(size);
  }
}

std::string random_id(Random& random) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<std::byte, 16> octets{};
  random.fill(octets);
  std::string id;
  id.reserve(26);
  std::uint32_t bits = 0;
  int held = 0;
  for (const auto octet : octets) {
    bits = (bits << 8) | std::to_integer<std::uint32_t>(octet);
    for (held += 8; held >= 5; held -= 5) {
      id += kAlphabet[(bits >> (held - 5)) & 31U];
    }
  }
  id += kAlphabet[(bits << (5 - held)) & 31U];
  return id;
}

}  // namespace plumb::env
