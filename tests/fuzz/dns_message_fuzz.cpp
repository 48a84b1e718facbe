// Messages of name servers, answers and parts of zones: never a crash, and what is taken out of
// them is canonical.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "controller/env/clock.h"
#include "controller/env/resolver_message.h"
#include "controller/env/transfer_message.h"
#include "controller/env/tsig.h"
#include "resources/model/check.h"
#include "resources/values/rdata.h"

namespace {

using plumb::values::DomainName;
using plumb::values::RecordType;

void check_data(RecordType type, const std::string& data) {
  if (type != RecordType::txt) {
    const auto again = plumb::values::canonical_rdata(
        type, data, DomainName(), plumb::values::TargetRule::absolute_only);
    PLUMB_CHECK(again.has_value() && *again == data);
  }
}

/// A signature of a stranger is never taken for one by this key.
void check_signature(std::string_view message, const plumb::env::TransferMessage& read) {
  static const plumb::env::ManualClock kClock;
  static const auto kKey =
      plumb::env::TsigKey::make("fuzz.test", "hmac-sha256", plumb::env::Secret("c2VjcmV0"));
  plumb::env::TsigChain chain(*kKey, kClock);
  PLUMB_CHECK(!chain.check(message, read.tsig ? &*read.tsig : nullptr));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span octets(data, size);
  if (const auto answer = plumb::env::parse_message(octets)) {
    for (const auto* section : {&answer->answers, &answer->authority, &answer->additional}) {
      for (const auto& record : *section) {
        check_data(record.type, record.data);
      }
    }
  }
  if (const auto message = plumb::env::parse_transfer_message(octets)) {
    for (const auto& record : message->answers) {
      if (record.data) {
        check_data(*plumb::values::record_type_of_number(record.type), *record.data);
      }
    }
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets as text
    check_signature({reinterpret_cast<const char*>(data), size}, *message);
  }
  return 0;
}
