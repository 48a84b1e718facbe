#include "controller/env/resolver_message.h"

#include "controller/env/resolver_wire.h"
#include "resources/values/rdata.h"

namespace plumb::env {
namespace {

Rcode rcode_of(unsigned number) {
  return number <= static_cast<unsigned>(Rcode::refused) ? static_cast<Rcode>(number)
                                                         : Rcode::other;
}

/// One record into `records`, if plumb knows its type. False where the message is broken.
bool read_record(WireReader& reader, std::vector<DnsRecord>& records) {
  const auto head = read_record_head(reader);
  if (!reader.good()) {
    return false;
  }
  const auto type = values::record_type_of_number(head.type);
  auto name = values::DomainName::parse(head.owner);
  if (!type || !name || head.group != kInternet) {
    return true;
  }
  if (auto data = canonical_data(head, reader.message())) {
    records.push_back({std::move(*name), *type, head.ttl, std::move(*data)});
  }
  return true;
}

}  // namespace

RecordHead read_record_head(WireReader& reader) {
  RecordHead head;
  head.owner = reader.name();
  head.type = reader.u16();
  head.group = reader.u16();
  const auto ttl = reader.u32();
  head.ttl = (ttl & 0x80000000U) != 0 ? 0 : ttl;
  head.size = reader.u16();
  head.offset = reader.position();
  reader.skip(head.size);
  return head;
}

std::optional<std::string> canonical_data(const RecordHead& head,
                                          std::span<const unsigned char> message) {
  const auto type = values::record_type_of_number(head.type);
  if (!type) {
    return std::nullopt;
  }
  auto text = rdata_text(*type, message, head.offset, head.size);
  if (!text || *type == values::RecordType::txt) {
    return text;
  }
  auto data = values::canonical_rdata(
      *type, *text, values::DomainName(), values::TargetRule::absolute_only);
  return data ? std::optional(std::move(*data)) : std::nullopt;
}

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
