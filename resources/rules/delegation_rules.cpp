#include <algorithm>
#include <array>

#include "resources/rules/check_zone.h"

namespace plumb::rules {
namespace {

using values::RecordType;

std::string type_text(const ZoneRecord& record) {
  return std::string(values::record_type_name(record.type));
}

void ds_apex(const CheckedZone& checked, Report& report) {
  for (const auto& record : checked.zone.at("@", RecordType::ds)) {
    report.add(record,
               {.message = "DS of " + checked.zone.full_name("@") +
                           " stands in the zone itself, where nobody asks for it",
                .hint = "give it to the parent zone or the registrar"});
  }
}

void ds_without_ns(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::ds, [&](const ZoneRecord& record) {
    if (record.owner != "@" && checked.zone.at(record.owner, RecordType::ns).empty() &&
        !checked.zone.may_be_elsewhere(record.owner, RecordType::ns)) {
      report.add(record,
                 {.message = checked.zone.full_name(record.owner) + " has DS but no NS records",
                  .hint = "declare the NS records of the delegation, or remove the DS",
                  .severity = absence(checked.zone)});
    }
  });
}

/// Whether an address record is glue: named by the NS of the cut.
bool is_glue(const ZoneView& zone, std::string_view cut, const ZoneRecord& record) {
  if (record.type != RecordType::a && record.type != RecordType::aaaa) {
    return false;
  }
  for (const auto& ns : zone.at(cut, RecordType::ns)) {
    const bool names_it = std::any_of(ns.values.begin(), ns.values.end(), [&](const auto value) {
      return zone.owner_of(value) == record.owner;
    });
    if (ns.unresolved || names_it) {
      return true;
    }
  }
  return zone.may_be_unread(cut);
}

bool belongs_to_cut(RecordType type) {
  return type == RecordType::ns || type == RecordType::ds || values::is_system_type(type);
}

void below_delegation(const CheckedZone& checked, Report& report) {
  const auto& zone = checked.zone;
  if (zone.of_type(RecordType::ns).empty()) {
    return;
  }
  for (const auto& record : zone.records()) {
    const auto cut = zone.cut_above(record.owner);
    if (!cut || (record.owner == *cut && belongs_to_cut(record.type)) ||
        is_glue(zone, *cut, record)) {
      continue;
    }
    const bool address = record.type == RecordType::a || record.type == RecordType::aaaa;
    report.add_name(
        record,
        {.message = zone.full_name(record.owner) + " " + type_text(record) + " belongs to " +
                    zone.full_name(*cut) + ", which is delegated, and is never answered from here",
         .hint = "declare it in the zone " + zone.full_name(*cut),
         .severity = address ? Severity::warning : Severity::error,
         .related = zone.at(*cut, RecordType::ns).front().of_values()});
  }
}

/// Whether the zone behind a cut is declared too: then its own name servers are its to declare.
bool is_declared(const CheckedZone& checked, std::string_view cut) {
  const auto origin = checked.zone.full_name(cut) + ".";
  const auto* child = checked.others == nullptr ? nullptr : checked.others->zone_of(origin);
  return child != nullptr && child->origin().text() == origin;
}

void glue(const CheckedZone& checked, Report& report) {
  const auto& zone = checked.zone;
  for_each_value(zone, RecordType::ns, [&](const ZoneRecord& record, std::string_view target) {
    const auto owner = zone.owner_of(target);
    const auto cut = owner && record.owner != "@" ? zone.cut_above(*owner) : std::nullopt;
    if (!cut || *cut != record.owner || has_address(zone.at(*owner)) ||
        zone.may_be_elsewhere(*owner, RecordType::a) ||
        zone.may_be_elsewhere(*owner, RecordType::aaaa) || is_declared(checked, *cut)) {
      return;
    }
    report.add(record,
               target,
               {.message = "name server " + std::string(shown(target)) + " lies in the zone " +
                           zone.full_name(*cut) + " that it serves, and has no glue",
                .hint = "declare its A or AAAA record in this zone too",
                .severity = absence(zone)});
  });
}

void wildcard_ns(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::ns, [&](const ZoneRecord& record) {
    if (record.owner.starts_with('*')) {
      report.add_name(record,
                      {.message = "NS at the wildcard " + checked.zone.full_name(record.owner) +
                                  " has no defined meaning",
                       .hint = "delegate each name by itself"});
    }
  });
}

void single_server(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::ns, [&](const ZoneRecord& record) {
    if (!record.unresolved && record.values.size() == 1 &&
        checked.zone.at(record.owner, RecordType::ns).size() == 1 &&
        !checked.zone.may_be_unread(record.owner)) {
      report.add(record,
                 {.message = checked.zone.full_name(record.owner) + " has only one name server",
                  .hint = "name at least two, in different networks"});
    }
  });
}

void missing_delegation(const CheckedZone& checked, Report& report) {
  const auto& zone = checked.zone;
  if (checked.others == nullptr || zone.origin().is_root()) {
    return;
  }
  const auto* parent = checked.others->zone_of(zone.origin().parent().text());
  const auto owner = parent == nullptr ? std::nullopt : parent->owner_of(zone.origin().text());
  if (!owner || parent->cut_above(*owner) || parent->may_be_elsewhere(*owner, RecordType::ns)) {
    return;
  }
  report.add(zone.settings().place,
             {.message = "zone " + zone.full_name("@") + " is not delegated in " +
                         parent->full_name("@") + ", which is declared here too",
              .hint = "set dns.delegate, or declare NS records for it there"});
}

constexpr std::array kLines{
    RuleLine{{"ds-apex", "a DS stands at the apex of its own zone", "RFC 4035 §2.4"}, ds_apex},
    RuleLine{{"ds-without-ns", "a DS stands where nothing is delegated", "RFC 4035 §2.4"},
             ds_without_ns},
    RuleLine{{"below-delegation",
              "records lie at or below a delegation and are no glue",
              "RFC 1034 §4.2.1"},
             below_delegation},
    RuleLine{
        {"ns-glue", "a name server lies in the zone it serves, without glue", "RFC 1034 §4.2.1"},
        glue},
    RuleLine{{"ns-wildcard", "NS stands at a wildcard", "RFC 4592 §4.2", Severity::warning},
             wildcard_ns},
    RuleLine{{"ns-single", "a zone has one name server only", "RFC 2182 §5", Severity::warning},
             single_server},
    RuleLine{{"delegation-missing",
              "a declared zone is not delegated by its declared parent",
              "RFC 1034 §4.2",
              Severity::warning},
             missing_delegation},
};

}  // namespace

std::span<const RuleLine> delegation_rules() {
  return kLines;
}

}  // namespace plumb::rules
