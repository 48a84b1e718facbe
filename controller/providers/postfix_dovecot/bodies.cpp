#include "controller/providers/postfix_dovecot/bodies.h"

#include <algorithm>

#include "controller/providers/postfix_dovecot/address.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// Writes a body of `fields` fields, one after the other in ascending order.
class BodyWriter {
 public:
  explicit BodyWriter(std::uint64_t fields) { cbor::map(out_, fields); }
  void octets(std::uint8_t number, std::string_view text) {
    cbor::unsigned_number(out_, number);
    cbor::octets(out_, text);
  }
  void number(std::uint8_t field, std::uint64_t value) {
    cbor::unsigned_number(out_, field);
    cbor::unsigned_number(out_, value);
  }
  void set(std::uint8_t number, std::vector<std::string_view> texts) {
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    cbor::unsigned_number(out_, number);
    cbor::array(out_, texts.size());
    for (const auto text : texts) {
      cbor::octets(out_, text);
    }
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string domain_body(const DomainState& state) {
  BodyWriter body(2);
  const bool follows = !state.alias_of.empty() && state.follows_target;
  body.octets(kinds::kMailDomainAliasOf,
              follows ? std::string(state.alias_of) + "." : std::string());
  body.number(kinds::kMailDomainQuota, state.quota);
  return body.take();
}

std::string mailbox_body(const Mailbox& mailbox) {
  BodyWriter body(5);
  if (mailbox.display_name.find('%') == std::string_view::npos) {
    body.octets(kinds::kMailboxDisplayName, mailbox.display_name);
  } else {
    body.octets(kinds::kMailboxDisplayName, decode_display_name(mailbox.display_name));
  }
  body.number(kinds::kMailboxQuota, mailbox.quota);
  body.number(kinds::kMailboxReceiveOnly, mailbox.receive_only() ? 1 : 0);
  body.set(kinds::kMailboxSendAs, mailbox.send_as);
  body.number(kinds::kMailboxDisabled, mailbox.disabled() ? 1 : 0);
  return body.take();
}

std::string alias_body(const Alias& alias) {
  BodyWriter body(1);
  if (alias.form == AliasForm::discard) {
    body.number(kinds::kAliasDiscard, 1);
  } else if (alias.form == AliasForm::reject) {
    body.octets(kinds::kAliasReject, alias.value);
  } else if (alias.value.find_first_of(", \t") == std::string_view::npos) {
    body.set(kinds::kAliasTo, {alias.value});
  } else {
    std::vector<std::string_view> targets;
    for_each_item(alias.value, [&](std::string_view target) { targets.push_back(target); });
    body.set(kinds::kAliasTo, std::move(targets));
  }
  return body.take();
}

std::string selector_body(std::string_view selector) {
  BodyWriter body(1);
  body.octets(kinds::kSigningSelector, selector);
  return body.take();
}

bool covers(std::string_view body, std::string_view wanted) {
  const auto numbers = cbor::field_numbers(wanted);
  return std::all_of(numbers.begin(), numbers.end(), [&](std::uint8_t number) {
    return cbor::field(body, number) == cbor::field(wanted, number);
  });
}

}  // namespace plumb::providers::postfix_dovecot
