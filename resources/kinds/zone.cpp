#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

Result<std::string> canonical(std::string_view /*key*/, const Value& /*fields*/) {
  return cbor::body({});
}

std::string label(std::string_view /*key*/) {
  return "zone";
}

std::string summary(std::string_view /*key*/, std::string_view /*body*/) {
  return {};
}

std::string difference(std::string_view /*key*/,
                       std::string_view /*before*/,
                       std::string_view /*after*/) {
  return {};
}

Risk risk(std::string_view /*key*/, std::string_view /*before*/, std::string_view after) {
  return after.empty() ? Risk::severe : Risk::none;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& zone_kind() {
  static constexpr Kind kKind{
      .id = kZone,
      .name = "Zone",
      .fields = {},
      .holds_data = true,
      .rank = 0,
      .canonical = canonical,
      .label = label,
      .summary = summary,
      .difference = difference,
      .risk = risk,
      .group = group,
      .union_field = union_field,
  };
  return kKind;
}

}  // namespace plumb::kinds
