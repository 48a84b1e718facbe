// Names and addresses, as people and vendors write them: never a crash, and canonical text reads
// back to itself.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "resources/model/check.h"
#include "resources/values/domain_name.h"
#include "resources/values/email_address.h"
#include "resources/values/ip_address.h"

namespace {

using plumb::values::DomainName;

void check_name(const plumb::Result<DomainName>& name) {
  if (!name) {
    PLUMB_CHECK(!name.error().message.empty());
    return;
  }
  const auto again = DomainName::parse(name->text());
  PLUMB_CHECK(again.has_value() && *again == *name);
  PLUMB_CHECK(name->wire_length() <= 255);
  PLUMB_CHECK(name->labels().size() == name->label_count());
  PLUMB_CHECK(name->is_subdomain_of(name->parent()));
  PLUMB_CHECK(canonical_order(*name, *again) == 0);
  PLUMB_CHECK(!name->to_unicode().empty());
}

template <class Value>
void check_value(std::string_view text) {
  if (const auto value = Value::parse(text)) {
    const auto again = Value::parse(value->text());
    PLUMB_CHECK(again.has_value() && *again == *value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets are text here
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto zone = DomainName::from_canonical("example.com.");
  check_name(DomainName::parse(text));
  check_name(DomainName::parse_relative(text, zone));
  check_name(DomainName::parse_target(text, zone));
  check_name(DomainName::parse_master_file(text, zone));
  check_value<plumb::values::Ipv4Address>(text);
  check_value<plumb::values::Ipv6Address>(text);
  check_value<plumb::values::EmailAddress>(text);
  return 0;
}
