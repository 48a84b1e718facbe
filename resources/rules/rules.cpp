#include "resources/rules/rules.h"

#include <algorithm>

#include "resources/rules/check_zone.h"
#include "resources/rules/mail_rules.h"

namespace plumb::rules {
namespace {

using Theme = std::span<const RuleLine> (*)();
constexpr std::array<Theme, 9> kThemes{cname_rules,
                                       target_rules,
                                       delegation_rules,
                                       name_rules,
                                       caa_rules,
                                       spf_rules,
                                       dmarc_rules,
                                       dkim_rules,
                                       transport_rules};

}  // namespace

std::span<const Rule> rules() {
  static const auto kRules = [] {
    std::vector<Rule> all;
    for (const auto theme : kThemes) {
      for (const auto& line : theme()) {
        all.push_back(line.rule);
      }
    }
    for (const auto& rule : mail_rules()) {
      all.push_back(rule);
    }
    return all;
  }();
  return kRules;
}

std::vector<std::string_view> rule_ids() {
  std::vector<std::string_view> ids;
  for (const auto& rule : rules()) {
    ids.push_back(rule.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void lint_zone(const ZoneView& zone,
               const ZoneDirectory* others,
               std::span<const std::string> rules_off,
               Diagnostics& problems) {
  const CheckedZone checked{zone, others};
  for (const auto theme : kThemes) {
    for (const auto& line : theme()) {
      if (std::find(rules_off.begin(), rules_off.end(), line.rule.id) == rules_off.end()) {
        Report report(line.rule, problems);
        line.check(checked, report);
      }
    }
  }
}

}  // namespace plumb::rules
