#include <algorithm>
#include <array>

#include "resources/mail/dmarc.h"
#include "resources/mail/dmarc_discovery.h"
#include "resources/model/diagnostic.h"
#include "resources/rules/check_zone.h"
#include "resources/rules/tag_list.h"
#include "resources/values/quoted.h"

namespace plumb::rules {
namespace {

using mail::is_dmarc;
using values::RecordType;

/// Whether an owner name is where policies are looked for; those that only allow reports
/// ("x._report._dmarc") are not.
bool is_policy_name(std::string_view owner) {
  return owner == "_dmarc" || owner.starts_with("_dmarc.");
}

template <class Each>
void for_each_policy(const CheckedZone& checked, Each each) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        if (is_policy_name(record.owner) && is_dmarc(value)) {
          each(record, value, parse_tags(value));
        }
      });
}

std::string subject(const CheckedZone& checked, const ZoneRecord& record) {
  return "DMARC of " + checked.zone.full_name(record.owner);
}

void multiple(const CheckedZone& checked, Report& report) {
  const ZoneRecord* first = nullptr;
  std::string_view first_value;
  for_each_policy(
      checked, [&](const ZoneRecord& record, std::string_view value, const TagList& /*tags*/) {
        if (first != nullptr && first->owner == record.owner) {
          report.add(
              record,
              value,
              {.message = checked.zone.full_name(record.owner) + " has more than one DMARC record",
               .hint = "keep one: with two, there is no policy",
               .related = first->of_value(first_value)});
        } else {
          first = &record;
          first_value = value;
        }
      });
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), value) != words.end();
}

void policy_syntax(const ZoneRecord& record,
                   std::string_view value,
                   const TagList& list,
                   const std::string& subject,
                   Report& report) {
  if (!list.fault.empty()) {
    report.add(record,
               value,
               {.message = subject + ": " + list.fault, .hint = "write tag=value; tag=value"});
  }
  for (const auto& tag : list.tags) {
    if (is_one_of(tag.name, {"p", "sp", "np"}) &&
        !is_one_of(tag.value, {"none", "quarantine", "reject"})) {
      constexpr std::array<std::string_view, 3> kPolicies{"none", "quarantine", "reject"};
      const auto meant = did_you_mean(tag.value, kPolicies);
      report.add(record,
                 value,
                 {.message = subject + " has the policy " + std::string(tag.name) + "=" +
                             values::quoted(tag.value),
                  .hint = meant.empty() ? "write none, quarantine or reject" : meant});
    }
  }
}

void syntax(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        if (!is_policy_name(record.owner)) {
          return;
        }
        const auto about = subject(checked, record);
        if (is_dmarc(value)) {
          policy_syntax(record, value, parse_tags(value), about, report);
          return;
        }
        report.add(record,
                   value,
                   {.message = about + " does not begin with v=DMARC1",
                    .hint = "begin it with v=DMARC1; exactly so, and remove other TXT records",
                    .severity = value.find("DMARC") == std::string_view::npos &&
                                        value.find("dmarc1") == std::string_view::npos
                                    ? Severity::warning
                                    : Severity::error});
      });
}

void no_policy(const CheckedZone& checked, Report& report) {
  for_each_policy(checked,
                  [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
                    if (list.find("p") == nullptr) {
                      report.add(record,
                                 value,
                                 {.message = subject(checked, record) + " states no policy",
                                  .hint = "add p=none, p=quarantine or p=reject"});
                    }
                  });
}

bool is_sound(const Tag& tag) {
  if (is_one_of(tag.name, {"adkim", "aspf"})) {
    return is_one_of(tag.value, {"r", "s"});
  }
  if (tag.name == "t") {
    return is_one_of(tag.value, {"y", "n"});
  }
  if (tag.name == "psd") {
    return is_one_of(tag.value, {"y", "n", "u"});
  }
  if (tag.name == "fo") {
    const auto options = split_list(tag.value, ':');
    return std::all_of(options.begin(), options.end(), [](std::string_view option) {
      return is_one_of(option, {"0", "1", "d", "s"});
    });
  }
  if (is_one_of(tag.name, {"rua", "ruf"})) {
    const auto uris = split_list(tag.value, ',');
    return std::all_of(uris.begin(), uris.end(), [](std::string_view uri) {
      return (uri.starts_with("mailto:") && uri.find('@') != std::string_view::npos) ||
             uri.starts_with("https://");
    });
  }
  return true;
}

