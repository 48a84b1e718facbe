#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

namespace plumb::env {

/// A source of random octets. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills all of `octets`.
  virtual void fill(std::span<std::byte> octets) = 0;
  /// 64 uniform bits.
  std::uint64_t next();
  /// Uniform in [0, 1).
  double next01();
};

/// The kernel's generator: fit for keys.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> octets) override;
};

/// Always the same sequence for a seed (SplitMix64): for tests only, never for keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::byte> octets) override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
};

/// A name that nothing else has: 128 random bits as 26 characters of a-z2-7 (base32 of RFC 4648 §6,
/// lower case, unpadded).
std::string random_id(Random& random);

}  // namespace plumb::env
