#include "controller/providers/mailcow/rows.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/mailcow/words.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::mailcow {
namespace {

Value text(std::string value) {
  return Value{std::move(value), {}};
}
Value number(std::uint64_t value) {
  return Value{static_cast<std::int64_t>(value), {}};
}
Value flag(bool value) {
  return Value{std::int64_t{value ? 1 : 0}, {}};
}
Value list(const std::vector<std::string>& texts) {
  Value::List items;
  for (const auto& one : texts) {
    items.push_back(text(one));
  }
  return Value{std::move(items), {}};
}

bool is_address(const std::string& sender) {
  return sender.find('@') != std::string::npos && !sender.starts_with('@');
}

class Rows {
 public:
  /// The row that a kind makes of `fields`; opaque where it takes none such.
  void add(const Kind& kind,
           std::string_view key,
           Value::Map fields,
           std::string handle = {},
           std::vector<Field> outputs = {}) {
    const auto body = kind.canonical(key, Value{std::move(fields), {}});
    if (!body) {
      add_opaque(kind.id, key, body.error().message, std::move(handle));
      return;
    }
    side_.push_back({.handle = std::move(handle), .outputs = std::move(outputs)});
    add_row(kind.id, key, *body, 0);
  }
  void add_opaque(KindId kind, std::string_view key, std::string because, std::string handle = {}) {
    side_.push_back({.handle = std::move(handle), .opaque_because = std::move(because)});
    add_row(kind, key, cbor::body({}), EntryFlag::opaque);
  }
  void add_bytes(KindId kind, std::string_view key, std::string_view body, std::string handle) {
    side_.push_back({.handle = std::move(handle)});
    add_row(kind, key, body, 0);
  }
  ObservedScope seal() {
    ObservedScope scope;
    scope.table = builder_.seal().table;
    scope.side = std::move(side_);
    scope.reading = Reading::read;
    return scope;
  }

 private:
  void add_row(KindId kind, std::string_view key, std::string_view body, std::uint8_t flags) {
    builder_.add(kind, key, body, flags, static_cast<std::uint32_t>(side_.size()));
  }

  TableBuilder builder_;
  std::vector<Seen> side_;
};

void add_domain(const Listing& listing, std::string_view domain, Rows& rows) {
  const auto alias = listing.alias_domains.find(domain);
  const auto own = listing.domains.find(domain);
  const bool active =
      alias != listing.alias_domains.end() ? alias->second.active : own->second.active;
  if (!active) {
    rows.add_opaque(kinds::kMailDomain, "", "is switched off at Mailcow: switch it on there");
  } else if (alias != listing.alias_domains.end()) {
    rows.add(kinds::mail_domain_kind(), "", {{"aliasOf", text(alias->second.target)}});
  } else {
    rows.add(kinds::mail_domain_kind(),
             "",
             {{"aliasOf", text("")}, {"quota", number(own->second.quota)}});
  }
}

/// A mailbox that neither receives nor sends is nothing that a manifest can ask for.
void add_mailbox(const HeldMailbox& box, Rows& rows) {
  if (box.active == 0) {
    rows.add_opaque(kinds::kMailbox, box.local, "is switched off at Mailcow: switch it on there");
    return;
  }
  Value::Map fields{{"displayName", text(box.name)},
                    {"quota", number(box.quota)},
                    {"receiveOnly", flag(!box.sends)},
                    {"disabled", flag(box.active == kReceivesOnly)}};
  // Whole domains that it may send as no manifest can say: then nothing is said of it.
  if (std::all_of(box.senders.begin(), box.senders.end(), is_address)) {
    fields.push_back({"sendAs", list(box.senders)});
  }
  rows.add(kinds::mailbox_kind(), box.local, std::move(fields));
}

/// Every mailbox has a password, and it cannot be read. What is always to be the declared one is
/// taken for it.
void add_password(const HeldMailbox& box, const DesiredScope* declared, Rows& rows) {
  const auto row = declared != nullptr ? declared->table.find(kinds::kPassword, box.local)
                                       : std::optional<std::uint32_t>();
  const auto wanted = row ? declared->table.body(declared->table[*row]) : std::string_view();
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  if (row && cbor::field(wanted, kinds::kPasswordIntact)) {
    std::string one;
    cbor::unsigned_number(one, 1);
    fields.emplace_back(kinds::kPasswordIntact, std::move(one));
  }
  rows.add_bytes(kinds::kPassword, box.local, cbor::body(fields), {});
}

void add_alias(const HeldAlias& alias, bool declared, Rows& rows) {
  const auto key = alias.local.empty() ? std::string("*") : alias.local;
  const auto handle = std::to_string(alias.id);
  const auto targets = split_targets(alias.to);
  const auto silent = [](const std::string& one) { return one.ends_with(kSilent); };
  if (!alias.active && declared) {
    // It leads nowhere, which is another state than the declared one.
    std::string nothing;
    cbor::array(nothing, 0);
    const std::array<std::pair<std::uint8_t, std::string>, 1> fields{
        {{kinds::kAliasTo, std::move(nothing)}}};
    rows.add_bytes(kinds::kAlias, key, cbor::body(fields), handle);
  } else if (!alias.active) {
    rows.add_opaque(kinds::kAlias, key, "is switched off at Mailcow", handle);
  } else if (alias.internal) {
    rows.add_opaque(kinds::kAlias, key, "takes mail of this server's own users alone", handle);
  } else if (targets.size() == 1 && targets[0] == kNowhere) {
    rows.add(kinds::alias_kind(), key, {{"discard", flag(true)}}, handle);
  } else if (std::any_of(targets.begin(), targets.end(), silent)) {
    rows.add_opaque(
        kinds::kAlias, key, "leads to " + alias.to + ", where mail is learned from", handle);
  } else {
    rows.add(kinds::alias_kind(), key, {{"to", list(targets)}}, handle);
  }
}

void add_key(const HeldKey& key, Rows& rows) {
  rows.add(kinds::dkim_key_kind(),
           key.selector,
           {{"algorithm", text("rsa")}, {"bits", number(key.bits)}},
           {},
           outputs_of(key));
}

template <class Held>
const std::vector<Held>& in(const std::map<std::string, std::vector<Held>, std::less<>>& all,
                            std::string_view domain) {
  static const std::vector<Held> kNone;
  const auto found = all.find(domain);
  return found == all.end() ? kNone : found->second;
}

}  // namespace

std::vector<Field> outputs_of(const HeldKey& key) {
  return {{"publicKey", text(key.half)}};
}

ObservedScope rows_of(const Listing& listing,
                      std::string_view domain,
                      const std::optional<HeldKey>& key,
                      const DesiredScope* declared) {
  Rows rows;
  add_domain(listing, domain, rows);
  for (const auto& box : in(listing.mailboxes, domain)) {
    add_mailbox(box, rows);
    add_password(box, declared, rows);
  }
  for (const auto& alias : in(listing.aliases, domain)) {
    const auto name = alias.local.empty() ? std::string_view("*") : std::string_view(alias.local);
    add_alias(
        alias, declared != nullptr && declared->table.find(kinds::kAlias, name).has_value(), rows);
  }
  if (key) {
    add_key(*key, rows);
    rows.add(kinds::dkim_signing_kind(), "", {{"selector", text(key->selector)}});
  }
  return rows.seal();
}

ObservedScope key_rows_of(const std::optional<HeldKey>& key) {
  Rows rows;
  if (key) {
    add_key(*key, rows);
  }
  return rows.seal();
}

}  // namespace plumb::providers::mailcow
