#include "controller/providers/zonefile/zone.h"

#include <utility>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/rdata.h"

namespace plumb::providers::zonefile {
namespace {

std::uint8_t flags_of(const RecordSet& set) {
  std::uint8_t flags = 0;
  if (set.opaque()) {
    flags |= EntryFlag::opaque;
  }
  if (set.type && kinds::is_system_rrset(kinds::split_rrset_key(set.key).owner, *set.type)) {
    flags |= EntryFlag::system_owned;
  }
  return flags;
}

std::uint32_t side_of(const RecordSet& set, std::vector<Seen>& side) {
  if (!set.opaque() && !set.mixed_ttl) {
    return 0;
  }
  Seen seen;
  seen.opaque_because = set.opaque_because;
  if (set.mixed_ttl) {
    seen.outputs.push_back({"mixedTTL", Value{true, {}}});
  }
  side.push_back(std::move(seen));
  return static_cast<std::uint32_t>(side.size());
}

}  // namespace

std::string RecordSet::text_of(std::string_view value) const {
  for (const auto& [octets, text] : cut) {
    if (octets == value) {
      return text;
    }
  }
  return opaque() || !type ? std::string(value) : values::wire_presentation(*type, value);
}

ObservedScope observed_zone(const Zone& zone) {
  ObservedScope observed;
  TableBuilder builder;
  builder.reserve(zone.sets.size() + 2, zone.sets.size() * 80 + 256);
  builder.add(kinds::kZone, "", cbor::body({}));
  builder.add(kinds::kRRset,
              kinds::rrset_key("@", values::RecordType::soa),
              kinds::rrset_body(zone.soa_ttl, {zone.soa.text()}),
              EntryFlag::system_owned);
  for (const auto& set : zone.sets) {
    builder.add(kinds::kRRset,
                set.key,
                kinds::rrset_body(set.ttl, set.values),
                flags_of(set),
                side_of(set, observed.side));
  }
  observed.table = builder.seal().table;
  return observed;
}

}  // namespace plumb::providers::zonefile
