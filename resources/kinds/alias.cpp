#include <algorithm>
#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

constexpr std::array kFields{
    MailField{{kAliasTo, "to", FieldType::set, true}, encoded_addresses},
    MailField{{kAliasDiscard, "discard", FieldType::plain, true}, encoded_flag},
    MailField{{kAliasReject, "reject", FieldType::plain, true}, encoded_line},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view key, const Value& fields) {
  const auto what = "alias " + printable(key, 64, false);
  PLUMB_TRY(body, mail_body(what, kFields, fields));
  if (cbor::field_numbers(body).size() != 1) {
    return fail(ErrorCode::invalid_input, what + " must say exactly one of to, discard and reject");
  }
  return std::move(body);
}

std::string label(std::string_view key) {
  return key == "*" ? "* (catch-all)" : printable(key, 255, false);
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  if (cbor::field(body, kAliasReject)) {
    const auto text = shown_line(body, kAliasReject);
    return text.empty() ? "rejected" : "rejected: " + text;
  }
  if (cbor::field_number(body, kAliasDiscard).value_or(0) != 0) {
    return "discarded";
  }
  return "→ " + listed(cbor::field_list(body, kAliasTo));
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    return summary(key, before.empty() ? after : before);
  }
  if (!cbor::field(before, kAliasTo) || !cbor::field(after, kAliasTo)) {
    const auto old_text = summary(key, before);
    const auto new_text = summary(key, after);
    return old_text == new_text ? std::string() : "was " + old_text + ", now " + new_text;
  }
  FieldChanges changes(before, after);
  changes.set(kAliasTo, "");
  return changes.take();
}

/// Mail that arrived somewhere no longer does.
Risk risk(std::string_view /*key*/, std::string_view before, std::string_view after) {
  const bool delivered = !before.empty() && cbor::field(before, kAliasTo).has_value();
  return delivered && (after.empty() || !cbor::field(after, kAliasTo)) ? Risk::notable : Risk::none;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

/// Its targets are addresses without final dot, the container is a name with one.
bool leads_to(std::string_view body,
              KindId target,
              std::string_view key,
              std::string_view container) {
  if (target != kMailbox && target != kAlias) {
    return false;
  }
  const auto domain = container.substr(0, container.size() - (container.ends_with('.') ? 1 : 0));
  const auto targets = cbor::field_list(body, kAliasTo);
  return std::any_of(targets.begin(), targets.end(), [&](std::string_view one) {
    return one.size() == key.size() + 1 + domain.size() && one.starts_with(key) &&
           one[key.size()] == '@' && one.ends_with(domain);
  });
}

}  // namespace

const Kind& alias_kind() {
  static constexpr Kind kKind{
      .id = kAlias,
      .name = "Alias",
      .fields = kRules,
      .holds_data = false,
      .rank = 20,
      .canonical = canonical,
      .label = label,
      .summary = summary,
      .difference = difference,
      .risk = risk,
      .group = group,
      .union_field = union_field,
      .leads_to = leads_to,
  };
  return kKind;
}

}  // namespace plumb::kinds
