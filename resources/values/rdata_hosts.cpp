// The types whose data is numbers and host names: MX, SRV, SOA.

#include "resources/values/duration.h"
#include "resources/values/rdata_reader.h"
#include "resources/values/rdata_types.h"

namespace plumb::values {
namespace {

/// Seconds, which master files may write with units.
Result<std::uint32_t> read_seconds(RdataReader& reader, std::string_view field) {
  PLUMB_TRY(text, reader.word(field));
  const auto duration = parse_duration(text);
  if (!duration || duration->count() > std::numeric_limits<std::uint32_t>::max()) {
    return reader.refuse(field, "must be a number of seconds");
  }
  return static_cast<std::uint32_t>(duration->count());
}

}  // namespace

Result<Mx> Mx::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::mx, text, origin, rule);
  PLUMB_TRY(preference, reader.number<std::uint16_t>("preference"));
  PLUMB_TRY(exchange, reader.name("exchange"));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  if (reader.is_manifest() && exchange.is_root() && preference != 0) {
    return reader.refuse(
        "preference",
        "of a null MX must be 0, not " + std::to_string(preference) + " (RFC 7505 §3)",
        "write 0 . where the domain takes no mail");
  }
  return Mx{preference, std::move(exchange)};
}

std::string Mx::text() const {
  return std::to_string(preference) + ' ' + exchange.text();
}

Result<Srv> Srv::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::srv, text, origin, rule);
  PLUMB_TRY(priority, reader.number<std::uint16_t>("priority"));
  PLUMB_TRY(weight, reader.number<std::uint16_t>("weight"));
  PLUMB_TRY(port, reader.number<std::uint16_t>("port"));
  PLUMB_TRY(target, reader.name("target"));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  return Srv{priority, weight, port, std::move(target)};
}

std::string Srv::text() const {
  return std::to_string(priority) + ' ' + std::to_string(weight) + ' ' + std::to_string(port) +
         ' ' + target.text();
}

Result<Soa> Soa::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::soa, text, origin, rule);
  PLUMB_TRY(primary, reader.name("primary server"));
  PLUMB_TRY(responsible, reader.name("responsible mailbox"));
  PLUMB_TRY(serial, reader.number<std::uint32_t>("serial"));
  PLUMB_TRY(refresh, read_seconds(reader, "refresh"));
  PLUMB_TRY(retry, read_seconds(reader, "retry"));
  PLUMB_TRY(expire, read_seconds(reader, "expire"));
  PLUMB_TRY(minimum, read_seconds(reader, "minimum"));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  return Soa{std::move(primary), std::move(responsible), serial, refresh, retry, expire, minimum};
}

std::string Soa::text() const {
  std::string out = primary.text() + ' ' + responsible.text();
  for (const auto number : {serial, refresh, retry, expire, minimum}) {
    out += ' ' + std::to_string(number);
  }
  return out;
}

}  // namespace plumb::values
