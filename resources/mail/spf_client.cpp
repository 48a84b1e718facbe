#include "resources/mail/spf_client.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace plumb::mail {
namespace {

std::string octets_of(const auto& address) {
  std::string octets;
  for (const auto octet : address.octets) {
    octets += static_cast<char>(octet);
  }
  return octets;
}

values::Ipv4Address as_v4(std::string_view octets) {
  values::Ipv4Address address;
  std::transform(octets.begin(), octets.end(), address.octets.begin(), [](char c) {
    return static_cast<std::uint8_t>(c);
  });
  return address;
}

values::Ipv6Address as_v6(std::string_view octets) {
  values::Ipv6Address address;
  std::transform(octets.begin(), octets.end(), address.octets.begin(), [](char c) {
    return static_cast<std::uint8_t>(c);
  });
  return address;
}

unsigned number(std::string_view digits, unsigned otherwise) {
  unsigned value = otherwise;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

SpfClient::SpfClient(const std::variant<values::Ipv4Address, values::Ipv6Address>& address) {
  if (const auto* v4 = std::get_if<values::Ipv4Address>(&address)) {
    octets_ = octets_of(*v4);
  } else {
    octets_ = octets_of(std::get<values::Ipv6Address>(address));
    const auto mapped = std::string(10, '\0') + "\xFF\xFF";
    if (octets_.starts_with(mapped)) {
      octets_.erase(0, mapped.size());
    }
  }
  bits_ = static_cast<unsigned>(octets_.size() * 8);
  text_ = is_v4() ? as_v4(octets_).text() : as_v6(octets_).text();
}

values::RecordType SpfClient::type() const {
  return is_v4() ? values::RecordType::a : values::RecordType::aaaa;
}

bool SpfClient::is_in(std::string_view network, unsigned prefix) const {
  std::string other;
  if (is_v4()) {
    const auto address = values::Ipv4Address::parse(network);
    other = address ? octets_of(*address) : "";
  } else {
    const auto address = values::Ipv6Address::parse(network);
    other = address ? octets_of(*address) : "";
  }
  if (other.size() != octets_.size()) {
    return false;
  }
  const auto whole = prefix / 8;
  if (other.compare(0, whole, octets_, 0, whole) != 0) {
    return false;
  }
  const auto rest = prefix % 8;
  const auto differ = rest == 0 ? 0U
                                : static_cast<unsigned>(static_cast<unsigned char>(other[whole])) ^
                                      static_cast<unsigned char>(octets_[whole]);
  return differ >> (8 - rest) == 0;
}

std::string SpfClient::macro_text() const {
  if (is_v4()) {
    return text_;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string nibbles;
  for (const char c : octets_) {
    const auto octet = static_cast<unsigned char>(c);
    for (const auto nibble : {static_cast<unsigned>(octet) >> 4U, octet & 0xFU}) {
      nibbles += nibbles.empty() ? "" : ".";
      nibbles += kDigits[nibble];
    }
  }
  return nibbles;
}

values::DomainName SpfClient::reverse_name() const {
  return is_v4() ? as_v4(octets_).reverse_name() : as_v6(octets_).reverse_name();
}

DualPrefix dual_prefix(std::string_view text) {
  const auto twice = text.find("//");
  DualPrefix lengths;
  if (const auto v4 = text.substr(0, twice); v4.size() > 1) {
    lengths.v4 = number(v4.substr(1), lengths.v4);
  }
  if (twice != std::string_view::npos) {
    lengths.v6 = number(text.substr(twice + 2), lengths.v6);
  }
  return lengths;
}

}  // namespace plumb::mail
