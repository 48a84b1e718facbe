#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "controller/load/loaded.h"
#include "controller/load/manifest.h"
#include "controller/load/providers.h"
#include "resources/kinds/mail_declaration.h"
#include "resources/kinds/mailbox_pack.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/scope.h"
#include "resources/values/domain_name.h"

namespace plumb::load {

struct Manifests;
struct DomainEntry;

/// A mailbox or alias in the pack of its file.
struct PackedIn {
  const kinds::MailPack* pack = nullptr;
  std::uint32_t number = 0;  ///< in mailboxes() or aliases()
};

/// Where an alias leads, or what a mailbox may send as.
struct AddressTarget {
  static constexpr std::uint32_t kOutside = ~0U;
  std::string address;  ///< canonical: "jane@example.com"
  Place place;
  std::uint32_t node = kOutside;  ///< AddressBook::first_node and so on; kOutside: not of ours
};

/// One address of a domain: of a mailbox or of an alias.
struct Address {
  std::string local;  ///< canonical; "*" is the catch-all
  Place place;
  PackedIn in;
  bool mailbox = false;
  std::uint32_t first_target = 0;  ///< in AddressBook::targets; of a refusal: in its `rejections`
  std::uint32_t targets = 0;
};

/// All addresses of one domain.
struct AddressBook {
  std::vector<Address> all;  ///< sorted by `local`, each once
  std::vector<AddressTarget> targets;
  /// What senders are told, variables put in; nothing where that failed, which is reported.
  std::vector<std::optional<std::string>> rejections;
  std::uint32_t first_node = 0;  ///< number of the first address over all domains
  bool whole = true;  ///< false: some could not be read: nobody may say that one is not there

  const Address* find(std::string_view local) const;
  std::span<const AddressTarget> targets_of(const Address& address) const {
    return std::span(targets).subspan(address.first_target, address.targets);
  }
};

/// Reports about another domain that this one must agree to receive (RFC 7489 §7.1).
struct ReportsFor {
  std::size_t domain = 0;  ///< index into Manifests::domains: who is reported about
  values::DomainName destination;
  Place place;
};

/// The mail of one domain: what it says, and who lives there.
struct DomainMail {
  kinds::MailDeclaration declaration;
  const ProviderEntry* provider = nullptr;  ///< holds it; nullptr: nobody, or a broken one
  std::size_t alias_of = kNobody;           ///< index into Manifests::domains
  std::vector<PackedIn> mailboxes;          ///< of documents
  std::vector<PackedIn> aliases;            ///< of documents
  AddressBook book;
  std::vector<ReportsFor> reports;
  std::vector<SigningKey> keys;  ///< as declared; `declaration` has what stands for them
  bool known = true;             ///< false: `mail` could not be read whole
  static constexpr std::size_t kNobody = ~std::size_t{0};

  /// Whether the mail provider serves the MTA-STS policy of this domain.
  bool serves_policy() const {
    return provider != nullptr && provider->traits->serves_policies != nullptr &&
           provider->traits->serves_policies(provider->config.spec);
  }
  /// Whether addresses of this domain are declared here.
  bool holds_addresses() const {
    return provider != nullptr && alias_of == kNobody && !declaration.spec.none;
  }
};

/// Gives the digest of the key in a certificate file of the project.
using KeyDigest = std::function<Result<std::string>(const std::string& path)>;

/// Reads the `mail` of all domains, ties it to servers, providers and other domains, and gives
/// mailboxes and aliases their domains. `rotations` puts several keys in the place of one. Fills
/// DomainEntry::mail and Manifests::targets.
void tie_mail(Manifests& manifests,
              std::span<const ManifestFile> files,
              const KeyDigest& key_digest,
              const Rotations& rotations,
              Diagnostics& problems);

/// Makes the address books: what is declared twice, leads nowhere or in a circle, and what exceeds
/// its domain goes to `problems`. Requires: tie_mail.
void tie_addresses(Manifests& manifests, unsigned threads, Diagnostics& problems);

/// The scope of a domain's mail. Requires: a provider.
Scope mail_scope(const DomainEntry& domain);

}  // namespace plumb::load