void tag_values(const CheckedZone& checked, Report& report) {
  constexpr std::array<std::string_view, 14> kTags{
      "adkim", "aspf", "fo", "np", "p", "pct", "psd", "rf", "ri", "rua", "ruf", "sp", "t", "v"};
  for_each_policy(
      checked, [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
        for (const auto& tag : list.tags) {
          if (std::find(kTags.begin(), kTags.end(), tag.name) == kTags.end()) {
            report.add(record,
                       value,
                       {.message = subject(checked, record) + " has a tag " +
                                   values::quoted(tag.name) + " that is not known and ignored",
                        .hint = did_you_mean(tag.name, kTags)});
          } else if (!is_sound(tag)) {
            report.add(record,
                       value,
                       {.message = subject(checked, record) + " has " + std::string(tag.name) +
                                   "=" + values::quoted(tag.value) + ", which is ignored",
                        .hint = tag.name.starts_with("ru")
                                    ? "write addresses as mailto:reports@example.com"
                                    : "see the tag's values in the RFC"});
          }
        }
      });
}

void removed_tag(const CheckedZone& checked, Report& report) {
  for_each_policy(
      checked, [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
        for (const auto* name : {"pct", "rf", "ri"}) {
          if (list.find(name) != nullptr) {
            report.add(
                record,
                value,
                {.message = subject(checked, record) + " has the tag " + name +
                            ", which is no longer part of DMARC",
                 .hint = std::string(name) == "pct" ? "use t=y to test a policy" : "remove it"});
          }
        }
      });
}

void misplaced(const CheckedZone& checked, Report& report) {
  for_each_value(
      checked.zone, RecordType::txt, [&](const ZoneRecord& record, std::string_view value) {
        const bool allows_reports = record.owner.find("_report._dmarc") != std::string_view::npos;
        if (is_dmarc(value) && !is_policy_name(record.owner) && !allows_reports) {
          report.add(record,
                     value,
                     {.message = "DMARC record at " + checked.zone.full_name(record.owner) +
                                 " is not looked for there",
                      .hint = "move it to " + checked.zone.full_name("_dmarc")});
        }
      });
}

/// Whether one of two names lies in the other: then no permission is needed.
bool are_related(std::string_view a, std::string_view b) {
  const auto in = [](std::string_view low, std::string_view high) {
    return low == high || low.ends_with("." + std::string(high));
  };
  return in(a, b) || in(b, a);
}

void report_allowed(const CheckedZone& checked, Report& report) {
  for_each_policy(
      checked, [&](const ZoneRecord& record, std::string_view value, const TagList& list) {
        const auto subject_domain =
            checked.zone.full_name(record.owner == "_dmarc" ? "@" : record.owner.substr(7));
        for (const auto* name : {"rua", "ruf"}) {
          const auto* tag = list.find(name);
          for (const auto uri :
               tag == nullptr ? std::vector<std::string_view>() : split_list(tag->value, ',')) {
            const auto receiver = mail::report_domain(uri);
            if (!receiver || are_related(receiver->text(), checked.zone.origin().text())) {
              continue;
            }
            const auto& domain = receiver->text();
            const auto wanted = subject_domain + "._report._dmarc." + domain;
            const auto info = checked.look_up(wanted);
            if (info.known == Known::nothing &&
                !info.zone->may_be_elsewhere(info.owner, RecordType::txt)) {
              report.add(
                  record,
                  value,
                  {.message = std::string(shown(domain)) +
                              " does not say that it takes DMARC reports for " + subject_domain,
                   .hint = "declare TXT \"v=DMARC1\" at " + std::string(shown(wanted))});
            }
          }
        }
      });
}

constexpr std::array kLines{
    RuleLine{{"dmarc-multiple", "a name has more than one DMARC record", "RFC 7489 §6.6.3"},
             multiple},
    RuleLine{{"dmarc-syntax", "a DMARC record is not sound", "RFC 7489 §6.3"}, syntax},
    RuleLine{{"dmarc-policy-missing",
              "a DMARC record states no policy",
              "RFC 9989 §4.7",
              Severity::warning},
             no_policy},
    RuleLine{{"dmarc-tag",
              "a DMARC tag is not known or has a wrong value",
              "RFC 7489 §6.3",
              Severity::warning},
             tag_values},
    RuleLine{{"dmarc-removed-tag",
              "a DMARC tag is no longer part of DMARC",
              "RFC 9989 §4.7",
              Severity::warning},
             removed_tag},
    RuleLine{{"dmarc-owner",
              "a DMARC record stands where nobody looks for it",
              "RFC 7489 §6.1",
              Severity::warning},
             misplaced},
    RuleLine{{"dmarc-report-allowed",
              "a declared domain does not say that it takes another's DMARC reports",
              "RFC 7489 §7.1",
              Severity::warning},
             report_allowed},
};

}  // namespace

std::span<const RuleLine> dmarc_rules() {
  return kLines;
}

}  // namespace plumb::rules
