#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "resources/values/domain_name.h"

// Octets of a DNS message. Internal to controller/env.

namespace plumb::env {

inline constexpr std::uint16_t kInternet = 1;    ///< the class IN
inline constexpr std::uint16_t kTsigType = 250;  ///< RFC 8945 §4.2

/// Reads a part of a message from left to right. What is not there reads as zero and ends good().
class WireReader {
 public:
  /// Requires: offset + size lies within the message.
  WireReader(std::span<const unsigned char> message, std::size_t offset, std::size_t size)
      : message_(message), position_(offset), end_(offset + size) {}

  std::span<const unsigned char> message() const { return message_; }
  std::size_t position() const { return position_; }
  bool good() const { return good_; }
  bool at_end() const { return position_ == end_; }

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  /// The next octets; empty where there are not as many.
  std::string_view octets(std::size_t count);
  std::string_view rest() { return octets(end_ - position_); }
  void skip(std::size_t count) { octets(count); }
  /// A character-string: a length and its octets (RFC 1035 §3.3).
  std::string_view text() { return octets(u8()); }
  /// A name, compressed or not (RFC 1035 §4.1.4), as text with final dot and escapes.
  std::string name();

 private:
  std::span<const unsigned char> message_;
  std::size_t position_;
  std::size_t end_;
  bool good_ = true;
};

/// A name as it stands in a message, lower case and not compressed (RFC 1035 §3.1).
std::string wire_name(const values::DomainName& name);
/// A number of 16 bits, highest octet first.
std::string wire_u16(unsigned number);

}  // namespace plumb::env
