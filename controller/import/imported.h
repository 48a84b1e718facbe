#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "resources/model/value.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::importing {

/// One record set as it stands in the world.
struct ImportedSet {
  std::string owner;  ///< relative to the domain, "@" is the apex
  values::RecordType type{};
  std::optional<std::uint32_t> ttl;
  std::vector<std::string> values;    ///< canonical; TXT: the octets
  Value at;                           ///< the vendor's own fields, a map; null: none
  std::vector<std::string> lint_off;  ///< rules that it breaks, and may
};

/// The TTL that most of the sets have; the smaller one of two that are as many.
std::optional<std::uint32_t> usual_ttl(const std::vector<ImportedSet>& sets);

/// One mailbox or alias as the mail server holds it.
struct ImportedMailbox {
  std::string local;
  std::string display_name;
  std::optional<std::uint64_t> quota;  ///< octets
  bool receive_only = false;
  bool disabled = false;
  std::vector<std::string> send_as;
};
struct ImportedAlias {
  std::string local;            ///< or "*"
  std::vector<std::string> to;  ///< addresses
  bool discard = false;
  std::optional<std::string> reject;
};

/// What the mail server holds of one domain.
struct ImportedMail {
  std::string provider;  ///< name of the Provider
  std::string alias_of;  ///< without final dot; empty: it has addresses of its own
  std::optional<std::uint64_t> quota;
  std::vector<ImportedMailbox> mailboxes;
  std::vector<ImportedAlias> aliases;
  /// Selector, algorithm, bits (0: none) and the public key, "" where it is not known.
  struct Key {
    std::string selector, algorithm;
    std::uint64_t bits = 0;
    std::string public_key;
  };
  std::vector<Key> keys;
  std::string signs;  ///< selector of the key that signs; empty: none
  /// "Alias spam: leads to ...": what no manifest can say, and why.
  std::vector<std::string> left;
};

/// A Server that the project declares.
struct KnownServer {
  std::string name;
  values::DomainName hostname;
  std::vector<std::string> spf_terms;  ///< its addresses as SPF names them: "ip4:192.0.2.1"
};

/// One member of a `mail` block, as YAML in flow style: {"dmarc", "{policy: reject}"}.
using Member = std::pair<std::string, std::string>;

/// One domain on its way into a manifest.
struct ImportedDomain {
  values::DomainName name;
  std::vector<std::string> providers;  ///< of DNS, by name of the Provider
  std::optional<std::uint32_t> default_ttl;
  std::vector<ImportedSet> sets;
  std::vector<std::string> unmanaged;          ///< labels of sets that no manifest can say
  std::vector<std::string> unmanaged_because;  ///< parallel
  std::vector<std::string> mixed_ttls;         ///< labels of sets whose values have several TTLs
  std::optional<ImportedMail> mail;
  std::vector<Member> mail_members;
  std::string profile;  ///< what it shares with others; empty: nothing
  std::vector<std::string> zone_lint_off;
};

/// What several domains share. Texts hold `${domain}` where the domain's name stood.
struct ImportedProfile {
  std::string name;
  std::vector<std::string> providers;
  std::optional<std::uint32_t> default_ttl;
  std::vector<ImportedSet> sets;
  std::vector<Member> mail_members;
  std::size_t domains = 0;
};

}  // namespace plumb::importing
