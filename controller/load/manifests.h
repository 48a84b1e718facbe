#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "controller/load/load.h"
#include "controller/load/manifest.h"
#include "controller/load/manifests_mail.h"
#include "controller/load/providers.h"
#include "resources/kinds/domain.h"
#include "resources/kinds/record_sets.h"
#include "resources/kinds/reference_targets.h"
#include "resources/kinds/server_declaration.h"
#include "resources/kinds/unread_sets.h"
#include "resources/values/domain_name.h"

namespace plumb::load {

/// A document and the file that holds its records.
struct DocumentIn {
  const Document* document = nullptr;
  const ManifestFile* file = nullptr;
};

/// A DNSRecord, with its one record in a pack of its own.
struct RecordDeclaration {
  std::string name;
  Place place;
  kinds::RecordPack pack;
  kinds::Common common;
  std::size_t domain = 0;  ///< index into Manifests::domains
  std::vector<std::pair<std::string, std::string>> labels;
};

/// A zone below, whose NS go into the zone above.
struct Delegation {
  std::size_t child = 0;  ///< index into Manifests::domains
};

/// One domain: a Domain document under one of its names.
struct DomainEntry {
  DocumentIn source;
  values::DomainName name;
  std::string display;  ///< "bücher.example"
  Place place;          ///< of the name
  kinds::DomainSpec spec;
  std::vector<DocumentIn> profiles;
  std::vector<kinds::ProfileLayer> layers;  ///< parallel to `profiles`
  std::vector<const ProviderEntry*> providers;
  std::vector<const RecordDeclaration*> records;
  std::vector<const kinds::ServerDeclaration*> servers;  ///< whose hostname lies here
  std::vector<Delegation> delegations;
  bool has_children = false;  ///< another declared domain lies below
  /// Record sets that are declared outside of the record lists that can be read.
  kinds::UnreadSets unread;
  bool lint_known = true;  ///< false: a `lint.off` could not be read
  bool mail_known = true;  ///< false: a `mail` could not be read
  bool kept =
      false;  ///< what comes of it is known from an earlier load: its rows are not looked at
  DomainMail mail;
};

/// All documents with their ties: what there is to expand. Immutable once made.
struct Manifests {
  Providers providers;
  std::vector<kinds::ServerDeclaration> servers;
  std::vector<DomainEntry> domains;  ///< sorted by name
  std::vector<std::unique_ptr<RecordDeclaration>> records;
  std::unordered_map<std::string, std::size_t> domain_index;  ///< by canonical name
  /// "DNSRecord/www": declared, but too broken to be used. What names them is not wrong.
  std::set<std::string, std::less<>> broken;
  bool unknown = false;  ///< there are documents whose names could not be read
  kinds::ReferenceTargets targets;
  kinds::Drift drift;  ///< of the Project
  /// What `dependsOn` may name, "Server/mx1", and the resources it stands for.
  std::map<std::string, std::vector<ResourceId>, std::less<>> resources;

  /// The domain that owns an absolute name: the longest declared one at or above it; nullptr if
  /// there is none.
  const DomainEntry* owner_of(const values::DomainName& name) const;
};

/// Ties the documents of all files together. Everything that is wrong between documents goes to
/// `problems`: names twice, profiles, providers and domains that are not there, circles.
Manifests tie_together(std::span<const ManifestFile> files,
                       const Document* project,
                       const LoadOptions& options,
                       Diagnostics& problems);

/// Fills Manifests::resources, checks `dependsOn` and looks for circles of it and of references.
void tie_dependencies(Manifests& manifests, Diagnostics& problems);

/// The account that a Server's resource lies in; empty where its provider is broken.
std::string server_account(const Manifests& manifests, const kinds::ServerDeclaration& server);

/// The Zones of a domain whose providers tell what they sign with, as references name them.
std::vector<Producer> zone_producers(const DomainEntry& domain);

/// The scopes of a domain, one per provider.
std::vector<Scope> scopes_of(const DomainEntry& domain);

}  // namespace plumb::load
