#include <algorithm>
#include <array>

#include "resources/model/diagnostic.h"
#include "resources/rules/check_zone.h"
#include "resources/values/rdata_types.h"

namespace plumb::rules {
namespace {

/// IANA, Certification Authority Restriction Properties.
constexpr std::array<std::string_view, 7> kTags{
    "contactemail", "contactphone", "iodef", "issue", "issuemail", "issuevmc", "issuewild"};

template <class Each>
void for_each_caa(const CheckedZone& checked, Each each) {
  for_each_value(
      checked.zone, values::RecordType::caa, [&](const ZoneRecord& record, std::string_view value) {
        const auto caa = values::Caa::parse(value, {}, values::TargetRule::absolute_only);
        if (caa) {
          each(record, value, *caa);
        }
      });
}

void tag(const CheckedZone& checked, Report& report) {
  for_each_caa(
      checked, [&](const ZoneRecord& record, std::string_view value, const values::Caa& caa) {
        if (std::find(kTags.begin(), kTags.end(), caa.tag) != kTags.end()) {
          return;
        }
        const auto meant = did_you_mean(caa.tag, kTags);
        report.add(record,
                   value,
                   {.message = "CAA tag '" + caa.tag + "' is not known" +
                               (caa.critical() ? ", and critical: no CA may issue" : ""),
                    .hint = meant.empty() ? "use issue, issuewild, issuemail or iodef" : meant,
                    .severity = caa.critical() ? Severity::error : Severity::warning});
      });
}

void flags(const CheckedZone& checked, Report& report) {
  for_each_caa(checked,
               [&](const ZoneRecord& record, std::string_view value, const values::Caa& caa) {
                 if ((caa.flags & 0x7FU) != 0) {
                   report.add(record,
                              value,
                              {.message = "CAA flags are " + std::to_string(caa.flags) +
                                          ", of which only 128 has a meaning",
                               .hint = "write 0, or 128 for critical"});
                 }
               });
}

bool is_domain_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

void issuer(const CheckedZone& checked, Report& report) {
  for_each_caa(
      checked, [&](const ZoneRecord& record, std::string_view value, const values::Caa& caa) {
        if (!caa.tag.starts_with("issue")) {
          return;
        }
        std::string_view name = caa.value;
        name = name.substr(0, name.find(';'));
        while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) {
          name.remove_prefix(1);
        }
        while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) {
          name.remove_suffix(1);
        }
        if (!std::all_of(name.begin(), name.end(), is_domain_character)) {
          report.add(record,
                     value,
                     {.message = "CAA " + caa.tag + " of " + checked.zone.full_name(record.owner) +
                                 " does not name a CA by its domain: no CA may issue",
                      .hint = "write the CA's domain, such as letsencrypt.org"});
        }
      });
}

void iodef(const CheckedZone& checked, Report& report) {
  for_each_caa(
      checked, [&](const ZoneRecord& record, std::string_view value, const values::Caa& caa) {
        const bool url = caa.value.starts_with("mailto:") || caa.value.starts_with("https://") ||
                         caa.value.starts_with("http://");
        if (caa.tag == "iodef" && !url) {
          report.add(
              record,
              value,
              {.message = "CAA iodef of " + checked.zone.full_name(record.owner) + " is no URL",
               .hint = "write mailto:security@example.com or an https URL"});
        }
      });
}

constexpr std::array kLines{
    RuleLine{{"caa-tag", "a CAA tag is not known", "RFC 8659 §4.1"}, tag},
    RuleLine{{"caa-flags", "a CAA has flags without meaning", "RFC 8659 §4.1", Severity::warning},
             flags},
    RuleLine{{"caa-issuer", "a CAA does not name a CA by its domain", "RFC 8659 §4.2"}, issuer},
    RuleLine{{"caa-iodef", "a CAA iodef is no URL", "RFC 8659 §4.4", Severity::warning}, iodef},
};

}  // namespace

std::span<const RuleLine> caa_rules() {
  return kLines;
}

}  // namespace plumb::rules
