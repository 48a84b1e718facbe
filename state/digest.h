#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace plumb::state {

/// SHA-256 (FIPS 180-4) over octets that come in pieces, one text after another. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view octets);
  /// The 32 octets of the digest of what was added since the last one. To make one Sha256 costs
  /// more than a short text's digest.
  std::string finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The 32 octets of the SHA-256 of `octets`.
std::string sha256(std::string_view octets);

/// Lower-case hexadecimal digits of `octets`.
std::string hex(std::string_view octets);

}  // namespace plumb::state
