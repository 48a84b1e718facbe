#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

constexpr std::array kFields{
    MailField{{kSigningSelector, "selector", FieldType::plain}, encoded_open_text},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view /*key*/, const Value& fields) {
  return mail_body("DKIM signing", kFields, fields);
}

std::string label(std::string_view /*key*/) {
  return "signing";
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  const auto selector = shown_text(body, kSigningSelector);
  return selector.empty() ? selector : "with " + selector;
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    return summary(key, before.empty() ? after : before);
  }
  FieldChanges changes(before, after);
  changes.text(kSigningSelector, "with");
  return changes.take();
}

Risk risk(std::string_view key, std::string_view before, std::string_view after) {
  return before.empty() || (!after.empty() && difference(key, before, after).empty())
             ? Risk::none
             : Risk::notable;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& dkim_signing_kind() {
  static constexpr Kind kKind{
      .id = kDKIMSigning,
      .name = "DKIMSigning",
      .fields = kRules,
      .holds_data = false,
      .rank = 30,
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
