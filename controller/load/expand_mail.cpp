#include "controller/load/expand_mail.h"

#include <algorithm>

#include "controller/env/password_hash.h"
#include "controller/load/scope_builder.h"
#include "resources/kinds/mail_fields.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/mail/mta_sts.h"
#include "resources/model/ascii.h"
#include "resources/model/cbor.h"
#include "resources/model/mistakes.h"
#include "resources/values/email_address.h"

namespace plumb::load {
namespace {

using Fields = std::vector<std::pair<std::uint8_t, std::string>>;

std::string number_bytes(std::uint64_t number) {
  std::string out;
  cbor::unsigned_number(out, number);
  return out;
}
std::string text_bytes(std::string_view text) {
  std::string out;
  cbor::octets(out, text);
  return out;
}

std::string_view source_name(kinds::PackedMailbox::Source source) {
  using Source = kinds::PackedMailbox::Source;
  return source == Source::env    ? "env"
         : source == Source::file ? "file"
         : source == Source::exec ? "exec"
                                  : "hash";
}

class MailExpansion {
 public:
  MailExpansion(const DomainEntry& domain, const Manifests& manifests, const Catalog& catalog)
      : domain_(domain),
        manifests_(manifests),
        catalog_(catalog),
        provider_(*domain.mail.provider),
        builder_(mail_scope(domain)) {}

  Expanded run() {
    const auto& book = domain_.mail.book;
    constexpr std::size_t kUsualRow = 64;
    builder_.reserve(book.all.size() + 8, book.all.size() * kUsualRow);
    auto& head = builder_.head();
    head.provider = provider_.config.name;
    head.domain = domain_.display;
    head.paused = domain_.spec.common.paused;
    head.place = domain_.mail.declaration.spec.provider_place;
    add_domain();
    add_keys();
    add_policy();
    for (const auto& address : book.all) {
      if (address.mailbox) {
        add_mailbox(address);
      } else {
        add_alias(address);
      }
    }
    std::vector<std::uint32_t> order;
    out_.scopes.push_back(builder_.seal(order, out_.problems));
    return std::move(out_);
  }

 private:
  Row row_of(KindId kind, std::string_view key, Place place) const {
    Row row{.kind = kind, .key = key, .body = {}};
    row.place = place;
    row.policy.heal = kinds::heals(domain_.spec.drift, manifests_.drift, catalog_.of(kind).name);
    return row;
  }

  void add(Row row, std::string body) {
    const auto& kind = catalog_.of(row.kind);
    const bool open = (row.flags & EntryFlag::has_references) != 0;
    if (provider_.traits->adapt != nullptr && !open) {
      auto adapted = provider_.traits->adapt(kind, row.key, body);
      if (!adapted) {
        out_.problems.error(row.place, Mistake::provider_refuses, adapted.error());
        return;
      }
      body = std::move(*adapted);
    }
    row.body = body;
    builder_.add(std::move(row));
  }

  void add_domain() {
    const auto& mail = domain_.mail;
    Fields fields;
    // Stated even where it is none: an alias that is to be one no longer must find a difference.
    fields.emplace_back(kinds::kMailDomainAliasOf,
                        text_bytes(mail.alias_of != DomainMail::kNobody
                                       ? manifests_.domains[mail.alias_of].name.text()
                                       : std::string()));
    if (mail.declaration.quota) {
      fields.emplace_back(kinds::kMailDomainQuota, number_bytes(*mail.declaration.quota));
    }
    auto row = row_of(kinds::kMailDomain, "", mail.declaration.spec.provider_place);
    row.policy.protect = domain_.spec.common.protect;
    row.made_by = "mail.provider";
    if (mail.alias_of != DomainMail::kNobody) {
      if (const auto& other = manifests_.domains[mail.alias_of]; other.mail.provider != nullptr) {
        row.needs.push_back({mail_scope(other), kinds::kMailDomain, ""});
      }
    }
    add(std::move(row), cbor::body(fields));
  }

  void add_keys() {
    const mail::DkimSpec* first = nullptr;
    for (const auto& key : domain_.mail.declaration.spec.dkim) {
      if (!key.public_key.empty()) {
        continue;
      }
      first = first == nullptr ? &key : first;
      Fields fields;
      fields.emplace_back(kinds::kDkimAlgorithm, text_bytes(key.algorithm));
      if (key.algorithm == "rsa") {
        fields.emplace_back(kinds::kDkimBits, number_bytes(key.bits));
      }
      auto row = row_of(kinds::kDKIMKey, key.selector, key.place);
      row.made_by = "mail.dkim";
      row.policy.protect = domain_.spec.common.protect;
      add(std::move(row), cbor::body(fields));
    }
    if (first != nullptr) {
      const Fields fields{{kinds::kSigningSelector, text_bytes(first->selector)}};
      auto row = row_of(kinds::kDKIMSigning, "", first->place);
      row.made_by = "mail.dkim";
      add(std::move(row), cbor::body(fields));
    }
  }

