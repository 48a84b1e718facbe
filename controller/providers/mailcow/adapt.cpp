#include "controller/providers/mailcow/adapt.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "controller/providers/mailcow/words.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"

namespace plumb::providers::mailcow {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr auto kKeySizes = std::to_array<std::uint64_t>({1024, 2048, 4096});

/// Blanks, commas and semicolons would make several of one; quotes it takes nowhere.
bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && c != ',' && c != ';' && c != '"' && c != '\\';
  });
}

/// `body` with another value of one field.
std::string with(std::string_view body, std::uint8_t field, const std::string& value) {
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : cbor::field_numbers(body)) {
    fields.emplace_back(number, number == field ? value : std::string(*cbor::field(body, number)));
  }
  return cbor::body(fields);
}

std::string without(std::string_view body, std::uint8_t field) {
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : cbor::field_numbers(body)) {
    if (number != field) {
      fields.emplace_back(number, *cbor::field(body, number));
    }
  }
  return cbor::body(fields);
}

std::string in_whole_mib(std::string_view body, std::uint8_t field) {
  const auto quota = cbor::field_number(body, field);
  if (!quota || *quota % kMiB == 0) {
    return std::string(body);
  }
  std::string value;
  cbor::unsigned_number(value, (*quota / kMiB + 1) * kMiB);
  return with(body, field, value);
}

Result<std::string> adapt_domain(std::string_view body) {
  const auto quota = cbor::field_number(body, kinds::kMailDomainQuota);
  const auto target = cbor::field_octets(body, kinds::kMailDomainAliasOf).value_or("");
  if (!target.empty()) {
    return without(body, kinds::kMailDomainQuota);  // its target's holds for it
  }
  if (quota && *quota == 0) {
    return fail(ErrorCode::invalid_input,
                "Mailcow has no domains without a quota",
                "name a size, or leave the quota out");
  }
  return in_whole_mib(body, kinds::kMailDomainQuota);
}

Result<std::string> adapt_mailbox(std::string_view key, std::string_view body) {
  if (!is_plain(key) || key.find('/') != std::string_view::npos) {
    return fail(ErrorCode::invalid_input,
                fmt::format("mailbox {}: Mailcow cannot hold this name", values::quoted(key)),
                "use letters, digits and the characters . _ - +");
  }
  auto adapted = in_whole_mib(body, kinds::kMailboxQuota);
  auto name = cbor::field_octets(adapted, kinds::kMailboxDisplayName);
  if (!name) {
    return adapted;
  }
  if (name->size() > kLongestName) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("mailbox {}: its display name is longer than {} octets", key, kLongestName),
        "shorten it");
  }
  const auto bracket = [](char c) { return c == '<' || c == '>'; };
  while (!name->empty() && bracket(name->front())) {
    name->remove_prefix(1);
  }
  while (!name->empty() && bracket(name->back())) {
    name->remove_suffix(1);
  }
  std::string value;
  cbor::octets(value, *name);
  return with(adapted, kinds::kMailboxDisplayName, value);
}

Result<std::string> adapt_alias(std::string_view key, std::string_view body) {
  if (!is_plain(key)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("alias {}: Mailcow cannot hold this name", values::quoted(key)),
                "use a name without blanks, commas and quotes");
  }
  if (cbor::field(body, kinds::kAliasReject)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("alias {}: Mailcow cannot refuse mail with a reason", key),
                "use `discard: true`, or leave the alias out: what has no address is refused");
  }
  for (const auto target : cbor::field_list(body, kinds::kAliasTo)) {
    if (!is_plain(target) || target.ends_with(kSilent)) {
      return fail(
          ErrorCode::invalid_input,
          fmt::format("alias {}: Mailcow cannot hold the target {}", key, values::quoted(target)),
          "name an address without blanks, commas and quotes, in a domain");
    }
  }
  return std::string(body);
}

Result<std::string> adapt_key(std::string_view selector, std::string_view body) {
  const bool rsa = cbor::field_octets(body, kinds::kDkimAlgorithm).value_or("rsa") == "rsa";
  const auto bits = cbor::field_number(body, kinds::kDkimBits).value_or(2048);
  if (!rsa || std::find(kKeySizes.begin(), kKeySizes.end(), bits) == kKeySizes.end()) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("DKIM key {}: Mailcow makes RSA keys of 1024, 2048 or 4096 bits", selector),
        "write `algorithm: rsa, bits: 2048`");
  }
  return std::string(body);
}

}  // namespace

Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body) {
  if (kind.id == kinds::kMailDomain) {
    return adapt_domain(body);
  }
  if (kind.id == kinds::kMailbox) {
    return adapt_mailbox(key, body);
  }
  if (kind.id == kinds::kAlias) {
    return adapt_alias(key, body);
  }
  if (kind.id == kinds::kDKIMKey) {
    return adapt_key(key, body);
  }
  return std::string(body);
}

}  // namespace plumb::providers::mailcow
