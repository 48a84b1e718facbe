#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

Result<std::string> encoded_algorithm(const Value& written) {
  const auto* word = written.as_string();
  if (word == nullptr || (*word != "rsa" && *word != "ed25519")) {
    return fail(ErrorCode::invalid_input, "it is neither rsa nor ed25519");
  }
  return encoded_text(written);
}

constexpr std::array kFields{
    MailField{{kDkimAlgorithm, "algorithm", FieldType::fixed}, encoded_algorithm},
    MailField{{kDkimBits, "bits", FieldType::fixed}, encoded_number},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view key, const Value& fields) {
  return mail_body("DKIM key " + printable(key, 63, false), kFields, fields);
}

std::string label(std::string_view key) {
  return printable(key, 255, false);
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  auto out = shown_text(body, kDkimAlgorithm);
  if (const auto bits = cbor::field_number(body, kDkimBits)) {
    out.append(out.empty() ? "" : " ").append(std::to_string(*bits));
  }
  return out;
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    return summary(key, before.empty() ? after : before);
  }
  FieldChanges changes(before, after);
  changes.text(kDkimAlgorithm, "algorithm");
  changes.number(kDkimBits, "bits", "");
  return changes.take();
}

/// A lost key cannot be made again: what it signed can no longer be verified.
Risk risk(std::string_view /*key*/, std::string_view before, std::string_view after) {
  if (after.empty()) {
    return Risk::severe;
  }
  return before.empty() ? Risk::none : Risk::notable;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& dkim_key_kind() {
  static constexpr Kind kKind{
      .id = kDKIMKey,
      .name = "DKIMKey",
      .fields = kRules,
      .holds_data = true,
      .rank = 5,
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
