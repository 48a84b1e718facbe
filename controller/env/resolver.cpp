#include "controller/env/resolver.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "resources/values/ip_address.h"

namespace plumb::env {

std::string_view rcode_name(Rcode rcode) {
  constexpr std::array<std::string_view, 6> kNames = {
      "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
  const auto number = static_cast<std::size_t>(rcode);
  return number < kNames.size() ? kNames.at(number) : "an error";
}

std::vector<std::string> DnsAnswer::values(values::RecordType type) const {
  std::vector<std::string> data;
  for (const auto& record : answers) {
    if (record.type == type) {
      data.push_back(record.data);
    }
  }
  std::sort(data.begin(), data.end());
  return data;
}

std::uint32_t DnsAnswer::ttl(values::RecordType type) const {
  std::optional<std::uint32_t> least;
  for (const auto& record : answers) {
    if (record.type == type) {
      least = std::min(record.ttl, least.value_or(record.ttl));
    }
  }
  return least.value_or(0);
}

bool DnsAnswer::is_void(values::RecordType type) const {
  return rcode == Rcode::nxdomain || (rcode == Rcode::noerror && values(type).empty());
}

Result<DnsAnswer> Resolver::ask(const DnsQuestion& question, std::stop_token stop) {
  Result<DnsAnswer> given = fail(ErrorCode::internal, "the resolver gave no answer");
  ask_all(
      std::span(&question, 1),
      [&](std::size_t, Result<DnsAnswer> answer) { given = std::move(answer); },
      std::move(stop));
  return given;
}

std::string server_text(std::string_view address, std::uint16_t port) {
  const bool six = address.find(':') != std::string_view::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", address, six ? "]" : "", port);
}

Result<std::string> parse_server(std::string_view text) {
  auto address = text;
  std::string_view port;
  if (text.starts_with('[') && text.find(']') != std::string_view::npos) {
    const auto end = text.find(']');
    address = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    address = text.substr(0, text.find(':'));
    port = text.substr(text.find(':'));
  }
  unsigned number = 53;
  bool good = true;
  if (!port.empty()) {
    const auto* end = port.data() + port.size();
    const auto [rest, error] = std::from_chars(port.data() + 1, end, number);
    good = port[0] == ':' && error == std::errc() && rest == end && number > 0 && number < 65536;
  }
  if (const auto four = values::Ipv4Address::parse(address); good && four) {
    return server_text(four->text(), static_cast<std::uint16_t>(number));
  }
  if (const auto six = values::Ipv6Address::parse(address); good && six) {
    return server_text(six->text(), static_cast<std::uint16_t>(number));
  }
  return fail(ErrorCode::invalid_input,
              fmt::format("'{}' is no address of a DNS server", text),
              "write an address, with a port if it is not 53: 127.0.0.1:5353, [::1]:5353");
}

}  // namespace plumb::env
