// Record data: the first octet picks the type, the second the rule of names, the rest is the text.
// Never a crash, and canonical data reads back to itself.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "resources/model/check.h"
#include "resources/values/rdata.h"

namespace {

using plumb::values::DomainName;
using plumb::values::RecordType;
using plumb::values::TargetRule;

constexpr std::array kRules = {
    TargetRule::manifest, TargetRule::master_file, TargetRule::absolute_only};

constexpr std::array<std::string_view, 29> kTypes = {
    "A",          "AAAA",   "CAA", "CNAME",      "DNAME", "DS",     "HTTPS", "LOC",
    "MX",         "NAPTR",  "NS",  "OPENPGPKEY", "PTR",   "SMIMEA", "SRV",   "SSHFP",
    "SVCB",       "TLSA",   "TXT", "URI",        "SOA",   "RRSIG",  "NSEC",  "NSEC3",
    "NSEC3PARAM", "DNSKEY", "CDS", "CDNSKEY",    "TXT"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const auto type = *plumb::values::find_record_type(kTypes[data[0] % kTypes.size()]);
  const auto rule = kRules[data[1] % kRules.size()];
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets are text here
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto zone = DomainName::from_canonical("example.com.");
  const auto canonical = canonical_rdata(type, text, zone, rule);
  if (!canonical) {
    PLUMB_CHECK(!canonical.error().message.empty());
    return 0;
  }
  const auto wire = wire_presentation(type, *canonical);
  for (const auto reading : {TargetRule::master_file, TargetRule::absolute_only}) {
    const auto again = canonical_rdata(type, wire, zone, reading);
    PLUMB_CHECK(again.has_value() && *again == *canonical);
  }
  if (const auto target = target_of(type, *canonical)) {
    const auto again = DomainName::parse(target->text());
    PLUMB_CHECK(again.has_value() && *again == *target);
  }
  return 0;
}
