#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

Result<std::string> encoded_mode(const Value& written) {
  const auto* word = written.as_string();
  if (word == nullptr || (*word != "enforce" && *word != "testing" && *word != "none")) {
    return fail(ErrorCode::invalid_input, "it is none of enforce, testing and none");
  }
  return encoded_text(written);
}

constexpr std::array kFields{
    MailField{{kPolicyMode, "mode", FieldType::plain}, encoded_mode},
    MailField{{kPolicyMx, "mx", FieldType::set}, encoded_texts},
    MailField{{kPolicyMaxAge, "maxAge", FieldType::plain}, encoded_number},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view /*key*/, const Value& fields) {
  return mail_body("MTA-STS policy", kFields, fields);
}

std::string label(std::string_view /*key*/) {
  return "policy";
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  auto out = shown_text(body, kPolicyMode);
  if (const auto hosts = cbor::field_list(body, kPolicyMx); !hosts.empty()) {
    out += " · mx " + listed(hosts);
  }
  return out;
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    return summary(key, before.empty() ? after : before);
  }
  FieldChanges changes(before, after);
  changes.text(kPolicyMode, "mode");
  changes.set(kPolicyMx, "mx");
  changes.number(kPolicyMaxAge, "max age", " s");
  return changes.take();
}

/// Senders that remember `enforce` refuse to deliver where the policy is gone (RFC 8461 §8.3).
Risk risk(std::string_view /*key*/, std::string_view before, std::string_view after) {
  const bool enforced = cbor::field_octets(before, kPolicyMode).value_or("") == "enforce";
  const bool enforces = cbor::field_octets(after, kPolicyMode).value_or("") == "enforce";
  if (after.empty()) {
    return enforced ? Risk::severe : Risk::notable;
  }
  return enforces && (!enforced || cbor::field(before, kPolicyMx) != cbor::field(after, kPolicyMx))
             ? Risk::notable
             : Risk::none;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& mta_sts_policy_kind() {
  static constexpr Kind kKind{
      .id = kMTASTSPolicy,
      .name = "MTASTSPolicy",
      .fields = kRules,
      .holds_data = false,
      .rank = 15,
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
