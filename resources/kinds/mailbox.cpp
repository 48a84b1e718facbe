#include <array>

#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset_text.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

constexpr std::array kFields{
    MailField{{kMailboxDisplayName, "displayName", FieldType::plain}, encoded_line},
    MailField{{kMailboxQuota, "quota", FieldType::plain}, encoded_number},
    MailField{{kMailboxReceiveOnly, "receiveOnly", FieldType::plain}, encoded_flag},
    MailField{{kMailboxSendAs, "sendAs", FieldType::set}, encoded_addresses},
    MailField{{kMailboxDisabled, "disabled", FieldType::plain}, encoded_flag},
};
constexpr auto kRules = rules_of(kFields);

Result<std::string> canonical(std::string_view key, const Value& fields) {
  return mail_body("mailbox " + printable(key, 64, false), kFields, fields);
}

std::string label(std::string_view key) {
  return printable(key, 255, false);
}

bool is_set(std::string_view body, std::uint8_t field) {
  return cbor::field_number(body, field).value_or(0) != 0;
}

std::string summary(std::string_view /*key*/, std::string_view body) {
  std::string out = shown_line(body, kMailboxDisplayName);
  const auto add = [&](std::string_view part) {
    out.append(out.empty() ? "" : " · ").append(part);
  };
  if (const auto quota = cbor::field_number(body, kMailboxQuota)) {
    add("quota " + shown_size(*quota));
  }
  if (is_set(body, kMailboxReceiveOnly)) {
    add("receive only");
  }
  if (const auto others = cbor::field_list(body, kMailboxSendAs); !others.empty()) {
    add("sends as " + listed(others));
  }
  if (is_set(body, kMailboxDisabled)) {
    add("disabled");
  }
  return out;
}

std::string difference(std::string_view key, std::string_view before, std::string_view after) {
  if (before.empty() || after.empty()) {
    return summary(key, before.empty() ? after : before);
  }
  FieldChanges changes(before, after);
  changes.line(kMailboxDisplayName, "display name");
  changes.size(kMailboxQuota, "quota");
  changes.flag(kMailboxReceiveOnly, "becomes receive only", "may send again");
  changes.set(kMailboxSendAs, "send as");
  changes.flag(kMailboxDisabled, "log-in disabled", "log-in enabled");
  return changes.take();
}

/// A smaller quota may keep mail out, and who is disabled cannot log in.
Risk risk(std::string_view /*key*/, std::string_view before, std::string_view after) {
  if (after.empty()) {
    return Risk::severe;
  }
  if (before.empty()) {
    return Risk::none;
  }
  const auto limit = [](std::string_view body) {
    const auto quota = cbor::field_number(body, kMailboxQuota).value_or(0);
    return quota == 0 ? UINT64_MAX : quota;
  };
  const bool smaller = cbor::field(after, kMailboxQuota) && limit(after) < limit(before);
  const auto newly = [&](std::uint8_t field) {
    return is_set(after, field) && !is_set(before, field);
  };
  return smaller || newly(kMailboxReceiveOnly) || newly(kMailboxDisabled) ? Risk::notable
                                                                          : Risk::none;
}

std::string_view group(std::string_view key) {
  return key;
}

std::uint8_t union_field(std::string_view /*key*/) {
  return 0;
}

}  // namespace

const Kind& mailbox_kind() {
  static constexpr Kind kKind{
      .id = kMailbox,
      .name = "Mailbox",
      .fields = kRules,
      .holds_data = true,
      .rank = 10,
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
