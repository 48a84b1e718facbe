#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "resources/values/ip_address.h"
#include "resources/values/record_type.h"

// The sending host. Internal to resources/mail.

namespace plumb::mail {

/// An address as the evaluator sees it: IPv4-mapped IPv6 is IPv4.
class SpfClient {
 public:
  explicit SpfClient(const std::variant<values::Ipv4Address, values::Ipv6Address>& address);

  bool is_v4() const { return bits_ == 32; }
  /// A or AAAA: the type under which hosts have such an address.
  values::RecordType type() const;
  /// Whether an address of the same family lies in the same network of `prefix` bits.
  bool is_in(std::string_view network, unsigned prefix) const;
  unsigned bits() const { return bits_; }
  /// "192.0.2.1", or 32 nibbles with dots (RFC 7208 §7.3).
  std::string macro_text() const;
  std::string text() const { return text_; }
  values::DomainName reverse_name() const;

 private:
  std::string octets_;
  unsigned bits_ = 32;
  std::string text_;
};

/// The lengths of "/24//64" (RFC 7208 §5.3), the longest where one is not stated.
struct DualPrefix {
  unsigned v4 = 32;
  unsigned v6 = 128;
};
/// Requires: the text is sound (fault_of).
DualPrefix dual_prefix(std::string_view text);

}  // namespace plumb::mail
