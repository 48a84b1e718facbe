#include <algorithm>
#include <array>

#include "resources/rules/check_zone.h"
#include "resources/values/ip_address.h"
#include "resources/values/rdata.h"

namespace plumb::rules {
namespace {

using values::RecordType;

/// The last field of canonical data: the target of MX, NS and SRV. A view into `value`.
std::string_view target_in(std::string_view value) {
  const auto blank = value.rfind(' ');
  return blank == std::string_view::npos ? value : value.substr(blank + 1);
}

std::string type_text(RecordType type) {
  return std::string(values::record_type_name(type));
}

std::string subject(RecordType type, std::string_view target) {
  return type_text(type) + " target " + std::string(shown(target));
}

template <RecordType type>
void target_is_address(const CheckedZone& checked, Report& report) {
  for_each_value(checked.zone, type, [&](const ZoneRecord& record, std::string_view value) {
    const auto target = shown(target_in(value));
    if (values::is_ip_address(target)) {
      report.add(record,
                 value,
                 {.message = subject(type, target) + " is an address, not a host name",
                  .hint = "name a host that has this address in an A or AAAA record"});
    }
  });
}

template <RecordType type>
void target_is_alias(const CheckedZone& checked, Report& report) {
  for_each_value(checked.zone, type, [&](const ZoneRecord& record, std::string_view value) {
    const auto target = target_in(value);
    const auto info = checked.look_up(target);
    const auto alias = std::find_if(info.records.begin(), info.records.end(), [](const auto& r) {
      return r.type == RecordType::cname;
    });
    if (info.known == Known::records && alias != info.records.end()) {
      const auto known = !alias->unresolved && !alias->values.empty();
      report.add(record,
                 value,
                 {.message = subject(type, target) + " is a CNAME",
                  .hint = known ? "name " + std::string(shown(alias->values.front())) + " itself"
                                : "name the host itself",
                  .related = alias->of_values()});
    }
  });
}

bool address_may_be_elsewhere(const NameInfo& info) {
  return info.zone->may_be_elsewhere(info.owner, RecordType::a) ||
         info.zone->may_be_elsewhere(info.owner, RecordType::aaaa) ||
         info.zone->may_be_elsewhere(info.owner, RecordType::cname);
}

template <RecordType type>
void target_without_address(const CheckedZone& checked, Report& report) {
  for_each_value(checked.zone, type, [&](const ZoneRecord& record, std::string_view value) {
    const auto target = target_in(value);
    if (target == "." || values::is_ip_address(shown(target))) {
      return;
    }
    const auto info = checked.look_up(target);
    if (info.known == Known::unknown || has_address(info.records) ||
        has_type(info.records, RecordType::cname) || address_may_be_elsewhere(info)) {
      return;
    }
    const auto where = info.zone == &checked.zone ? std::string("in this zone")
                                                  : "in zone " + info.zone->full_name("@");
    report.add(record,
               value,
               {.message = subject(type, target) + " has no A or AAAA record " + where,
                .hint = "declare an A or AAAA record for it, or name another host",
                .severity = absence(*info.zone)});
  });
}

template <RecordType type>
void target_behind_proxy(const CheckedZone& checked, Report& report) {
  for_each_value(checked.zone, type, [&](const ZoneRecord& record, std::string_view value) {
    const auto target = target_in(value);
    const auto info = checked.look_up(target);
    const auto proxied = std::find_if(
        info.records.begin(), info.records.end(), [](const auto& r) { return r.proxied; });
    if (info.known == Known::records && proxied != info.records.end()) {
      report.add(record,
                 value,
                 {.message = subject(type, target) + " is behind a proxy, which takes web alone",
                  .hint = "take `proxied` away from it, or name a host without",
                  .related = proxied->place});
    }
  });
}

void null_mx_alone(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::mx, [&](const ZoneRecord& record) {
    const auto is_null = [](std::string_view value) { return target_in(value) == "."; };
    const auto nulls = std::count_if(record.values.begin(), record.values.end(), is_null);
    if (nulls > 0 && record.values.size() > 1) {
      report.add(record,
                 *std::find_if(record.values.begin(), record.values.end(), is_null),
                 {.message = checked.zone.full_name(record.owner) +
                             " has a null MX beside other MX records",
                  .hint = "write only \"0 .\" where no mail is taken, else leave it out"});
    }
  });
}

void null_srv_alone(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::srv, [&](const ZoneRecord& record) {
    const auto is_null = [](std::string_view value) { return target_in(value) == "."; };
    if (record.values.size() > 1 &&
        std::any_of(record.values.begin(), record.values.end(), is_null)) {
      report.add(record,
                 *std::find_if(record.values.begin(), record.values.end(), is_null),
                 {.message = checked.zone.full_name(record.owner) +
                             " says that there is no service, and where it is",
                  .hint = "write only \"0 0 0 .\" where there is none, else leave it out"});
    }
  });
}