  void add_policy() {
    const auto& spec = domain_.mail.declaration.spec;
    if (!spec.mta_sts || !domain_.mail.serves_policy()) {
      return;
    }
    const auto policy = mail::mta_sts_policy(spec);
    const Fields fields{{kinds::kPolicyMode, text_bytes(policy.mode)},
                        {kinds::kPolicyMx, kinds::encoded_set(policy.mx)},
                        {kinds::kPolicyMaxAge, number_bytes(policy.max_age_s)}};
    auto row = row_of(kinds::kMTASTSPolicy, "", spec.mta_sts->place);
    row.made_by = "mail.mtaSts";
    add(std::move(row), cbor::body(fields));
  }

  // -- addresses -----------------------------------------------------------------------------

  /// What a document says of itself besides what it declares.
  void put_common(const kinds::MailExtra* extra, Row& row) {
    if (extra == nullptr) {
      return;
    }
    const auto& common = extra->common;
    row.policy.protect = common.protect;
    row.policy.paused = common.paused;
    row.policy.ignore = common.ignore;
    for (const auto& target : common.depends_on) {
      if (const auto found = manifests_.resources.find(target.text);
          found != manifests_.resources.end()) {
        row.needs.insert(row.needs.end(), found->second.begin(), found->second.end());
      }
    }
    if (common.formerly) {
      const auto former = values::EmailAddress::parse_in(common.formerly->text, domain_.name);
      if (!former || former->domain() != domain_.name) {
        out_.problems.error(common.formerly->place,
                            Mistake::bad_address,
                            "`formerly` is no name of " + domain_.display,
                            "write the part before the @ that it had; a mailbox cannot move to "
                            "another domain");
      } else {
        row.former = ascii_lower(former->local());
        row.former_place = common.formerly->place;
      }
    }
  }

  void add_mailbox(const Address& address) {
    const auto& pack = *address.in.pack;
    const auto& mailbox = pack.mailboxes()[address.in.number];
    const auto& defaults = domain_.mail.declaration.defaults;
    Fields fields;
    if (mailbox.has_display_name) {
      auto name = kinds::encoded_line(Value{std::string(pack.text(mailbox.display_name)), {}});
      if (!name) {
        out_.problems.error(mailbox.display_name.place,
                            Mistake::bad_value,
                            std::move(name).error().in("displayName"));
        return;
      }
      fields.emplace_back(kinds::kMailboxDisplayName, std::move(*name));
    }
    if (mailbox.has_quota || defaults.quota) {
      fields.emplace_back(kinds::kMailboxQuota,
                          number_bytes(mailbox.has_quota ? mailbox.quota : *defaults.quota));
    }
    if (mailbox.has_receive_only || defaults.receive_only) {
      const bool only = mailbox.has_receive_only ? mailbox.receive_only : *defaults.receive_only;
      fields.emplace_back(kinds::kMailboxReceiveOnly, number_bytes(only ? 1 : 0));
    }
    if (mailbox.has_senders) {
      fields.emplace_back(kinds::kMailboxSendAs, targets_of(address));
    }
    if (mailbox.has_disabled) {
      fields.emplace_back(kinds::kMailboxDisabled, number_bytes(mailbox.disabled ? 1 : 0));
    }
    auto row = row_of(kinds::kMailbox, address.local, address.place);
    put_common(pack.extra(mailbox.extra), row);
    auto password = row;
    add(std::move(row), cbor::body(fields));
    if (mailbox.source != kinds::PackedMailbox::Source::none) {
      add_password(pack, mailbox, std::move(password));
    }
  }

