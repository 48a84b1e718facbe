#include "controller/import/axfr.h"

#include <algorithm>
#include <map>
#include <utility>

#include "controller/import/from_scope.h"
#include "resources/kinds/rrset.h"

namespace plumb::importing {
namespace {

std::string type_text(std::uint16_t number) {
  const auto type = values::record_type_of_number(number);
  return type ? std::string(values::record_type_name(*type)) : "TYPE" + std::to_string(number);
}

}  // namespace

TransferredZone axfr_zone(std::span<const env::TransferredRecord> records,
                          const values::DomainName& zone,
                          const std::string& provider) {
  TransferredZone out{.domain = {.name = zone}};
  auto& domain = out.domain;
  domain.providers = {provider};
  std::map<std::pair<std::string, std::string>, std::vector<const env::TransferredRecord*>> sets;
  for (const auto& record : records) {
    sets[{record.name.relative_to(zone), type_text(record.type)}].push_back(&record);
  }
  for (const auto& [key, members] : sets) {
    const auto& [owner, type_name] = key;
    const auto type = values::record_type_of_number(members.front()->type);
    const bool apex_ns = owner == "@" && type == values::RecordType::ns;
    const bool of_the_zone = type && kinds::is_system_rrset(owner, *type);
    if (of_the_zone && type == values::RecordType::txt) {
      domain.unmanaged.push_back(owner + " " + type_name);
      domain.unmanaged_because.emplace_back("who gets certificates writes it");
      continue;
    }
    if (of_the_zone && !apex_ns) {
      continue;
    }
    ImportedSet set{.owner = owner, .type = type.value_or(values::RecordType{})};
    const bool can_say =
        type && std::all_of(members.begin(), members.end(), [](const auto* record) {
          return record->data.has_value();
        });
    for (const auto* record : members) {
      set.values.push_back(record->data.value_or(""));
      set.ttl = std::min(record->ttl, set.ttl.value_or(record->ttl));
    }
    std::sort(set.values.begin(), set.values.end());
    set.values.erase(std::unique(set.values.begin(), set.values.end()), set.values.end());
    if (apex_ns) {
      out.name_servers = std::move(set.values);
    } else if (can_say) {
      domain.sets.push_back(std::move(set));
    } else {
      domain.unmanaged.push_back(owner + " " + type_name);
      domain.unmanaged_because.emplace_back(type ? "its data cannot be written in a manifest"
                                                 : "plumb does not know the type");
    }
  }
  finish_sets(domain);
  return out;
}

}  // namespace plumb::importing
