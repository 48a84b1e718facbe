#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/load/source.h"
#include "resources/mail/dkim_rotation.h"
#include "resources/model/consent.h"
#include "resources/model/desired.h"
#include "resources/model/diagnostic.h"
#include "resources/model/place.h"
#include "resources/model/scope.h"
#include "resources/model/value.h"

namespace plumb::load {

/// Project.spec, typed.
struct Project {
  std::string name;
  std::string environment = "default";
  std::uint32_t deletes_per_scope_count = 0, deletes_per_scope_percent = 30;
  std::uint32_t deletes_per_run_count = 50, deletes_per_run_percent = 0;
  std::uint32_t domains_per_origin_count = 0, domains_per_origin_percent = 0;
  std::uint32_t passwords_per_run_count = 5, passwords_per_run_percent = 0;
  std::uint32_t password_length = 8;  ///< fewest characters of a password that is set
  bool heal = false;
  /// Recursive resolvers, "127.0.0.1:53"; empty: those of the machine.
  std::vector<std::string> resolvers = {};
};

/// Where people log in by IMAP: `verify.imap`, "imaps://mx1.example.org:993".
struct ImapServer {
  static constexpr std::uint16_t kTlsPort = 993;  ///< RFC 9051 §2.1
  static constexpr std::uint16_t kStartTlsPort = 143;
  std::string host;  ///< a name without final dot, or an address
  std::uint16_t port = kTlsPort;
  bool implicit = true;  ///< TLS from the first octet; else STARTTLS
};

/// Provider.spec, typed as far as every provider shares it.
struct ProviderConfig {
  std::string name;
  std::string type;
  std::string account;  ///< Scope::account
  Value spec;
  double requests_per_second = 0;  ///< `limits.requestsPerSecond`; 0 = no limit
  unsigned concurrency = 0;        ///< `limits.concurrency`; 0 = the provider's own default
  /// `verify.servers`: where its zones are served, "192.0.2.1:53"; empty: where their NS lead.
  std::vector<std::string> name_servers = {};
  std::optional<ImapServer> imap = {};  ///< `verify.imap`
  bool no_logins = false;               ///< `verify.imap: none`: no login is ever tried
  Place place;
};

/// Who produces the values of a reference: "Server/mx1" and its resource.
struct Producer {
  std::string declaration;
  ResourceId id;
};

/// A key that a mail provider makes for a line of `mail.dkim`.
struct SigningKey {
  std::string name;                  ///< "DKIMKey/example.com/s1": by the selector that is declared
  std::string selector;              ///< that selector
  Scope mail;                        ///< the domain's mail at its provider
  std::string zone;                  ///< "example.com."
  std::uint64_t rotate_every_s = 0;  ///< seconds; 0: only by `plumb rotate`
  bool signs = false;                ///< the domain signs with this one, not another line's
  Place place;
};
/// The servers where the people of a mail domain log in: those with the role `client`.
struct LoginServers {
  Scope mail;
  std::vector<std::string> servers;  ///< "Server/mx1", most preferred first
};
/// The keys that stand for a declared one, by SigningKey::name; the one that signs first. Those
/// that are not here stand for themselves.
using Rotations = std::map<std::string, std::vector<mail::PublishedKey>>;

/// One thing that somebody declared, for selection, `explain` and `show`.
struct Declared {
  std::string kind;  ///< "Domain"
  std::string name;  ///< "example.com"
  std::vector<std::pair<std::string, std::string>> labels;
  Place place;
  std::vector<Scope> scopes;  ///< those it put resources into
  /// Of a Profile: the Domains that use it, indices into Loaded::declared.
  std::vector<std::uint32_t> users;
};

/// Everything that the manifests say, expanded, by scope; and everything that is wrong with them.
struct Loaded {
  Project project;
  std::vector<ProviderConfig> providers;
  std::vector<std::shared_ptr<const DesiredScope>> scopes;  ///< sorted by Scope
  std::vector<Producer> producers;
  std::vector<SigningKey> signing_keys;
  std::vector<LoginServers> login_servers;  ///< of those mail domains that have any
  std::vector<Consent> consents;
  std::vector<Declared> declared;
  /// For selection, mailboxes and aliases of documents: one without a name for all of a kind in a
  /// domain and file, and one for each that has labels. There may be very many.
  std::vector<Declared> addresses;
  /// How many domains came to what an earlier load had found, and were not expanded again.
  std::size_t known_domains = 0;
  Diagnostics diagnostics;
  Files files;
  Revision revision;
};

}  // namespace plumb::load
