#include "resources/rules/mail_rules.h"

#include <algorithm>
#include <array>

namespace plumb::rules {
namespace {

struct Role {
  Rule rule;
  std::string_view local;
  std::string_view who;
};

constexpr std::array kRoles{
    Role{{"mail-role-postmaster",
          "nobody receives mail to postmaster",
          "RFC 5321 §4.5.1",
          Severity::warning},
         "postmaster",
         "other mail servers write there about trouble"},
    Role{{"mail-role-abuse", "nobody receives mail to abuse", "RFC 2142 §4", Severity::warning},
         "abuse",
         "complaints about spam go there"},
};

}  // namespace

std::span<const Rule> mail_rules() {
  static const auto kRules = [] {
    std::array<Rule, kRoles.size()> rules{};
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
      rules[i] = kRoles[i].rule;
    }
    return rules;
  }();
  return kRules;
}

void lint_mail_domain(const MailDomainView& domain,
                      std::span<const std::string> rules_off,
                      Diagnostics& problems) {
  for (const auto& [rule, local, who] : kRoles) {
    if (std::find(rules_off.begin(), rules_off.end(), rule.id) != rules_off.end() ||
        domain.has(local)) {
      continue;
    }
    problems.add({.severity = rule.severity,
                  .place = domain.place,
                  .message = "nobody receives mail to " + std::string(local) + "@" +
                             std::string(domain.name) + ": " + std::string(who),
                  .hint = "declare an alias: aliases: {" + std::string(local) + ": [jane]}",
                  .rule = std::string(rule.id),
                  .reference = std::string(rule.reference)});
  }
}

}  // namespace plumb::rules
