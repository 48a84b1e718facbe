#include "controller/env/transfer_message.h"

#include <utility>

#include "controller/env/resolver_message.h"
#include "controller/env/resolver_wire.h"

namespace plumb::env {
namespace {

using values::DomainName;

TsigRecord tsig_of(const RecordHead& head,
                   std::span<const unsigned char> message,
                   std::size_t begin) {
  WireReader reader(message, head.offset, head.size);
  TsigRecord record;
  record.offset = begin;
  record.key = DomainName::parse(head.owner).value_or(DomainName());
  record.algorithm = DomainName::parse(reader.name()).value_or(DomainName());
  record.signed_at = std::uint64_t{reader.u16()} << 32U;
  record.signed_at |= reader.u32();
  record.fudge = reader.u16();
  record.mac = reader.octets(reader.u16());
  record.original_id = reader.u16();
  record.error = reader.u16();
  record.other = reader.octets(reader.u16());
  return record;
}

}  // namespace

Error no_zone(std::string what) {
  return {.code = ErrorCode::internal,
          .message = "what was sent is no zone: " + std::move(what),
          .hint = "look at it with: dig @SERVER ZONE AXFR"};
}

Result<TransferMessage> parse_transfer_message(std::span<const unsigned char> octets) {
  WireReader reader(octets, 0, octets.size());
  TransferMessage message;
  message.id = reader.u16();
  message.flags = reader.u16();
  const auto questions = reader.u16();
  const auto answers = reader.u16();
  const unsigned others = reader.u16() + unsigned{reader.u16()};
  for (unsigned i = 0; i < questions && reader.good(); ++i) {
    reader.name();
    reader.skip(4);
  }
  for (unsigned i = 0; i < answers && reader.good(); ++i) {
    const auto head = read_record_head(reader);
    auto name = DomainName::parse(head.owner);
    if (!reader.good() || !name || head.group != kInternet) {
      return tl::unexpected(no_zone("a record that cannot be read"));
    }
    message.answers.push_back(
        {std::move(*name), head.type, head.ttl, canonical_data(head, octets)});
  }
  for (unsigned i = 0; i < others && reader.good(); ++i) {
    const auto begin = reader.position();
    const auto head = read_record_head(reader);
    if (reader.good() && head.type == kTsigType && i + 1 == others) {
      message.tsig = tsig_of(head, octets, begin);
    }
  }
  if (!reader.good()) {
    return tl::unexpected(no_zone("a message that cannot be read"));
  }
  return message;
}

}  // namespace plumb::env