void repeated_mx_host(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::mx, [&](const ZoneRecord& record) {
    std::vector<std::string_view> hosts;
    for (const auto value : record.values) {
      hosts.push_back(target_in(value));
    }
    std::sort(hosts.begin(), hosts.end());
    const auto twice = std::adjacent_find(hosts.begin(), hosts.end());
    if (twice != hosts.end()) {
      report.add(record,
                 *std::next(twice),
                 {.message = "MX of " + checked.zone.full_name(record.owner) + " names " +
                             std::string(shown(*twice)) + " more than once",
                  .hint = "keep one preference for each host"});
    }
  });
}

constexpr std::array kLines{
    RuleLine{{"mx-target-ip", "an MX names an address", "RFC 5321 §5.1"},
             target_is_address<RecordType::mx>},
    RuleLine{{"mx-target-cname", "an MX names an alias", "RFC 2181 §10.3"},
             target_is_alias<RecordType::mx>},
    RuleLine{{"mx-target-address",
              "an MX names a host of a declared zone that has no address",
              "RFC 5321 §5.1"},
             target_without_address<RecordType::mx>},
    RuleLine{{"mx-target-proxied", "an MX names a host behind a vendor's proxy", "RFC 5321 §5.1"},
             target_behind_proxy<RecordType::mx>},
    RuleLine{{"mx-repeated-host",
              "an MX set names a host more than once",
              "RFC 5321 §5.1",
              Severity::warning},
             repeated_mx_host},
    RuleLine{{"null-mx-alone", "a null MX stands beside other MX records", "RFC 7505 §3"},
             null_mx_alone},
    RuleLine{{"ns-target-ip", "an NS names an address", "RFC 1035 §3.3.11"},
             target_is_address<RecordType::ns>},
    RuleLine{{"ns-target-cname", "an NS names an alias", "RFC 2181 §10.3"},
             target_is_alias<RecordType::ns>},
    RuleLine{{"ns-target-address",
              "an NS names a host of a declared zone that has no address",
              "RFC 1912 §2.8"},
             target_without_address<RecordType::ns>},
    RuleLine{{"srv-target-ip", "an SRV names an address", "RFC 2782"},
             target_is_address<RecordType::srv>},
    RuleLine{{"srv-target-cname", "an SRV names an alias", "RFC 2782", Severity::warning},
             target_is_alias<RecordType::srv>},
    RuleLine{{"srv-target-address",
              "an SRV names a host of a declared zone that has no address",
              "RFC 2782"},
             target_without_address<RecordType::srv>},
    RuleLine{{"srv-target-proxied",
              "an SRV names a host behind a vendor's proxy",
              "RFC 2782",
              Severity::warning},
             target_behind_proxy<RecordType::srv>},
    RuleLine{{"srv-null-alone",
              "an SRV set says that there is no service, and names one",
              "RFC 2782",
              Severity::warning},
             null_srv_alone},
};

}  // namespace

std::span<const RuleLine> target_rules() {
  return kLines;
}

}  // namespace plumb::rules
