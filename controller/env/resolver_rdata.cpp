// The data of each record type, from the wire to presentation format.

#include <array>

#include <fmt/format.h>

#include "controller/env/crypto.h"
#include "controller/env/resolver_message.h"
#include "controller/env/resolver_wire.h"
#include "resources/values/ip_address.h"
#include "resources/values/rdata_types.h"
#include "resources/values/txt.h"

namespace plumb::env {
namespace {

using values::RecordType;

std::string hex(std::string_view octets) {
  std::string text;
  for (const char octet : octets) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  }
  return text;
}

template <class Address>
std::string address(WireReader& reader) {
  Address address;
  for (auto& octet : address.octets) {
    octet = reader.u8();
  }
  return address.text();
}

std::string txt(WireReader& reader) {
  std::string octets;
  while (reader.good() && !reader.at_end()) {
    octets += reader.text();
  }
  return octets;
}

std::string soa(WireReader& reader) {
  auto text = reader.name();
  text += ' ' + reader.name();
  for (int i = 0; i < 5; ++i) {
    text += ' ' + std::to_string(reader.u32());
  }
  return text;
}

/// `count` numbers of one octet and the rest in hexadecimal: TLSA, SMIMEA, SSHFP.
std::string digest(WireReader& reader, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += std::to_string(reader.u8()) + ' ';
  }
  return text + hex(reader.rest());
}

std::string naptr(WireReader& reader) {
  auto text = std::to_string(reader.u16());
  text += ' ' + std::to_string(reader.u16());
  for (int i = 0; i < 3; ++i) {
    text += ' ' + values::quote_string(reader.text());
  }
  return text + ' ' + reader.name();
}

std::string loc(WireReader& reader) {
  constexpr std::int64_t kOrigin = std::int64_t{1} << 31;  // equator, prime meridian (RFC 1876 §2)
  constexpr std::int64_t kAltitudeBase = 10000000;         // 100,000 m below the ellipsoid
  const auto length = [&] {
    const unsigned packed = reader.u8();
    std::uint64_t number = packed >> 4U;
    for (unsigned i = 0; i < (packed & 0xfU); ++i) {
      number *= 10;
    }
    return number;
  };
  values::Loc place;
  const auto version = reader.u8();
  place.size_cm = length();
  place.horizontal_cm = length();
  place.vertical_cm = length();
  place.latitude_ms = static_cast<std::int32_t>(std::int64_t{reader.u32()} - kOrigin);
  place.longitude_ms = static_cast<std::int32_t>(std::int64_t{reader.u32()} - kOrigin);
  place.altitude_cm = std::int64_t{reader.u32()} - kAltitudeBase;
  if (version != 0) {
    reader.skip(SIZE_MAX);
  }
  return reader.good() ? place.text() : std::string();
}

/// A list of protocols with the escapes of RFC 9460 Appendix A.1.
std::string alpn_list(WireReader& reader) {
  std::string text;
  while (reader.good() && !reader.at_end()) {
    text += text.empty() ? "" : ",";
    for (const char c : reader.text()) {
      text += c == ',' || c == '\\' ? "\\" : "";
      text += c;
    }
  }
  return text;
}

template <class One>
std::string listed(WireReader& reader, const One& one) {
  std::string text;
  while (reader.good() && !reader.at_end()) {
    text += text.empty() ? "" : ",";
    text += one(reader);
  }
  return text;
}

std::string param_name(std::uint16_t key) {
  constexpr std::array<std::string_view, 7> kNames = {
      "mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint"};
  return key < kNames.size() ? std::string(kNames.at(key)) : fmt::format("key{}", key);
}

/// The value of a service parameter (RFC 9460 §14.3.2).
std::string param_value(std::uint16_t key, WireReader& reader) {
  switch (key) {
    case 0:
      return listed(reader, [](WireReader& r) { return param_name(r.u16()); });
    case 1:
      return alpn_list(reader);
    case 3:
      return std::to_string(reader.u16());
    case 4:
      return listed(reader, &address<values::Ipv4Address>);
    case 5:
      return base64_encode(reader.rest());
    case 6:
      return listed(reader, &address<values::Ipv6Address>);
    default:
      return std::string(reader.rest());
  }
}

std::string svcb(WireReader& reader) {
  auto text = std::to_string(reader.u16());
  text += ' ' + reader.name();
  while (reader.good() && !reader.at_end()) {
    const auto key = reader.u16();
    const auto size = reader.u16();
    const auto offset = reader.position();
    reader.skip(size);
    if (!reader.good()) {
      break;
    }
    WireReader part(reader.message(), offset, size);
    const auto value = param_value(key, part);
    text += ' ' + param_name(key);
    text += size == 0 ? std::string() : '=' + values::quote_string(value);
  }
  return text;
}

std::string caa(WireReader& reader) {
  auto text = std::to_string(reader.u8());
  text += ' ' + std::string(reader.text());
  return text + ' ' + values::quote_string(reader.rest());
}

std::string numbers_and_name(WireReader& reader, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += std::to_string(reader.u16()) + ' ';
  }
  return text + reader.name();
}

std::string text_of(RecordType type, WireReader& reader) {
  switch (type) {
    case RecordType::a:
      return address<values::Ipv4Address>(reader);
    case RecordType::aaaa:
      return address<values::Ipv6Address>(reader);
    case RecordType::ns:
    case RecordType::cname:
    case RecordType::ptr:
    case RecordType::dname:
      return reader.name();
    case RecordType::mx:
      return numbers_and_name(reader, 1);
    case RecordType::srv:
      return numbers_and_name(reader, 3);
    case RecordType::txt:
      return txt(reader);
    case RecordType::soa:
      return soa(reader);
    case RecordType::caa:
      return caa(reader);
    case RecordType::tlsa:
    case RecordType::smimea:
      return digest(reader, 3);
    case RecordType::sshfp:
      return digest(reader, 2);
    case RecordType::ds:
    case RecordType::cds: {
      const auto tag = std::to_string(reader.u16());
      return tag + ' ' + digest(reader, 2);
    }
    case RecordType::naptr:
      return naptr(reader);
    case RecordType::loc:
      return loc(reader);
    case RecordType::openpgpkey:
      return base64_encode(reader.rest());
    case RecordType::uri: {
      const auto priority = std::to_string(reader.u16());
      const auto weight = std::to_string(reader.u16());
      return priority + ' ' + weight + ' ' + values::quote_string(reader.rest());
    }
    case RecordType::svcb:
    case RecordType::https:
      return svcb(reader);
    default:  // DNSSEC's own: nobody declares them
      reader.skip(SIZE_MAX);
      return {};
  }
}

}  // namespace

std::optional<std::string> rdata_text(RecordType type,
                                      std::span<const unsigned char> message,
                                      std::size_t offset,
                                      std::size_t size) {
  WireReader reader(message, offset, size);
  auto text = text_of(type, reader);
  if (!reader.good() || !reader.at_end()) {
    return std::nullopt;
  }
  return text;
}

}  // namespace plumb::env
