#include "controller/providers/mailcow/mailboxes.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "controller/providers/mailcow/words.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/ascii.h"
#include "resources/model/cbor.h"

namespace plumb::providers::mailcow {
namespace {

std::uint64_t number(std::string_view body, std::uint8_t field) {
  return cbor::field_number(body, field).value_or(0);
}

/// Whether `after` says something of the field that `before` does not.
bool differs(std::string_view before, std::string_view after, std::uint8_t field) {
  return cbor::field(after, field) && cbor::field(after, field) != cbor::field(before, field);
}

/// The fields that add and edit have in common, where they differ from `before`.
Json attributes_of(std::string_view before, std::string_view after) {
  auto attributes = Json::object();
  if (differs(before, after, kinds::kMailboxDisplayName)) {
    attributes["name"] =
        std::string(cbor::field_octets(after, kinds::kMailboxDisplayName).value_or(""));
  }
  if (differs(before, after, kinds::kMailboxQuota)) {
    attributes["quota"] = number(after, kinds::kMailboxQuota) / kMiB;
  }
  if (differs(before, after, kinds::kMailboxReceiveOnly)) {
    attributes["smtp_access"] = number(after, kinds::kMailboxReceiveOnly) != 0 ? "0" : "1";
  }
  if (differs(before, after, kinds::kMailboxDisabled)) {
    attributes["active"] = number(after, kinds::kMailboxDisabled) != 0 ? kReceivesOnly : 1;
  }
  return attributes;
}

/// A password that nobody knows, until one is set.
env::Secret unknown_password(env::Random& random) {
  auto text = env::random_id(random) + "-Aa1" + env::random_id(random);
  env::Secret secret(text);
  env::wipe(text);
  return secret;
}

Outcome half_done(Error error) {
  error.effect = Effect::maybe;
  return Unknown{std::move(error)};
}

}  // namespace

Result<void> nothing_goes_along(const Listing& listing,
                                const std::string& address,
                                std::string_view going) {
  for (const auto& [domain, aliases] : listing.aliases) {
    for (const auto& alias : aliases) {
      const auto targets = split_targets(alias.to);
      const bool only =
          !targets.empty() && std::all_of(targets.begin(), targets.end(), [&](const auto& target) {
            return ascii_lower(target) == address;
          });
      if (only && domain != going) {
        return tl::unexpected(
            Error{.code = ErrorCode::conflict,
                  .message =
                      fmt::format("alias {}@{} leads to {} alone, and Mailcow would delete it with "
                                  "the mailbox",
                                  alias.local,
                                  domain,
                                  address),
                  .hint = "lead it elsewhere first, or take it away",
                  .category = ErrorCategory::conflict});
      }
    }
  }
  return {};
}

void take_out(Listing& listing, const std::string& address) {
  for (auto& [domain, boxes] : listing.mailboxes) {
    std::erase_if(boxes, [&, &of = domain](const HeldMailbox& box) {
      return fmt::format("{}@{}", box.local, of) == address;
    });
  }
  for (auto& [domain, aliases] : listing.aliases) {
    for (auto& alias : aliases) {
      auto targets = split_targets(alias.to);
      if (std::erase_if(targets, [&](auto& target) { return ascii_lower(target) == address; })) {
        alias.to = fmt::format("{}", fmt::join(targets, ","));
      }
    }
  }
}

std::string Mailboxes::address_of(std::string_view local) const {
  return fmt::format("{}@{}", local, domain_);
}

const ProviderChange* Mailboxes::change_of(KindId kind, Act act, std::string_view key) const {
  const auto found =
      std::find_if(order_.changes.begin(), order_.changes.end(), [&](const ProviderChange& change) {
        return change.kind == kind && change.act == act && change.key == key;
      });
  return found == order_.changes.end() ? nullptr : &*found;
}

Result<Listing*> Mailboxes::listing() {
  if (!listing_) {
    Listing fresh;
    if (auto read = add_mailboxes(api_, domain_, fresh, stop_); !read) {
      return tl::unexpected(std::move(read).error());
    }
    if (auto read = add_aliases(api_, fresh, stop_); !read) {
      return tl::unexpected(std::move(read).error());
    }
    listing_ = std::move(fresh);
  }
  return &*listing_;
}

// -- passwords ---------------------------------------------------------------------------------

Result<env::Secret> Mailboxes::read_secret(const SecretRef& reference) const {
  if (reference.source == "hash") {
    return tl::unexpected(Error{.code = ErrorCode::invalid_input,
                                .message = "Mailcow takes passwords, and no hashes of them",
                                .hint = "say where the password itself is: env, file or exec",
                                .category = ErrorCategory::validation});
  }
  return env_.secrets.get(reference);
}

Result<env::Secret> Mailboxes::password_of(const ProviderChange& mailbox) const {
  const auto* change = change_of(kinds::kPassword, Act::create, mailbox.key);
  if (change == nullptr || change->secret == nullptr) {
    return unknown_password(env_.random);
  }
  return read_secret(*change->secret);
}

Outcome Mailboxes::set_password(const ProviderChange& change) {
  if (with_password_.contains(change.key)) {
    return Done{};
  }
  if (change.secret == nullptr) {
    return Refused{Error{
        .code = ErrorCode::internal,
        .message = fmt::format("the password of {} is nowhere to be had", address_of(change.key))}};
  }
  const auto secret = read_secret(*change.secret);
  if (!secret) {
    return outcome_of(secret.error());
  }
  const Json body{{"items", Json::array({address_of(change.key)})}, {"attr", Json::object()}};
  const auto said = api_.write("edit/mailbox",
                               body,
                               {"mailbox_modified"},
                               stop_,
                               {{"password", &*secret}, {"password2", &*secret}});
  return said ? Outcome(Done{}) : outcome_of(said.error());
}

// -- mailboxes ---------------------------------------------------------------------------------

Outcome Mailboxes::carry_out(const ProviderChange& change) {
  if (change.act == Act::create) {
    return change.former.empty() ? make(change) : rename(change);
  }
  return edit(change, change.before, false);
}

Outcome Mailboxes::make(const ProviderChange& change) {
  const auto secret = password_of(change);
  if (!secret) {
    return outcome_of(secret.error());
  }
  auto attributes = attributes_of({}, change.after);
  attributes["local_part"] = std::string(change.key);
  attributes["domain"] = domain_;
  attributes.emplace("active", 1);
  const auto said = api_.write("add/mailbox",
                               attributes,
                               {"mailbox_added"},
                               stop_,
                               {{"password", &*secret}, {"password2", &*secret}});
  const bool senders = !cbor::field_list(change.after, kinds::kMailboxSendAs).empty();
  // Half of it would be nobody's to whoever looks later: so what was made without an answer is
  // looked for here, and made whole.
  if (!said && !(senders && said.error().effect == Effect::maybe && is_there(change.key))) {
    return outcome_of(said.error());
  }
  with_password_.emplace(change.key);
  if (senders) {
    if (auto set = set_senders(change.key, change.after); !set) {
      return half_done(std::move(set).error());
    }
  }
  return Done{};
}

bool Mailboxes::is_there(std::string_view local) const {
  Listing fresh;
  if (!add_mailboxes(api_, domain_, fresh, stop_)) {
    return false;
  }
  const auto& boxes = fresh.mailboxes[domain_];
  return std::any_of(boxes.begin(), boxes.end(), [&](auto& box) { return box.local == local; });
}

/// Mail, password and all else stay with it.
Outcome Mailboxes::rename(const ProviderChange& change) {
  const auto* going = change_of(kinds::kMailbox, Act::remove, change.former);
  const auto before = going != nullptr ? going->before : std::string_view();
  const Json body{{"items", Json::array({address_of(change.former)})},
                  {"attr",
                   {{"domain", domain_},
                    {"old_local_part", std::string(change.former)},
                    {"new_local_part", std::string(change.key)},
                    {"create_alias", "0"}}}};
  const auto said = api_.write("edit/rename-mbox", body, {}, stop_);
  if (!said && !(said.error().effect == Effect::maybe && is_there(change.key))) {
    return outcome_of(said.error());
  }
  moved_.emplace(change.former);
  return edit(change, before, true);
}

/// `begun`: something was done already, so that no failure leaves all as it was.
Outcome Mailboxes::edit(const ProviderChange& change, std::string_view before, bool begun) {
  const auto attributes = attributes_of(before, change.after);
  if (attributes.contains("name") && attributes["name"] == "" &&
      !cbor::field_octets(before, kinds::kMailboxDisplayName).value_or("").empty()) {
    auto error = Error{.code = ErrorCode::invalid_input,
                       .message = fmt::format("Mailcow cannot take the display name of {} away",
                                              address_of(change.key)),
                       .hint = "give it another, or leave displayName out",
                       .category = ErrorCategory::validation};
    return begun ? half_done(std::move(error)) : Refused{std::move(error)};
  }
  if (!attributes.empty()) {
    if (auto sent = send_edit(change.key, attributes); !sent) {
      return begun ? half_done(std::move(sent).error()) : outcome_of(std::move(sent).error());
    }
    begun = true;
  }
  if (differs(before, change.after, kinds::kMailboxSendAs)) {
    if (auto set = set_senders(change.key, change.after); !set) {
      return begun ? half_done(std::move(set).error()) : outcome_of(std::move(set).error());
    }
  }
  return Done{};
}

Result<void> Mailboxes::send_edit(std::string_view local, Json attributes) {
  const Json body{{"items", Json::array({address_of(local)})}, {"attr", std::move(attributes)}};
  const auto said = api_.write("edit/mailbox", body, {"mailbox_modified"}, stop_);
  return said ? Result<void>() : tl::unexpected(said.error());
}

/// By itself: it is set even where the rest of an edit is refused.
Result<void> Mailboxes::set_senders(std::string_view local, std::string_view body) {
  auto senders = Json::array();
  for (const auto sender : cbor::field_list(body, kinds::kMailboxSendAs)) {
    senders.push_back(std::string(sender));
  }
  if (senders.empty()) {
    senders.push_back("default");  // nobody
  }
  return send_edit(local, {{"sender_acl", senders}});
}

Outcome Mailboxes::remove(const ProviderChange& change) {
  if (moved_.contains(change.key)) {
    return Done{};
  }
  const bool keeps_its_name =
      std::any_of(order_.changes.begin(), order_.changes.end(), [&](const ProviderChange& other) {
        return other.kind == kinds::kMailbox && other.act == Act::create &&
               other.former == change.key;
      });
  if (keeps_its_name) {
    return NotSent{};  // it was to be renamed and was not: its mail is not to be lost over that
  }
  auto held = listing();
  if (!held) {
    return outcome_of(std::move(held).error());
  }
  const auto& boxes = (*held)->mailboxes[domain_];
  if (std::none_of(
          boxes.begin(), boxes.end(), [&](auto& box) { return box.local == change.key; })) {
    return Done{};
  }
  if (auto good = nothing_goes_along(**held, address_of(change.key), {}); !good) {
    return outcome_of(std::move(good).error());
  }
  const auto said = api_.write(
      "delete/mailbox", Json::array({address_of(change.key)}), {"mailbox_removed"}, stop_);
  if (!said) {
    return outcome_of(said.error());
  }
  take_out(**held, address_of(change.key));
  return Done{};
}

// -- aliases -----------------------------------------------------------------------------------

Result<std::string> Mailboxes::alias_id(const ProviderChange& change) {
  const bool numeric =
      !change.handle.empty() && std::all_of(change.handle.begin(), change.handle.end(), [](char c) {
        return c >= '0' && c <= '9';
      });
  if (numeric) {
    return std::string(change.handle);
  }
  PLUMB_TRY(held, listing());
  const auto local = change.key == "*" ? std::string_view() : change.key;
  for (const auto& alias : held->aliases[domain_]) {
    if (alias.local == local) {
      return std::to_string(alias.id);
    }
  }
  return tl::unexpected(
      Error{.code = ErrorCode::not_found,
            .message = fmt::format("alias {} is not at Mailcow any more", address_of(change.key)),
            .hint = "plan again",
            .category = ErrorCategory::not_found});
}

bool Mailboxes::still_there(const std::string& alias_id) {
  listing_.reset();
  const auto held = listing();
  if (!held) {
    return true;
  }
  const auto& aliases = (*held)->aliases[domain_];
  return std::any_of(aliases.begin(), aliases.end(), [&](const HeldAlias& alias) {
    return std::to_string(alias.id) == alias_id;
  });
}

void Mailboxes::forget_alias(const std::string& id) {
  if (!listing_) {
    return;
  }
  std::erase_if(listing_->aliases[domain_],
                [&](const HeldAlias& alias) { return std::to_string(alias.id) == id; });
}

}  // namespace plumb::providers::mailcow
