#include "resources/values/ip_address.h"

#include <charconv>
#include <optional>

#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kGroups = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) {
    return static_cast<unsigned>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<unsigned>(c - 'a') + 10U;
  }
  if (c >= 'A' && c <= 'F') {
    return static_cast<unsigned>(c - 'A') + 10U;
  }
  return std::nullopt;
}

std::optional<std::array<std::uint8_t, 4>> read_ipv4(std::string_view text) {
  std::array<std::uint8_t, 4> octets{};
  std::size_t at = 0;
  for (std::size_t part = 0; part < 4; ++part) {
    if (part > 0 && (at >= text.size() || text[at++] != '.')) {
      return std::nullopt;
    }
    const std::size_t begin = at;
    unsigned value = 0;
    while (at < text.size() && is_digit(text[at]) && at - begin < 3) {
      value = value * 10U + static_cast<unsigned>(text[at++] - '0');
    }
    if (at == begin || value > 255U || (at - begin > 1 && text[begin] == '0')) {
      return std::nullopt;
    }
    octets[part] = static_cast<std::uint8_t>(value);
  }
  return at == text.size() ? std::optional(octets) : std::nullopt;
}

/// Reads groups of hexadecimal digits from left to right, as far as RFC 4291 §2.2 allows.
class Ipv6Reader {
 public:
  explicit Ipv6Reader(std::string_view text) : rest_(text) {}

  std::optional<std::array<std::uint16_t, kGroups>> read() {
    if (rest_.starts_with("::")) {
      gap_ = 0;
      rest_.remove_prefix(2);
    }
    while (!rest_.empty()) {
      if (!read_group() || !read_separator()) {
        return std::nullopt;
      }
    }
    if (gap_ == kNone) {
      return count_ == kGroups ? std::optional(groups_) : std::nullopt;
    }
    if (count_ == kGroups) {
      return std::nullopt;
    }
    std::array<std::uint16_t, kGroups> whole{};
    for (std::size_t i = 0; i < count_; ++i) {
      whole[i < gap_ ? i : i + kGroups - count_] = groups_[i];
    }
    return whole;
  }

 private:
  static constexpr std::size_t kNone = kGroups + 1;

  bool read_group() {
    if (const auto end = rest_.find(':'); end == std::string_view::npos) {
      if (const auto ipv4 = read_ipv4(rest_)) {
        return read_embedded(*ipv4);
      }
    }
    unsigned value = 0;
    std::size_t size = 0;
    while (size < rest_.size() && size < 4) {
      const auto digit = hex_digit(rest_[size]);
      if (!digit) {
        break;
      }
      value = value * 16U + *digit;
      ++size;
    }
    if (size == 0 || count_ == kGroups) {
      return false;
    }
    rest_.remove_prefix(size);
    groups_[count_++] = static_cast<std::uint16_t>(value);
    return true;
  }

  bool read_embedded(const std::array<std::uint8_t, 4>& ipv4) {
    if (count_ + 2 > kGroups) {
      return false;
    }
    groups_[count_++] = static_cast<std::uint16_t>(ipv4[0] * 256 + ipv4[1]);
    groups_[count_++] = static_cast<std::uint16_t>(ipv4[2] * 256 + ipv4[3]);
    rest_ = {};
    return true;
  }

  bool read_separator() {
    if (rest_.empty()) {
      return true;
    }
    if (rest_.starts_with("::")) {
      if (gap_ != kNone) {
        return false;
      }
      gap_ = count_;
      rest_.remove_prefix(2);
      return true;
    }
    if (rest_.front() != ':' || rest_.size() == 1) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  std::array<std::uint16_t, kGroups> groups_{};
  std::size_t count_ = 0;
  std::size_t gap_ = kNone;
};

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, base).ptr;
  out.append(buffer.data(), end);
}

std::string dotted(const std::uint8_t* octets) {
  std::string out;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      out.push_back('.');
    }
    append_number(out, octets[i], 10);
  }
  return out;
}

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// The first longest run of zero groups; a single group is not worth "::" (RFC 5952 §4.2).
Run longest_zero_run(const std::array<std::uint16_t, kGroups>& groups) {
  Run best;
  for (std::size_t i = 0; i < kGroups;) {
    std::size_t end = i;
    while (end < kGroups && groups[end] == 0) {
      ++end;
    }
    if (end - i > best.size) {
      best = {i, end - i};
    }
    i = end + 1;
  }
  return best.size > 1 ? best : Run{};
}

}  // namespace

Result<Ipv4Address> Ipv4Address::parse(std::string_view text) {
  if (const auto octets = read_ipv4(text)) {
    return Ipv4Address{*octets};
  }
  if (text.find(':') != std::string_view::npos && Ipv6Reader(text).read()) {
    return invalid(quoted(text) + " is an IPv6 address, not an IPv4 address",
                   "use type AAAA for IPv6 addresses");
  }
  return invalid(quoted(text) + " is not an IPv4 address",
                 "write four numbers from 0 to 255 without leading zeros, as in 192.0.2.1");
}

std::string Ipv4Address::text() const {
  return dotted(octets.data());
}

DomainName Ipv4Address::reverse_name() const {
  std::string name;
  for (std::size_t i = 4; i-- > 0;) {
    append_number(name, octets[i], 10);
    name.push_back('.');
  }
  return DomainName::from_canonical(name + "in-addr.arpa.");
}

Result<Ipv6Address> Ipv6Address::parse(std::string_view text) {
  const auto groups = text.size() < 2 ? std::nullopt : Ipv6Reader(text).read();
  if (!groups) {
    if (read_ipv4(text)) {
      return invalid(quoted(text) + " is an IPv4 address, not an IPv6 address",
                     "use type A for IPv4 addresses");
    }
    return invalid(quoted(text) + " is not an IPv6 address",
                   "write groups of hexadecimal digits, as in 2001:db8::1");
  }
  Ipv6Address address;
  for (std::size_t i = 0; i < kGroups; ++i) {
    address.octets[2 * i] = static_cast<std::uint8_t>((*groups)[i] >> 8U);
    address.octets[2 * i + 1] = static_cast<std::uint8_t>((*groups)[i] & 0xFFU);
  }
  return address;
}

std::string Ipv6Address::text() const {
  std::array<std::uint16_t, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i] = static_cast<std::uint16_t>(octets[2 * i] * 256 + octets[2 * i + 1]);
  }
  const auto run = longest_zero_run(groups);
  if (run.begin == 0 && run.size == 5 && groups[5] == 0xFFFFU) {
    return "::ffff:" + dotted(octets.data() + 12);
  }
  std::string out;
  for (std::size_t i = 0; i < kGroups;) {
    if (run.size > 0 && i == run.begin) {
      out += "::";
      i += run.size;
      continue;
    }
    if (!out.empty() && out.back() != ':') {
      out.push_back(':');
    }
    append_number(out, groups[i++], 16);
  }
  return out;
}

DomainName Ipv6Address::reverse_name() const {
  std::string name;
  for (std::size_t i = octets.size(); i-- > 0;) {
    name.push_back(kHexDigits[octets[i] & 0x0FU]);
    name.push_back('.');
    name.push_back(kHexDigits[octets[i] >> 4U]);
    name.push_back('.');
  }
  return DomainName::from_canonical(name + "ip6.arpa.");
}

bool is_ip_address(std::string_view text) {
  return read_ipv4(text).has_value() || (text.size() >= 2 && Ipv6Reader(text).read().has_value());
}

}  // namespace plumb::values