  /// The password of a mailbox: where it is, never what it is.
  void add_password(const kinds::MailPack& pack, const kinds::PackedMailbox& mailbox, Row row) {
    row.kind = kinds::kPassword;
    row.place = mailbox.password.place;
    row.flags = EntryFlag::has_references;
    row.policy.heal = mailbox.always;
    row.policy.ignore.clear();
    const auto locator = pack.text(mailbox.password);
    if (mailbox.source == kinds::PackedMailbox::Source::hash && !provider_.traits->takes_hashes) {
      out_.problems.error(row.place,
                          Mistake::provider_refuses,
                          "Provider `" + provider_.config.name + "` (" +
                              std::string(provider_.traits->type) +
                              ") takes passwords, and no hashes of them",
                          "say where the password itself is: env, file or exec");
      return;
    }
    if (mailbox.source == kinds::PackedMailbox::Source::hash &&
        !env::ready_password_hash(locator)) {
      out_.problems.error(row.place,
                          Mistake::bad_password,
                          "`hash` is no password hash that is safe to keep",
                          "write what `doveadm pw -s ARGON2ID` prints, with its {SCHEME}");
      return;
    }
    Fields fields;
    std::string value;
    cbor::value(
        value,
        Value{SecretRef{std::string(source_name(mailbox.source)), std::string(locator)}, {}});
    fields.emplace_back(kinds::kPasswordValue, std::move(value));
    if (mailbox.always) {
      fields.emplace_back(kinds::kPasswordIntact, number_bytes(1));
    }
    add(std::move(row), cbor::body(fields));
  }

  std::string targets_of(const Address& address) const {
    std::vector<std::string> texts;
    texts.reserve(address.targets);
    for (const auto& target : domain_.mail.book.targets_of(address)) {
      texts.push_back(target.address);
    }
    return kinds::encoded_set(std::move(texts));
  }

  void add_alias(const Address& address) {
    const auto& pack = *address.in.pack;
    const auto& alias = pack.aliases()[address.in.number];
    auto row = row_of(kinds::kAlias, address.local, address.place);
    put_common(pack.extra(alias.extra), row);
    std::uint8_t field = kinds::kAliasTo;
    std::string bytes;
    if (alias.what == kinds::PackedAlias::What::to) {
      if (address.targets == 0) {
        return;  // what it names is wrong, and reported
      }
      bytes = targets_of(address);
      add_needs_elsewhere(address, row);
    } else if (alias.what == kinds::PackedAlias::What::discard) {
      field = kinds::kAliasDiscard;
      bytes = number_bytes(1);
    } else {
      field = kinds::kAliasReject;
      const auto& said = domain_.mail.book.rejections[address.first_target];
      if (!said) {
        return;  // a variable in it is wrong, and reported
      }
      auto text = kinds::encoded_line(Value{*said, {}});
      if (!text) {
        out_.problems.error(
            address.place, Mistake::bad_value, std::move(text).error().in("reject"));
        return;
      }
      bytes = std::move(*text);
    }
    std::string body;
    cbor::map(body, 1);
    cbor::unsigned_number(body, field);
    add(std::move(row), body + bytes);
  }

  /// In its own domain ranks put mailboxes before aliases; those in other domains are named.
  void add_needs_elsewhere(const Address& address, Row& row) const {
    const auto& own = domain_.mail.book;
    for (const auto& target : own.targets_of(address)) {
      const bool here =
          target.node >= own.first_node && target.node < own.first_node + own.all.size();
      if (target.node == AddressTarget::kOutside || here) {
        continue;
      }
      const auto home = std::prev(std::upper_bound(manifests_.domains.begin(),
                                                   manifests_.domains.end(),
                                                   target.node,
                                                   [](std::uint32_t node, const DomainEntry& one) {
                                                     return node < one.mail.book.first_node;
                                                   }));
      const auto& found = home->mail.book.all[target.node - home->mail.book.first_node];
      row.needs.push_back(
          {mail_scope(*home), found.mailbox ? kinds::kMailbox : kinds::kAlias, found.local});
    }
  }

  const DomainEntry& domain_;
  const Manifests& manifests_;
  const Catalog& catalog_;
  const ProviderEntry& provider_;
  ScopeBuilder builder_;
  Expanded out_;
};

}  // namespace

Expanded expand_mail(const DomainEntry& domain,
                     const Manifests& manifests,
                     const Catalog& catalog) {
  const auto& spec = domain.mail.declaration.spec;
  if (domain.mail.provider == nullptr || spec.none) {
    return {};
  }
  return MailExpansion(domain, manifests, catalog).run();
}

void add_mail_needs(const DomainEntry& domain,
                    const kinds::DeclaredSet& set,
                    std::vector<ResourceId>& needs) {
  const auto& mail = domain.mail;
  if (mail.provider == nullptr || mail.declaration.spec.none) {
    return;
  }
  if (set.type == values::RecordType::mx && set.owner == "@") {
    needs.push_back({mail_scope(domain), kinds::kMailDomain, ""});
  }
  if (set.type == values::RecordType::txt && set.owner == "_mta-sts" &&
      mail.declaration.spec.mta_sts && mail.serves_policy()) {
    needs.push_back({mail_scope(domain), kinds::kMTASTSPolicy, ""});
  }
}

}  // namespace plumb::load
