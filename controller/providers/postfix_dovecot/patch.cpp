#include "controller/providers/postfix_dovecot/patch.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"
#include "controller/providers/postfix_dovecot/bodies.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"

namespace plumb::providers::postfix_dovecot {
namespace {

/// One change of one domain.
class Patch {
 public:
  Patch(DomainState& state, const ProviderChange& change, const PatchContext& context)
      : state_(state), change_(change), context_(context) {}

  Outcome domain();
  Outcome mailbox();
  Outcome password();
  Outcome alias();
  Outcome signing();

 private:
  bool removes() const { return change_.act == Act::remove; }
  std::string address() const { return fmt::format("{}@{}", change_.key, state_.name); }
  /// Whether the row, whose body is `now` (nothing: it is not there), may be changed. An Outcome:
  /// nothing is to be done, or may be.
  std::optional<Outcome> settled(const std::optional<std::string>& now,
                                 const std::string& what) const;
  Mailbox begun(const Mailbox* now);
  std::string_view free_folder();
  std::optional<Outcome> take_send_as(Mailbox& mailbox);
  std::optional<Outcome> take_targets(Alias& alias);
  std::uint8_t wanted_form(const Alias* now) const;

  DomainState& state_;
  const ProviderChange& change_;
  const PatchContext& context_;
};

std::optional<Outcome> Patch::settled(const std::optional<std::string>& now,
                                      const std::string& what) const {
  if (removes() ? !now : now && covers(*now, change_.after)) {
    return Done{};
  }
  const bool as_read =
      now ? !change_.before.empty() && *now == change_.before : change_.before.empty();
  if (!as_read && !(removes() && change_.before.empty())) {
    return Refused{Error{.code = ErrorCode::conflict,
                         .message = what + " changed since it was read",
                         .hint = "plan again",
                         .category = ErrorCategory::conflict}};
  }
  return std::nullopt;
}

Outcome Patch::domain() {
  const auto now = state_.listed ? std::optional(domain_body(state_)) : std::nullopt;
  const auto done = settled(now, "mail domain " + state_.name);
  if (done && (!removes() || std::holds_alternative<Refused>(*done))) {
    return *done;
  }
  if (removes()) {
    // With all that is in it: a line that stayed would be a login, or an address, of nobody's.
    state_.listed = false;
    state_.alias_of = {};
    state_.quota = 0;
    state_.mailboxes.clear();
    state_.aliases.clear();
    state_.selector = {};
    return Done{};
  }
  if (auto target = cbor::field_octets(change_.after, kinds::kMailDomainAliasOf)) {
    if (target->ends_with('.')) {
      target->remove_suffix(1);
    }
    const auto exists = [](const Mailbox& mailbox) { return mailbox.exists(); };
    if (!target->empty() && (!is_domain(*target) || *target == state_.name)) {
      return refused(
          fmt::format("{} cannot be an alias of {}", state_.name, values::quoted(*target)),
          "name another domain of this provider");
    }
    if (!target->empty() &&
        (!state_.aliases.empty() ||
         std::any_of(state_.mailboxes.begin(), state_.mailboxes.end(), exists))) {
      return refused(
          fmt::format("{} still has mailboxes or aliases, which an alias domain cannot have",
                      state_.name),
          "take them away first");
    }
    state_.alias_of = state_.keep(std::string(*target));
  }
  state_.quota = cbor::field_number(change_.after, kinds::kMailDomainQuota).value_or(state_.quota);
  state_.listed = true;
  return Done{};
}

std::optional<Outcome> Patch::take_send_as(Mailbox& mailbox) {
  if (!cbor::field(change_.after, kinds::kMailboxSendAs)) {
    return std::nullopt;
  }
  mailbox.send_as.clear();
  for (const auto other : cbor::field_list(change_.after, kinds::kMailboxSendAs)) {
    if (other == address()) {
      return refused(fmt::format("mailbox {} may send as itself anyway", other),
                     "take it out of its sendAs");
    }
    mailbox.send_as.push_back(state_.keep(std::string(other)));
  }
  return std::nullopt;
}

/// What a mailbox is before the change: as it is, as under its former name (with its home and its
/// password), or empty.
Mailbox Patch::begun(const Mailbox* now) {
  if (now != nullptr) {
    return *now;
  }
  const auto* former = change_.former.empty() ? nullptr : state_.mailbox(change_.former);
  auto mailbox = former != nullptr && former->exists() ? *former : Mailbox{};
  mailbox.local = state_.keep(std::string(change_.key));
  return mailbox;
}

/// The folder of a new mailbox is called like it, but where a renamed one lives there. No mailbox
/// has a '+' in its name.
std::string_view Patch::free_folder() {
  auto name = std::string(change_.key);
  const auto taken = [&] {
    const auto home = fmt::format("{}/{}/{}", context_.mail_home, state_.name, name);
    const auto place = fmt::format("{}/{}/", state_.name, name);
    return std::any_of(state_.mailboxes.begin(), state_.mailboxes.end(), [&](const Mailbox& other) {
      return other.local != change_.key && (other.home == home || other.place == place);
    });
  };
  for (int next = 2; taken(); ++next) {
    name = fmt::format("{}+{}", change_.key, next);
  }
  return state_.keep(std::move(name));
}

Outcome Patch::mailbox() {
  auto* found = state_.mailbox(change_.key);
  const bool exists = found != nullptr && found->exists();
  if (auto done = settled(exists ? std::optional(mailbox_body(*found)) : std::nullopt,
                          "mailbox " + address())) {
    return std::move(*done);
  }
  if (removes()) {
    state_.mailboxes.erase(state_.mailboxes.begin() + (found - state_.mailboxes.data()));
    return Done{};
  }
  if (!state_.alias_of.empty()) {
    return refused(
        fmt::format(
            "{} is an alias of {} and has no mailboxes of its own", state_.name, state_.alias_of),
        fmt::format("declare the mailbox in {}", state_.alias_of));
  }
  auto mailbox = begun(found);
  if (auto refusal = take_send_as(mailbox)) {
    return std::move(*refusal);
  }
  const auto& after = change_.after;
  const auto flag = [&](std::uint8_t field, bool otherwise) {
    return cbor::field_number(after, field).value_or(otherwise ? 1 : 0) != 0;
  };
  const bool receive_only =
      flag(kinds::kMailboxReceiveOnly, mailbox.exists() && mailbox.receive_only());
  const bool disabled = flag(kinds::kMailboxDisabled, mailbox.exists() && mailbox.disabled());
  if (const auto name = cbor::field_octets(after, kinds::kMailboxDisplayName)) {
    mailbox.display_name = state_.keep(encode_display_name(*name));
  }
  mailbox.quota = cbor::field_number(after, kinds::kMailboxQuota).value_or(mailbox.quota);
  if (mailbox.home.empty() || mailbox.place.empty()) {
    const auto folder = free_folder();
    if (mailbox.home.empty()) {
      mailbox.home = state_.keep(fmt::format("{}/{}/{}", context_.mail_home, state_.name, folder));
    }
    if (mailbox.place.empty()) {
      mailbox.place = state_.keep(fmt::format("{}/{}/", state_.name, folder));
    }
  }
  mailbox.has_user = mailbox.has_place = true;
  mailbox.owns_itself = !receive_only;
  mailbox.only_receives = receive_only;
  mailbox.nologin = disabled;
  mailbox.refused_as_disabled = disabled && !receive_only;
  state_.mailbox_at(mailbox.local) = std::move(mailbox);
  return Done{};
}

Outcome Patch::password() {
  auto* mailbox = state_.mailbox(change_.key);
  if (removes()) {
    if (mailbox != nullptr) {
      mailbox->hash = {};
    }
    return Done{};
  }
  if (mailbox == nullptr || !mailbox->exists()) {
    return refused(fmt::format("mailbox {} is not there, so it has no password", address()),
                   "plan again");
  }
  if (change_.secret == nullptr) {
    return refused(fmt::format("nothing says what the password of {} is", address()), "plan again");
  }
  auto hash = context_.hash(*change_.secret);
  if (!hash) {
    return Refused{std::move(hash).error().in("password of " + address())};
  }
  mailbox->hash = state_.keep(std::move(*hash));
  return Done{};
}

/// `after` is whole: what is declared, and what else is there. What is not there yet is meant.
std::uint8_t Patch::wanted_form(const Alias* now) const {
  std::uint8_t form = 0;
  for (const auto field : {kinds::kAliasTo, kinds::kAliasDiscard, kinds::kAliasReject}) {
    const bool stated = cbor::field(change_.after, field) &&
                        (field != kinds::kAliasDiscard ||
                         cbor::field_number(change_.after, field).value_or(0) != 0);
    const bool as_now = now != nullptr && static_cast<std::uint8_t>(now->form) + 1 == field;
    if (stated && (form == 0 || !as_now)) {
      form = field;
    }
  }
  return form;
}

std::optional<Outcome> Patch::take_targets(Alias& alias) {
  const auto targets = cbor::field_list(change_.after, kinds::kAliasTo);
  const auto own = change_.key == "*" ? "@" + state_.name : address();
  if (targets.empty() || (targets.size() == 1 && targets.front() == own)) {
    return refused(fmt::format("alias {} leads nowhere but to itself", own),
                   "name other addresses, or take the alias away");
  }
  for (const auto target : targets) {
    if (!is_target(target) || target == kDiscardAddress) {
      return refused(
          fmt::format("alias {}: Postfix's tables cannot hold {}", own, values::quoted(target)),
          "name another address");
    }
  }
  alias.value = state_.keep(fmt::format("{}", fmt::join(targets, ",")));
  return std::nullopt;
}

Outcome Patch::alias() {
  auto* found = state_.alias(change_.key);
  const bool whole = change_.key != "*" || state_.catch_all_guarded || removes();
  const bool exists = found != nullptr && whole;
  const auto what = change_.key == "*" ? "catch-all @" + state_.name : "alias " + address();
  if (auto done = settled(exists ? std::optional(alias_body(*found)) : std::nullopt, what)) {
    return std::move(*done);
  }
  if (removes()) {
    state_.aliases.erase(state_.aliases.begin() + (found - state_.aliases.data()));
    return Done{};
  }
  if (!state_.alias_of.empty()) {
    return refused(
        fmt::format(
            "{} is an alias of {} and has no aliases of its own", state_.name, state_.alias_of),
        fmt::format("declare the alias in {}", state_.alias_of));
  }
  Alias alias{.local = found != nullptr ? found->local : state_.keep(std::string(change_.key))};
  switch (wanted_form(exists ? found : nullptr)) {
    case kinds::kAliasTo:
      if (auto refusal = take_targets(alias)) {
        return std::move(*refusal);
      }
      break;
    case kinds::kAliasDiscard:
      alias.form = AliasForm::discard;
      break;
    case kinds::kAliasReject:
      alias.form = AliasForm::reject;
      alias.value = state_.keep(
          std::string(cbor::field_octets(change_.after, kinds::kAliasReject).value_or("")));
      break;
    default:
      return refused(what + " says neither to, discard nor reject", "state one of them");
  }
  state_.alias_at(alias.local) = alias;
  return Done{};
}

Outcome Patch::signing() {
  const auto now =
      state_.selector.empty() ? std::nullopt : std::optional(selector_body(state_.selector));
  if (auto done = settled(now, "the signing of " + state_.name)) {
    return std::move(*done);
  }
  const auto selector =
      cbor::field_octets(change_.after, kinds::kSigningSelector).value_or(std::string_view());
  if (!removes() && !is_domain(selector)) {
    return refused(fmt::format("{}: {} is no selector", state_.name, values::quoted(selector)),
                   "use letters, digits and hyphens");
  }
  state_.selector = removes() ? std::string_view() : state_.keep(std::string(selector));
  return Done{};
}

}  // namespace

Refused refused(std::string message, std::string hint) {
  return Refused{Error{.code = ErrorCode::invalid_input,
                       .message = std::move(message),
                       .hint = std::move(hint),
                       .category = ErrorCategory::validation}};
}

Outcome patch(DomainState& state, const ProviderChange& change, const PatchContext& context) {
  Patch patch(state, change, context);
  if (change.act == Act::rename) {
    return refused("a postfix-dovecot provider cannot rename", "");
  }
  if (change.kind == kinds::kMailDomain) {
    return patch.domain();
  }
  if (change.kind == kinds::kMailbox) {
    return patch.mailbox();
  }
  if (change.kind == kinds::kPassword) {
    return patch.password();
  }
  if (change.kind == kinds::kAlias) {
    return patch.alias();
  }
  if (change.kind == kinds::kDKIMSigning) {
    return patch.signing();
  }
  return refused("a postfix-dovecot provider holds mail domains only", "");
}

}  // namespace plumb::providers::postfix_dovecot
