#include <algorithm>
#include <array>
#include <cctype>

#include "resources/rules/check_zone.h"
#include "resources/rules/tag_list.h"

namespace plumb::rules {
namespace {

using values::RecordType;

bool stands_at(std::string_view owner, std::string_view name) {
  return owner.starts_with(name) && (owner.size() == name.size() || owner[name.size()] == '.');
}

/// One kind of TXT that must stand alone at a name of its own.
struct Policy {
  std::string_view label;    ///< "_mta-sts"
  std::string_view version;  ///< "STSv1"
  std::string_view title;
  std::string_view example;
  std::string (*fault)(const TagList& list);
};

std::string sts_fault(const TagList& list) {
  const auto* id = list.find("id");
  if (id == nullptr) {
    return "there is no id=";
  }
  const bool sound = !id->value.empty() && id->value.size() <= 32 &&
                     std::all_of(id->value.begin(), id->value.end(), [](char c) {
                       return std::isalnum(static_cast<unsigned char>(c)) != 0;
                     });
  return sound ? "" : "id= must be 1 to 32 letters and digits";
}

std::string tls_report_fault(const TagList& list) {
  const auto* rua = list.find("rua");
  if (rua == nullptr) {
    return "there is no rua=";
  }
  const auto uris = split_list(rua->value, ',');
  const bool sound = std::all_of(uris.begin(), uris.end(), [](std::string_view uri) {
    return uri.starts_with("mailto:") || uri.starts_with("https:");
  });
  return sound ? "" : "rua= must hold mailto: or https: addresses";
}

constexpr Policy kSts{
    "_mta-sts", "STSv1", "MTA-STS record", "v=STSv1; id=20260101T000000;", sts_fault};
constexpr Policy kTlsReport{"_smtp._tls",
                            "TLSRPTv1",
                            "TLS reporting record",
                            "v=TLSRPTv1; rua=mailto:tls@example.com",
                            tls_report_fault};

void check_value(const CheckedZone& checked,
                 const ZoneRecord& record,
                 std::string_view value,
                 const Policy& policy,
                 Report& report) {
  const auto list = parse_tags(value);
  std::string fault = list.fault;
  if (list.tags.empty() || list.tags.front().name != "v" ||
      list.tags.front().value != policy.version) {
    fault = "it does not begin with v=" + std::string(policy.version);
  }
  if (fault.empty()) {
    fault = policy.fault(list);
  }
  if (!fault.empty()) {
    report.add(record,
               value,
               {.message = std::string(policy.title) + " " + checked.zone.full_name(record.owner) +
                           ": " + fault,
                .hint = "write " + std::string(policy.example)});
  }
}

template <const Policy& policy>
void syntax(const CheckedZone& checked, Report& report) {
  const ZoneRecord* first = nullptr;
  std::string_view first_value;
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        if (!stands_at(record.owner, policy.label)) {
          return;
        }
        check_value(checked, record, value, policy, report);
        if (first != nullptr && first->owner == record.owner) {
          report.add(record,
                     value,
                     {.message = checked.zone.full_name(record.owner) + " has more than one TXT",
                      .hint = "keep one: with two, there is none",
                      .related = first->of_value(first_value)});
        }
        first = &record;
        first_value = value;
      });
}

void policy_host(const CheckedZone& checked, Report& report) {
  for_each_of(checked.zone, RecordType::txt, [&](const ZoneRecord& record) {
    if (!stands_at(record.owner, kSts.label)) {
      return;
    }
    const auto rest = record.owner.substr(kSts.label.size());
    const auto host = checked.zone.full_name("mta-sts" + std::string(rest)) + ".";
    const auto info = checked.look_up(host);
    if (info.known == Known::nothing ||
        (info.known == Known::records && !has_address(info.records) &&
         !has_type(info.records, RecordType::cname))) {
      report.add(record,
                 {.message = "MTA-STS policy host " + std::string(shown(host)) +
                             " has no address, so the policy cannot be fetched",
                  .hint = "declare A or AAAA records for it, or remove " +
                          checked.zone.full_name(record.owner)});
    }
  });
}

constexpr std::array kLines{
    RuleLine{{"mta-sts-syntax", "an MTA-STS record is not sound or not alone", "RFC 8461 §3.1"},
             syntax<kSts>},
    RuleLine{{"mta-sts-host",
              "the host of an MTA-STS policy has no address",
              "RFC 8461 §3.3",
              Severity::warning},
             policy_host},
    RuleLine{{"tls-rpt-syntax", "a TLS reporting record is not sound or not alone", "RFC 8460 §3"},
             syntax<kTlsReport>},
};

}  // namespace

std::span<const RuleLine> transport_rules() {
  return kLines;
}

}  // namespace plumb::rules
