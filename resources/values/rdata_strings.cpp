// The types whose data holds strings: CAA, NAPTR, URI.

#include <algorithm>

#include "resources/model/ascii.h"
#include "resources/values/quoted.h"
#include "resources/values/rdata_reader.h"
#include "resources/values/rdata_types.h"
#include "resources/values/txt.h"

namespace plumb::values {
namespace {

constexpr std::size_t kStringLimit = 255;
constexpr std::size_t kDataLimit = 65535;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Result<void> check_naptr(const RdataReader& reader, const Naptr& naptr) {
  if (!std::all_of(naptr.flags.begin(), naptr.flags.end(), is_alphanumeric)) {
    return reader.refuse("flags", "must be letters and digits, not " + quoted(naptr.flags));
  }
  if (reader.is_manifest() && !naptr.regexp.empty() && !naptr.replacement.is_root()) {
    return reader.refuse("data",
                         "has both a regexp and a replacement (RFC 3403 §4.1)",
                         "write \"\" for the regexp or . for the replacement");
  }
  return {};
}

}  // namespace

Result<Caa> Caa::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::caa, text, origin, rule);
  Caa caa;
  PLUMB_TRY(flags, reader.number<std::uint8_t>("flags"));
  PLUMB_TRY(tag, reader.word("tag"));
  if (tag.size() > 15 || !std::all_of(tag.begin(), tag.end(), is_alphanumeric)) {
    return reader.refuse("tag",
                         "must be up to 15 letters and digits, not " + quoted(tag),
                         "use issue, issuewild, issuemail or iodef");
  }
  PLUMB_TRY(value, reader.string("value", kDataLimit - 2 - tag.size()));
  if (!reader.at_end()) {
    return reader.refuse("value", "has blanks but no quotes", "put the value in double quotes");
  }
  caa.flags = flags;
  caa.tag = ascii_lower(tag);
  caa.value = std::move(value);
  return caa;
}

std::string Caa::text() const {
  return std::to_string(flags) + ' ' + tag + ' ' + quote_string(value);
}

Result<Naptr> Naptr::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::naptr, text, origin, rule);
  PLUMB_TRY(order, reader.number<std::uint16_t>("order"));
  PLUMB_TRY(preference, reader.number<std::uint16_t>("preference"));
  PLUMB_TRY(flags, reader.string("flags", kStringLimit));
  PLUMB_TRY(services, reader.string("services", kStringLimit));
  PLUMB_TRY(regexp, reader.string("regexp", kStringLimit));
  PLUMB_TRY(replacement, reader.name("replacement"));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  Naptr naptr{order,
              preference,
              std::move(flags),
              std::move(services),
              std::move(regexp),
              std::move(replacement)};
  if (const auto sound = check_naptr(reader, naptr); !sound) {
    return tl::unexpected(sound.error());
  }
  return naptr;
}

std::string Naptr::text() const {
  return std::to_string(order) + ' ' + std::to_string(preference) + ' ' + quote_string(flags) +
         ' ' + quote_string(services) + ' ' + quote_string(regexp) + ' ' + replacement.text();
}

Result<Uri> Uri::parse(std::string_view text, const DomainName& origin, TargetRule rule) {
  RdataReader reader(RecordType::uri, text, origin, rule);
  PLUMB_TRY(priority, reader.number<std::uint16_t>("priority"));
  PLUMB_TRY(weight, reader.number<std::uint16_t>("weight"));
  PLUMB_TRY(target, reader.string("target", kDataLimit - 4));
  if (const auto end = reader.end(); !end) {
    return tl::unexpected(end.error());
  }
  if (target.empty()) {
    return reader.refuse("target", "is empty (RFC 7553 §4.4)");
  }
  return Uri{priority, weight, std::move(target)};
}

std::string Uri::text() const {
  return std::to_string(priority) + ' ' + std::to_string(weight) + ' ' + quote_string(target);
}

}  // namespace plumb::values
