#include "controller/providers/postfix_dovecot/adapt.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// Postfix gives up, and the mail waits, where an address expands to more (postconf(5),
/// virtual_alias_expansion_limit).
constexpr std::size_t kMostTargets = 1000;
/// Replies have 512 octets (RFC 5321), some of which are Postfix's own.
constexpr std::size_t kLongestReject = 400;
constexpr std::size_t kLongestName = 255;

constexpr std::string_view kNoKey =
    "use letters, digits and the characters . _ - = & ' ~ (no quotes, blanks or extensions)";

Result<void> check_mailbox(std::string_view key, std::string_view body) {
  if (!is_mailbox_local(key)) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("mailbox {}: Postfix and Dovecot cannot hold this name", values::quoted(key)),
        std::string(kNoKey));
  }
  const auto name = cbor::field_octets(body, kinds::kMailboxDisplayName).value_or("");
  if (encode_display_name(name).size() > kLongestName) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("mailbox {}: its display name is longer than {} octets", key, kLongestName),
        "shorten it");
  }
  const auto others = cbor::field_list(body, kinds::kMailboxSendAs);
  if (!others.empty() && cbor::field_number(body, kinds::kMailboxReceiveOnly).value_or(0) != 0) {
    return fail(ErrorCode::invalid_input,
                fmt::format("mailbox {} only receives, so it cannot send as others", key),
                "take receiveOnly or sendAs away");
  }
  const auto bad = std::find_if_not(others.begin(), others.end(), is_target);
  if (bad != others.end()) {
    return fail(ErrorCode::invalid_input,
                fmt::format("mailbox {}: sendAs {} is nothing that Postfix's tables can hold",
                            key,
                            values::quoted(*bad)),
                "name another address");
  }
  return {};
}

Result<void> check_reject(std::string_view key, std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
  if (!plain || text.size() > kLongestReject || text.starts_with(' ') || text.ends_with(' ')) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format(
            "alias {}: its reject is no line of at most {} ASCII characters", key, kLongestReject),
        "SMTP replies hold nothing else; shorten or spell it otherwise");
  }
  return {};
}

Result<void> check_alias(std::string_view key, std::string_view body) {
  if (key != "*" && !is_alias_local(key)) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("alias {}: Postfix's tables cannot hold this name", values::quoted(key)),
        "use a name without quotes, blanks, %, ! and |");
  }
  const auto targets = cbor::field_list(body, kinds::kAliasTo);
  if (targets.size() > kMostTargets) {
    return fail(ErrorCode::invalid_input,
                fmt::format("alias {} leads to {} addresses, Postfix expands at most {}",
                            key,
                            targets.size(),
                            kMostTargets),
                "use a mailing list for that many");
  }
  for (const auto target : targets) {
    if (!is_target(target) || target == kDiscardAddress) {
      return fail(
          ErrorCode::invalid_input,
          fmt::format(
              "alias {}: Postfix's tables cannot hold the target {}", key, values::quoted(target)),
          "name an address without quotes, blanks, %, ! and |");
    }
  }
  const auto text = cbor::field_octets(body, kinds::kAliasReject);
  return text ? check_reject(key, *text) : Result<void>();
}

Result<void> check_selector(std::string_view selector) {
  if (is_domain(selector)) {
    return {};
  }
  return fail(
      ErrorCode::invalid_input,
      fmt::format("{} is no selector that can be the name of a file", values::quoted(selector)),
      "use lower-case letters, digits and hyphens");
}

}  // namespace

Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body) {
  Result<void> checked;
  if (kind.id == kinds::kMailbox) {
    checked = check_mailbox(key, body);
  } else if (kind.id == kinds::kAlias) {
    checked = check_alias(key, body);
  } else if (kind.id == kinds::kDKIMKey) {
    checked = check_selector(key);
  }
  if (!checked) {
    return tl::unexpected(std::move(checked).error());
  }
  return std::string(body);
}

}  // namespace plumb::providers::postfix_dovecot
