#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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
  bool whole = true;   ///< false: some could not be read: nobody may say that one is not there
  bool closed = true;  ///< false: one of them leads to another domain that is declared

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
  /// Those in which mailboxes and aliases of it have documents, by their numbers from 0.
  std::vector<std::uint32_t> files;
  std::vector<PackedIn> mailboxes;  ///< of documents
  std::vector<PackedIn> aliases;    ///< of documents
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

/// Reads the `mail` of all domains and ties it to servers, providers and other domains. `rotations`
/// puts several keys in the place of one. Fills DomainEntry::mail and Manifests::targets.
void tie_mail(Manifests& manifests,
              const KeyDigest& key_digest,
              const Rotations& rotations,
              Diagnostics& problems);

/// Gives mailboxes and aliases their domains. Requires: tie_mail. Not thread-safe.
class Homes {
 public:
  explicit Homes(Manifests& manifests) : manifests_(manifests) {}

  /// Fills DomainMail::files. Gives the numbers of the files of whose rows something is wrong.
  std::vector<std::uint32_t> find(std::span<const ManifestFile> files);
  /// Fills DomainMail::mailboxes and `aliases` from one file that has its rows; once for each, in
  /// their order. Those that can live nowhere go to `problems`.
  void give_out(const ManifestFile& file, Diagnostics& problems);

 private:
  /// The number of the domain called `text`; kNobody where there is none.
  std::size_t name_of(std::string_view text);
  DomainMail* home_of(const kinds::MailPack& pack,
                      const kinds::PackedText& name,
                      std::string_view what,
                      Diagnostics& problems);
  std::string why_not_at(const DomainEntry& home) const;
  void no_domain(Place place,
                 const std::string& called,
                 std::string_view domain,
                 Diagnostics& problems) const;

  Manifests& manifests_;
  std::unordered_map<std::string, std::size_t> homes_;
};

/// Called with domains whose mailboxes and aliases are needed after all.
using NeedRows = std::function<void(std::span<const std::size_t> domains)>;

/// Makes the address books: what is declared twice, leads nowhere or in a circle, and what exceeds
/// its domain goes to `found`, parallel to the domains, and with what is there already to
/// `problems`. Of domains that are known already (DomainEntry::kept) no more is made than others
/// lead to. Requires: tie_mail and Homes.
void tie_addresses(Manifests& manifests,
                   unsigned threads,
                   const NeedRows& need_rows,
                   std::vector<Diagnostics>& found,
                   Diagnostics& problems);
/// Looks for aliases that lead back to themselves. A part of tie_addresses.
void find_alias_loops(const Manifests& manifests, Diagnostics& problems);

/// The scope of a domain's mail. Requires: a provider.
Scope mail_scope(const DomainEntry& domain);

}  // namespace plumb::load
