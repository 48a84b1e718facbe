#include "controller/verify/zone.h"

#include <algorithm>

#include <fmt/format.h>

namespace plumb::verify {

using values::DomainName;
using values::RecordType;

Declared::Declared(std::vector<Zone> zones) : zones_(std::move(zones)) {
  for (auto& zone : zones_) {
    std::sort(zone.sets.begin(), zone.sets.end(), [](const RecordSet& a, const RecordSet& b) {
      return a.name != b.name ? a.name < b.name : a.type < b.type;
    });
    by_name_.emplace(zone.name, &zone);
    for (const auto& set : zone.sets) {
      if (set.type == RecordType::a || set.type == RecordType::aaaa) {
        for (const auto& address : set.values) {
          hosts_.try_emplace(address, &set.name);
        }
      }
    }
  }
}

const DomainName* Declared::host_of(const std::string& address) const {
  const auto found = hosts_.find(address);
  return found == hosts_.end() ? nullptr : found->second;
}

const Zone* Declared::find(const DomainName& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

const Zone* Declared::zone_of(const DomainName& name) const {
  for (auto at = name;; at = at.parent()) {
    if (const auto* zone = find(at); zone != nullptr || at.is_root()) {
      return zone;
    }
  }
}

const RecordSet* Declared::set_of(const DomainName& name, RecordType type) const {
  const auto* zone = zone_of(name);
  if (zone == nullptr) {
    return nullptr;
  }
  const auto found = std::lower_bound(
      zone->sets.begin(),
      zone->sets.end(),
      std::pair(name, type),
      [](const RecordSet& set, const std::pair<DomainName, RecordType>& key) {
        return set.name != key.first ? set.name < key.first : set.type < key.second;
      });
  return found != zone->sets.end() && found->name == name && found->type == type ? &*found
                                                                                 : nullptr;
}

std::string remedy(const RecordSet& set) {
  return set.applied
             ? "nothing yet: it was applied and is on its way to servers and out of caches; "
               "if it stays, plumb plan says whether somebody changed it"
             : "plumb apply puts it right: it is declared and not applied yet";
}

std::string remedy(const Declared& declared,
                   const DomainName& name,
                   RecordType type,
                   const std::string& advice,
                   bool seen) {
  const auto what = fmt::format("{} {}", name.without_dot(), values::record_type_name(type));
  if (const auto* set = declared.set_of(name, type); set != nullptr) {
    return seen ? fmt::format("nothing: {} is served as declared; change its declaration{}",
                              what,
                              advice.empty() ? "" : ", to have " + advice)
                : remedy(*set);
  }
  const auto* zone = declared.zone_of(name);
  if (zone == nullptr) {
    return fmt::format("nothing: {} is not managed here", name.without_dot());
  }
  if (zone->awaiting != 0) {
    return fmt::format("plumb apply, perhaps: {} record sets of {} await values that others give",
                       zone->awaiting,
                       zone->name.without_dot());
  }
  return advice.empty() ? fmt::format("nothing: {} is not declared", what)
                        : fmt::format("nothing: {} is not declared; add {}", what, advice);
}

}  // namespace plumb::verify
