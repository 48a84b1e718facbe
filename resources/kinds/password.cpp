#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

/// Where the password is, or its keyed print once that is known; never the password.
Result<std::string> encoded_value(const Value& written) {
  if (written.as_string() == nullptr && std::get_if<SecretRef>(&written.data) == nullptr) {
    return fail(ErrorCode::invalid_input, "it is " + std::string(type_name(written)));
  }
  std::string out;
  cbor::value(out, written);
  return out;
}

constexpr std::array kFields{
    MailField{{kPasswordValue, "value", FieldType::write_only}, encoded_value},
    MailField{{kPasswordIntact, "intact", FieldType::plain}, encoded_flag},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view key, const Value& fields) {
  return mail_body("password of " + printable(key, 64, false), kFields, fields);
}

std::string label(std::string_view key) {
  return printable(key, 255, false);
}

/// Neither the value nor its print is ever told.
std::string summary(std::string_view /*key*/, std::string_view /*body*/) {
  return "password set";
}

std::string difference(std::string_view /*key*/, std::string_view before, std::string_view after) {
  if (before.empty()) {
    return after.empty() ? std::string() : "password set";
  }
  if (after.empty()) {
    return "password removed";
  }
  const auto value = cbor::field(after, kPasswordValue);
  if (value && value != cbor::field(before, kPasswordValue)) {
    return "password changed";
  }
  const auto intact = cbor::field(after, kPasswordIntact);
  return intact && intact != cbor::field(before, kPasswordIntact) ? "password set anew"
                                                                  : std::string();
}

/// Somebody's log-in stops working with the old one.
Risk risk(std::string_view /*key*/, std::string_view before, std::string_view /*after*/) {
  return before.empty() ? Risk::none : Risk::notable;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& password_kind() {
  static constexpr Kind kKind{
      .id = kPassword,
      .name = "Password",
      .fields = kRules,
      .holds_data = false,
      .rank = 11,
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
