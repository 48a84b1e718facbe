#include <algorithm>
#include <array>

#include "resources/rules/check_zone.h"

namespace plumb::rules {
namespace {

using values::RecordType;

/// Chains longer than this are not followed: resolvers give up about there too.
constexpr std::size_t kLongestChain = 16;

std::string type_text(const ZoneRecord& record) {
  return std::string(values::record_type_name(record.type));
}

void apex(const CheckedZone& checked, Report& report) {
  for (const auto& record : checked.zone.at("@", RecordType::cname)) {
    report.add_name(record,
                    {.message = "the apex " + checked.zone.full_name("@") + " cannot be a CNAME",
                     .hint = "write the A and AAAA records of the target"});
  }
}

bool may_stand_beside_cname(RecordType type) {
  return type == RecordType::cname || (values::is_system_type(type) && type != RecordType::soa);
}

void beside_other_data(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::cname, [&](const ZoneRecord& record) {
    if (record.owner == "@") {
      return;  // cname-apex says it
    }
    const auto all = checked.zone.at(record.owner);
    const auto other = std::find_if(all.begin(), all.end(), [](const ZoneRecord& candidate) {
      return !may_stand_beside_cname(candidate.type);
    });
    if (other != all.end()) {
      report.add(record,
                 {.message = checked.zone.full_name(record.owner) + " has a CNAME and " +
                             type_text(*other) + " records",
                  .hint = "keep one of them: a CNAME stands alone at its name",
                  .related = other->of_values()});
    }
  });
}

void single(const CheckedZone& checked, Report& report, RecordType type) {
  for_each_of(checked.zone, type, [&](const ZoneRecord& record) {
    const auto all = checked.zone.at(record.owner, type);
    std::size_t values = 0;
    for (const auto& one : all) {
      values += one.unresolved ? 1 : one.values.size();
    }
    if (values > 1 && &record == &all.front()) {
      report.add_last(all.back(),
                      {.message = checked.zone.full_name(record.owner) + " has " +
                                  std::to_string(values) + " " + type_text(record) + " records",
                       .hint = "keep one: a name can stand for one other name only",
                       .related = all.size() > 1 ? record.of_values() : Place{}});
    }
  });
}

void single_cname(const CheckedZone& checked, Report& report) {
  single(checked, report, RecordType::cname);
}

/// The target of the CNAME among `records`; empty where there is none or it is not known yet.
std::string_view alias_target(std::span<const ZoneRecord> records) {
  for (const auto& record : records) {
    if (record.type == RecordType::cname && !record.unresolved && !record.values.empty()) {
      return record.values.front();
    }
  }
  return {};
}

void add_loop(const ZoneRecord& record,
              std::string_view target,
              const std::vector<std::string_view>& names,
              Report& report) {
  const std::string start(shown(names.front()));
  std::string chain;
  for (const auto name : names) {
    chain.append(shown(name)).append(" → ");
  }
  report.add(record,
             target,
             {.message = names.size() == 1 ? "CNAME " + start + " points to itself"
                                           : "CNAMEs form a loop: " + chain + start,
              .hint = "point it to a name that has addresses"});
}

void loop(const CheckedZone& checked, Report& report) {
  std::vector<std::string_view> seen;
  for_each_value(
      checked.zone, RecordType::cname, [&](const ZoneRecord& record, std::string_view target) {
        const auto start = checked.zone.full_name(record.owner) + ".";
        seen.assign(1, start);
        for (auto next = target; !next.empty() && seen.size() <= kLongestChain;) {
          if (next == start) {
            add_loop(record, target, seen, report);
            return;
          }
          if (std::find(seen.begin(), seen.end(), next) != seen.end()) {
            return;  // leads into a loop, which is reported where it is
          }
          seen.push_back(next);
          next = alias_target(checked.look_up(next).records);
        }
      });
}

void wildcard_loop(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::cname, [&](const ZoneRecord& record, std::string_view target) {
        if (!record.owner.starts_with("*")) {
          return;
        }
        const auto info = checked.look_up(target);
        if (info.zone == &checked.zone && info.records.data() != nullptr && !info.records.empty() &&
            info.records.front().owner == record.owner && info.owner != record.owner) {
          report.add(record,
                     target,
                     {.message = "CNAME " + checked.zone.full_name(record.owner) + " points to " +
                                 std::string(shown(target)) + ", for which it answers itself",
                      .hint = "give the target records of its own"});
        }
      });
}

void target_missing(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::cname, [&](const ZoneRecord& record, std::string_view target) {
        const auto info = checked.look_up(target);
        if (info.known == Known::nothing) {
          report.add(record,
                     target,
                     {.message = "CNAME " + checked.zone.full_name(record.owner) + " points to " +
                                 std::string(shown(target)) + ", which has no records",
                      .hint = "declare records for the target, or point to another name"});
        }
      });
}

void single_dname(const CheckedZone& checked, Report& report) {
  single(checked, report, RecordType::dname);
}

void dname_occludes(const CheckedZone& checked, Report& report) {
  const auto& zone = checked.zone;
  if (zone.of_type(RecordType::dname).empty()) {
    return;
  }
  for (const auto& record : zone.records()) {
    for (auto name = record.owner; name != "@";) {
      name = parent_of(name);
      const auto dname = zone.at(name, RecordType::dname);
      if (!dname.empty()) {
        report.add_name(record,
                        {.message = zone.full_name(record.owner) + " " + type_text(record) +
                                    " lies below the DNAME at " + zone.full_name(name) +
                                    " and is never answered",
                         .hint = "remove the record or the DNAME",
                         .related = dname.front().of_values()});
        break;
      }
    }
  }
}

void dname_beside_ns(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::dname, [&](const ZoneRecord& record) {
    const auto ns = checked.zone.at(record.owner, RecordType::ns);
    if (record.owner != "@" && !ns.empty()) {
      report.add(record,
                 {.message = checked.zone.full_name(record.owner) + " has a DNAME and NS records",
                  .hint = "keep one of them: the name is either redirected or delegated",
                  .related = ns.front().of_values()});
    }
  });
}

constexpr std::array kLines{
    RuleLine{{"cname-apex", "a CNAME stands at the apex, beside SOA and NS", "RFC 1034 §3.6.2"},
             apex},
    RuleLine{{"cname-beside-other-data", "a CNAME stands beside other records", "RFC 1034 §3.6.2"},
             beside_other_data},
    RuleLine{{"cname-single", "a name has more than one CNAME", "RFC 2181 §10.1"}, single_cname},
    RuleLine{{"cname-loop", "CNAMEs lead back to where they begin", "RFC 1034 §3.6.2"}, loop},
    RuleLine{{"cname-wildcard-loop",
              "a wildcard CNAME points to a name that it answers for",
              "RFC 4592 §4.3"},
             wildcard_loop},
    RuleLine{{"cname-target",
              "a CNAME points to a declared zone, to a name without records",
              "RFC 1912 §2.4",
              Severity::warning},
             target_missing},
    RuleLine{{"dname-single", "a name has more than one DNAME", "RFC 6672 §2.4"}, single_dname},
    RuleLine{{"dname-occludes", "records lie below a DNAME", "RFC 6672 §2.4"}, dname_occludes},
    RuleLine{{"dname-beside-ns", "a DNAME stands beside NS below the apex", "RFC 6672 §2.3"},
             dname_beside_ns},
};

}  // namespace

std::span<const RuleLine> cname_rules() {
  return kLines;
}

}  // namespace plumb::rules
