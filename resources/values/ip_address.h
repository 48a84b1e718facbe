#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::values {

/// An IPv4 address.
struct Ipv4Address {
  std::array<std::uint8_t, 4> octets = {};

  /// Strict dotted decimal: four numbers from 0 to 255 without leading zeros ("1.2.3.04" is read as
  /// octal by some and refused here).
  static Result<Ipv4Address> parse(std::string_view text);
  /// "192.0.2.1".
  std::string text() const;
  /// "1.2.0.192.in-addr.arpa." (RFC 1035 §3.5).
  DomainName reverse_name() const;

  friend auto operator<=>(const Ipv4Address&, const Ipv4Address&) = default;
};

/// An IPv6 address, without zone identifier.
struct Ipv6Address {
  std::array<std::uint8_t, 16> octets = {};

  /// Any form of RFC 4291 §2.2, in either case.
  static Result<Ipv6Address> parse(std::string_view text);
  /// The one recommended form (RFC 5952 §4 and §5): "2001:db8::1", "::ffff:192.0.2.1".
  std::string text() const;
  /// 32 nibbles under "ip6.arpa." (RFC 3596 §2.5).
  DomainName reverse_name() const;

  friend auto operator<=>(const Ipv6Address&, const Ipv6Address&) = default;
};

/// Whether `text` is an address of either family.
bool is_ip_address(std::string_view text);

}  // namespace plumb::values
