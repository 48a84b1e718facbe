#include "resources/rules/check_zone.h"

#include <algorithm>

namespace plumb::rules {
namespace {

using values::RecordType;

bool below_dname(const ZoneView& zone, std::string_view owner) {
  if (zone.of_type(RecordType::dname).empty()) {
    return false;
  }
  for (auto name = owner; name != "@";) {
    name = parent_of(name);
    if (!zone.at(name, RecordType::dname).empty()) {
      return true;
    }
  }
  return false;
}

/// The records of the wildcard that answers for a name without records of its own.
std::span<const ZoneRecord> wildcard_for(const ZoneView& zone, std::string_view owner) {
  for (auto name = owner; name != "@";) {
    name = parent_of(name);
    const auto wildcard = zone.at(name == "@" ? "*" : "*." + std::string(name));
    if (!wildcard.empty()) {
      return wildcard;
    }
    if (name != "@" && (!zone.at(name).empty() || zone.has_below(name))) {
      return {};  // the closest encloser has no wildcard
    }
  }
  return {};
}

bool is_off(const std::vector<std::string>* off, std::string_view id) {
  return off != nullptr && std::find(off->begin(), off->end(), id) != off->end();
}

}  // namespace

NameInfo CheckedZone::look_up(std::string_view absolute) const {
  const auto* found = others == nullptr ? nullptr : others->zone_of(absolute);
  if (zone.owner_of(absolute) &&
      (found == nullptr || found->origin().text().size() <= zone.origin().text().size())) {
    found = &zone;
  }
  if (found == nullptr) {
    return {};
  }
  NameInfo info{.known = Known::records, .zone = found, .owner = *found->owner_of(absolute)};
  info.records = found->at(info.owner);
  if (found->cut_above(info.owner)) {
    // What lies below a cut is the child's to say; only glue is ours.
    info.known = has_address(info.records) ? Known::records : Known::unknown;
    return info;
  }
  if (below_dname(*found, info.owner)) {
    info.known = Known::unknown;
    return info;
  }
  if (info.records.empty() && !found->has_below(info.owner)) {
    info.records = wildcard_for(*found, info.owner);
  }
  if (info.records.empty()) {
    const bool elsewhere = found->may_be_unread(info.owner) || may_be_unread_here(absolute) ||
                           found->may_be_elsewhere(info.owner, RecordType::a) ||
                           found->may_be_elsewhere(info.owner, RecordType::aaaa) ||
                           found->may_be_elsewhere(info.owner, RecordType::cname);
    info.known = elsewhere ? Known::unknown : Known::nothing;
  }
  return info;
}

bool CheckedZone::may_be_unread_here(std::string_view absolute) const {
  const auto owner = zone.owner_of(absolute);
  return owner && zone.may_be_unread(*owner);
}

void Report::add(const ZoneRecord& record, Finding finding) {
  add(record, record.of_values(), std::move(finding));
}

void Report::add(const ZoneRecord& record, std::string_view value, Finding finding) {
  add(record, record.of_value(value), std::move(finding));
}

void Report::add_last(const ZoneRecord& record, Finding finding) {
  add(record,
      record.value_places.empty() ? record.place : record.value_places.back(),
      std::move(finding));
}

void Report::add_name(const ZoneRecord& record, Finding finding) {
  add(record, record.of_name(), std::move(finding));
}

void Report::add(const ZoneRecord& record, Place place, Finding finding) {
  // Values are sorted here; of two in one record the one that is written later is to blame.
  const auto& written = record.value_places;
  if (place < finding.related &&
      std::find(written.begin(), written.end(), finding.related) != written.end()) {
    std::swap(place, finding.related);
  }
  if (!is_off(record.rules_off, rule_.id)) {
    add(place, std::move(finding));
  }
}

void Report::add(Place place, Finding finding) {
  problems_.add({.severity = finding.severity.value_or(rule_.severity),
                 .place = place,
                 .message = std::move(finding.message),
                 .hint = std::move(finding.hint),
                 .rule = std::string(rule_.id),
                 .reference = std::string(rule_.reference),
                 .related = finding.related});
}

Severity absence(const ZoneView& zone) {
  return zone.settings().exclusive ? Severity::error : Severity::warning;
}

bool has_type(std::span<const ZoneRecord> records, RecordType type) {
  return std::any_of(records.begin(), records.end(), [&](const ZoneRecord& record) {
    return record.type == type;
  });
}

bool has_address(std::span<const ZoneRecord> records) {
  return has_type(records, RecordType::a) || has_type(records, RecordType::aaaa);
}

std::string_view shown(std::string_view absolute) {
  return absolute.size() > 1 && absolute.ends_with('.') ? absolute.substr(0, absolute.size() - 1)
                                                        : absolute;
}

}  // namespace plumb::rules
