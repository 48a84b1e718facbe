#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

/// Empty: it has addresses of its own.
Result<std::string> encoded_alias_of(const Value& written) {
  const auto* text = written.as_string();
  return text != nullptr && text->empty() ? encoded_text(written) : encoded_domain(written);
}

constexpr std::array kFields{
    MailField{{kMailDomainAliasOf, "aliasOf", FieldType::plain}, encoded_alias_of},
    MailField{{kMailDomainQuota, "quota", FieldType::plain}, encoded_number},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view /*key*/, const Value& fields) {
  return mail_body("mail domain", kFields, fields);
}

std::string label(std::string_view /*key*/) {
  return "mail domain";
}

std::string without_dot(std::string name) {
  if (name.size() > 1 && name.ends_with('.')) {
    name.pop_back();
  }
  return name;
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  std::string out;
  if (const auto target = without_dot(shown_text(body, kMailDomainAliasOf)); !target.empty()) {
    out = "alias of " + target;
  }
  if (const auto quota = cbor::field_number(body, kMailDomainQuota)) {
    out.append(out.empty() ? "" : " · ").append("quota " + shown_size(*quota));
  }
  return out;
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    return summary(key, before.empty() ? after : before);
  }
  FieldChanges changes(before, after);
  const auto old_target = without_dot(shown_text(before, kMailDomainAliasOf));
  const auto new_target = without_dot(shown_text(after, kMailDomainAliasOf));
  if (old_target != new_target) {
    changes.add(old_target.empty()   ? "becomes an alias of " + new_target
                : new_target.empty() ? "no longer an alias of " + old_target
                                     : "alias of " + old_target + " → " + new_target);
  }
  changes.size(kMailDomainQuota, "quota");
  return changes.take();
}

Risk risk(std::string_view /*key*/, std::string_view before, std::string_view after) {
  if (after.empty()) {
    return Risk::severe;
  }
  const bool aliasing = !before.empty() && cbor::field(before, kMailDomainAliasOf) !=
                                               cbor::field(after, kMailDomainAliasOf);
  return aliasing ? Risk::notable : Risk::none;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& mail_domain_kind() {
  static constexpr Kind kKind{
      .id = kMailDomain,
      .name = "MailDomain",
      .fields = kRules,
      .holds_data = true,
      .rank = 0,
      .canonical = canonical,
      .label = label,
      .summary = summary,
      .difference = difference,
      .risk = risk,
      .group = group,
      .union_field = union_field,
  };
  return kKind;
}

}  // namespace plumb::kinds
