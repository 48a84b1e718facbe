#include "controller/env/resolver_message.h"

#include <ares.h>

#include "controller/env/resolver_wire.h"
#include "resources/values/rdata.h"

namespace plumb::env {
namespace {

constexpr std::uint16_t kInternet = 1;

Rcode rcode_of(unsigned number) {
  return number <= static_cast<unsigned>(Rcode::refused) ? static_cast<Rcode>(number)
                                                         : Rcode::other;
}

/// One record into `records`, if plumb knows its type. False where the message is broken.
bool read_record(WireReader& reader, std::vector<DnsRecord>& records) {
  const auto owner = reader.name();
  const auto number = reader.u16();
  const auto group = reader.u16();
  const auto ttl = reader.u32();
  const auto size = reader.u16();
  const auto offset = reader.position();
  reader.skip(size);
  if (!reader.good()) {
    return false;
  }
  const auto type = values::record_type_of_number(number);
  auto name = values::DomainName::parse(owner);
  if (!type || !name || group != kInternet) {
    return true;
  }
  auto text = rdata_text(*type, reader.message(), offset, size);
  if (text && *type != values::RecordType::txt) {
    auto data = values::canonical_rdata(
        *type, *text, values::DomainName(), values::TargetRule::absolute_only);
    text = data ? std::optional(std::move(*data)) : std::nullopt;
  }
  if (text) {
    // The highest bit counts as a TTL of 0 (RFC 2181 §8).
    records.push_back(
        {std::move(*name), *type, (ttl & 0x80000000U) != 0 ? 0 : ttl, std::move(*text)});
  }
  return true;
}

}  // namespace

Result<DnsAnswer> parse_message(std::span<const unsigned char> message) {
  WireReader reader(message, 0, message.size());
  reader.u16();  // ID
  const auto flags = reader.u16();
  const auto questions = reader.u16();
  const auto answers = reader.u16();
  const auto authority = reader.u16();
  const auto additional = reader.u16();
  for (unsigned i = 0; i < questions && reader.good(); ++i) {
    reader.name();
    reader.skip(4);
  }
  DnsAnswer answer;
  answer.rcode = rcode_of(flags & 0xfU);
  answer.authoritative = (flags & 0x0400U) != 0;
  answer.authenticated = (flags & 0x0020U) != 0;
  bool good = reader.good();
  const auto section = [&](unsigned count, std::vector<DnsRecord>& records) {
    for (unsigned i = 0; i < count && good; ++i) {
      good = read_record(reader, records);
    }
  };
  section(answers, answer.answers);
  section(authority, answer.authority);
  section(additional, answer.additional);
  if (!good) {
    return fail(ErrorCode::internal, "the answer is no DNS message");
  }
  return answer;
}

}  // namespace plumb::env
