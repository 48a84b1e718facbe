// Master files: whatever the octets are, never a crash and never an endless read; what parses is
// written so that it reads back as the same rows, and the same text again.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "controller/providers/zonefile/parser.h"
#include "controller/providers/zonefile/writer.h"
#include "resources/model/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace zonefile = plumb::providers::zonefile;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): octets are text here
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto name = plumb::values::DomainName::from_canonical("example.com.");
  const auto zone = zonefile::parse_zone(text, name, "fuzz");
  if (!zone) {
    PLUMB_CHECK(zone.error().message.starts_with("fuzz:"));
    return 0;
  }
  const auto written = zonefile::render_zone(*zone);
  const auto again = zonefile::parse_zone(written, name, "fuzz");
  PLUMB_CHECK(again.has_value());
  PLUMB_CHECK(zonefile::observed_zone(*again).table.digest(0) ==
              zonefile::observed_zone(*zone).table.digest(0));
  PLUMB_CHECK(zonefile::render_zone(*again) == written);
  return 0;
}
