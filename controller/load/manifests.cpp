#include "controller/load/manifests.h"

#include <algorithm>

#include "resources/kinds/resource_kinds.h"

namespace plumb::load {
namespace {

/// Builds Manifests step by step, each on what the steps before it found.
class Tie {
 public:
  Tie(std::span<const ManifestFile> files, const LoadOptions& options, Diagnostics& problems)
      : options_(options), problems_(problems) {
    for (const auto& kind : options.catalog.kinds()) {
      kind_names_.push_back(kind.name);
    }
    for (const auto& file : files) {
      for (const auto& document : file.documents) {
        by_kind_[document.kind].push_back({&document, &file});
      }
    }
    // By name, so that it does not matter which files they stand in.
    for (auto& [kind, documents] : by_kind_) {
      std::stable_sort(documents.begin(), documents.end(), [](const auto& a, const auto& b) {
        return a.document->name() < b.document->name();
      });
    }
  }

  Manifests run(const Document* project) {
    find_repetitions();
    read_project(project);
    tie_providers();
    tie_servers();
    index_profiles();
    tie_domains();
    tie_records();
    tie_hostnames();
    tie_delegations();
    return std::move(out_);
  }

 private:
  std::span<const DocumentIn> all_of(std::string_view kind) { return by_kind_[std::string(kind)]; }

  void declared_twice(std::string_view what, Place first, Place second) {
    problems_.add({.severity = Severity::error,
                   .place = second,
                   .message = std::string(what) + " is declared twice",
                   .hint = "remove one of the two, or rename it",
                   .related = first});
  }

  /// Domains are compared by their canonical names, later.
  void find_repetitions() {
    for (const auto& [kind, documents] : by_kind_) {
      std::map<std::string, Place> first;
      for (const auto& [document, file] : documents) {
        Place place = document->start;
        const auto name = document->name(&place);
        if (kind == "Domain" || kind == "Project" || name.empty()) {
          continue;
        }
        const auto [found, only] = first.try_emplace(name, place);
        if (!only) {
          declared_twice(kind + "/" + name, found->second, place);
        }
      }
    }
  }

  void read_project(const Document* project) {
    for (const auto& [document, file] : all_of("Project")) {
      if (document != project && project != nullptr) {
        problems_.add({.severity = Severity::error,
                       .place = document->start,
                       .message = "there is more than one Project",
                       .hint = "keep the one in plumb.yaml",
                       .related = project->start});
      }
    }
    if (project != nullptr && project->good) {
      if (const auto* drift = project->spec().find("drift")) {
        out_.drift = kinds::read_drift(*drift, kind_names_, problems_);
      }
    }
  }

  void tie_providers() {
    std::vector<const Document*> documents;
    for (const auto& [document, file] : all_of("Provider")) {
      documents.push_back(document);
    }
    out_.providers = read_providers(documents, options_.provider_types, problems_);
  }

  /// The provider called `name`; nullptr, with an error, where there is none.
  const ProviderEntry* provider(const kinds::PlacedText& name) {
    const auto found = out_.providers.find(name.text);
    if (found != out_.providers.end()) {
      return &found->second;
    }
    std::vector<std::string_view> names;
    for (const auto& [known, entry] : out_.providers) {
      names.push_back(known);
    }
    auto hint = did_you_mean(name.text, names);
    problems_.error(name.place,
                    "there is no Provider `" + name.text + "`",
                    !hint.empty() ? std::move(hint) : "declare it: kind: Provider");
    return nullptr;
  }

  void tie_servers() {
    for (const auto& [document, file] : all_of("Server")) {
      kinds::ServerDeclaration server;
      server.place = document->start;
      server.name = document->name(&server.place);
      bool good = document->good && kinds::read_server(document->spec(), server, problems_);
      if (good) {
        const auto* entry = provider({server.provider, server.provider_place});
        good = entry != nullptr && (entry->traits == nullptr || entry->traits->servers);
        if (entry != nullptr && !good) {
          problems_.error(server.provider_place,
                          "Provider `" + server.provider + "` (" +
                              std::string(entry->traits->type) + ") has no servers",
                          "in this version servers are `provider: static`");
        }
      }
      // A broken server can still be named, so that its mistake is reported once.
      const auto account = good ? server_account(out_, server) : std::string();
      out_.targets.add(
          "Server/" + server.name, {{account, ""}, kinds::kServer, server.name}, server.outputs());
      if (good) {
        out_.servers.push_back(std::move(server));
      }
    }
  }

  void index_profiles() {
    for (const auto& in : all_of("Profile")) {
      profiles_.try_emplace(in.document->name(), in);
    }
  }

  void tie_domains() {
    for (const auto& in : all_of("Domain")) {
      const auto* one = in.document->metadata().find("name");
      const auto* several = in.document->metadata().find("names");
      if (one != nullptr && one->as_string() != nullptr) {
        add_domain(in, {*one->as_string(), one->place});
      }
      for (const auto& name : kinds::read_texts(several)) {
        add_domain(in, name);
      }
    }
    auto& domains = out_.domains;
    std::stable_sort(domains.begin(), domains.end(), [](const auto& a, const auto& b) {
      return a.name < b.name;
    });
    std::vector<DomainEntry> only_once;
    for (auto& domain : domains) {
      const auto [found, only] =
          out_.domain_index.try_emplace(domain.name.text(), only_once.size());
      if (only) {
        only_once.push_back(std::move(domain));
      } else {
        declared_twice("Domain/" + domain.display, only_once[found->second].place, domain.place);
      }
    }
    domains = std::move(only_once);
    for (auto& domain : domains) {
      for (auto above = domain.name.parent(); !above.is_root(); above = above.parent()) {
        if (const auto found = out_.domain_index.find(above.text());
            found != out_.domain_index.end()) {
          domains[found->second].has_children = true;
        }
      }
    }
  }

  void add_domain(const DocumentIn& in, const kinds::PlacedText& written) {
    auto name = values::DomainName::parse(written.text);
    if (!name || name->is_root() || name->is_wildcard()) {
      if (!name) {
        problems_.error(written.place, name.error());
      } else {
        problems_.error(written.place, "`" + written.text + "` cannot be a Domain");
      }
      return;
    }
    DomainEntry entry;
    entry.source = in;
    entry.name = std::move(*name);
    entry.display = entry.name.to_unicode();
    entry.place = written.place;
    if (in.document->good) {
      read_domain(entry);
    }
    out_.domains.push_back(std::move(entry));
  }

  void read_domain(DomainEntry& entry) {
    std::vector<kinds::ProfileLayer> layers;
    for (const auto& use : kinds::read_profiles(entry.source.document->spec())) {
      const auto found = profiles_.find(use.name);
      if (found == profiles_.end()) {
        unknown_profile(use);
      } else if (found->second.document->good) {
        entry.profiles.push_back(found->second);
        layers.push_back({&found->second.document->spec(), use.with});
      }
    }
    entry.spec = kinds::read_domain(
        entry.source.document->spec(), layers, entry.display, kind_names_, problems_);
    pick_providers(entry);
  }

  void unknown_profile(const kinds::ProfileUse& use) {
    std::vector<std::string_view> names;
    for (const auto& [name, in] : profiles_) {
      names.push_back(name);
    }
    auto hint = did_you_mean(use.name, names);
    problems_.error(use.place,
                    "there is no Profile `" + use.name + "`",
                    !hint.empty() ? std::move(hint) : "declare it: kind: Profile");
  }

  void pick_providers(DomainEntry& entry) {
    if (entry.spec.dns.providers.empty()) {
      problems_.error(entry.place,
                      "Domain `" + entry.display + "` has no DNS provider",
                      "name one in `dns: {providers: [...]}`, here or in a profile");
    }
    for (const auto& name : entry.spec.dns.providers) {
      const auto* found = provider(name);
      if (found == nullptr || found->traits == nullptr) {
        continue;
      }
      if (!found->traits->dns) {
        problems_.error(name.place,
                        "Provider `" + name.text + "` (" + std::string(found->traits->type) +
                            ") holds no zones",
                        "name a provider of DNS");
      } else if (std::find(entry.providers.begin(), entry.providers.end(), found) !=
                 entry.providers.end()) {
        problems_.error(name.place, "Provider `" + name.text + "` is named twice", "remove one");
      } else {
        entry.providers.push_back(found);
      }
    }
  }

  void tie_records() {
    for (const auto& [document, file] : all_of("DNSRecord")) {
      if (!document->good) {
        continue;
      }
      auto record = std::make_unique<RecordDeclaration>();
      record->place = document->start;
      record->name = document->name(&record->place);
      record->common = kinds::read_common(document->spec(), problems_);
      record->labels = kinds::read_labels(document->metadata());
      if (!record->pack.add_spec(document->spec(), problems_)) {
        continue;
      }
      if (auto* domain = domain_named(*document->spec().find("domain"))) {
        record->domain = static_cast<std::size_t>(domain - out_.domains.data());
        domain->records.push_back(record.get());
        out_.records.push_back(std::move(record));
      }
    }
  }

  DomainEntry* domain_named(const Value& written) {
    const auto name = values::DomainName::parse(*written.as_string());
    if (!name) {
      problems_.error(written.place, name.error());
      return nullptr;
    }
    const auto found = out_.domain_index.find(name->text());
    if (found != out_.domain_index.end()) {
      return &out_.domains[found->second];
    }
    std::vector<std::string_view> names;
    for (const auto& domain : out_.domains) {
      names.push_back(domain.display);
    }
    auto hint = did_you_mean(*written.as_string(), names);
    problems_.error(written.place,
                    "there is no Domain `" + *written.as_string() + "`",
                    !hint.empty() ? std::move(hint) : "declare it: kind: Domain");
    return nullptr;
  }

  void tie_hostnames() {
    for (const auto& server : out_.servers) {
      if (const auto* owner = out_.owner_of(server.hostname)) {
        out_.domains[static_cast<std::size_t>(owner - out_.domains.data())].servers.push_back(
            &server);
      }
    }
  }

  void tie_delegations() {
    for (std::size_t i = 0; i < out_.domains.size(); ++i) {
      const auto& child = out_.domains[i];
      if (!child.spec.dns.delegate) {
        if (child.spec.dns.ds) {
          problems_.error(child.spec.dns.ds_place,
                          "`ds` is for the zone above, which this one does not ask for a place",
                          "add `delegate: true`, or remove `ds`");
        }
        continue;
      }
      const auto* parent = out_.owner_of(child.name.parent());
      if (parent == nullptr) {
        problems_.error(child.spec.dns.delegate_place,
                        "no Domain above `" + child.display + "` is declared to delegate it",
                        "declare the domain above, or remove `delegate`");
      } else if (child.spec.dns.name_servers.empty()) {
        problems_.error(child.spec.dns.delegate_place,
                        "`delegate` needs `nameServers`: they are what the zone above points to",
                        "list them in `dns.nameServers`");
      } else {
        out_.domains[static_cast<std::size_t>(parent - out_.domains.data())].delegations.push_back(
            {i});
      }
    }
  }

  const LoadOptions& options_;
  Diagnostics& problems_;
  std::vector<std::string_view> kind_names_;
  std::map<std::string, std::vector<DocumentIn>> by_kind_;
  std::map<std::string, DocumentIn, std::less<>> profiles_;
  Manifests out_;
};

}  // namespace

const DomainEntry* Manifests::owner_of(const values::DomainName& name) const {
  for (auto above = name; !above.is_root(); above = above.parent()) {
    if (const auto found = domain_index.find(above.text()); found != domain_index.end()) {
      return &domains[found->second];
    }
  }
  return nullptr;
}

std::string server_account(const Manifests& manifests, const kinds::ServerDeclaration& server) {
  const auto found = manifests.providers.find(server.provider);
  return found == manifests.providers.end() ? std::string() : found->second.config.account;
}

std::vector<Scope> scopes_of(const DomainEntry& domain) {
  std::vector<Scope> scopes;
  for (const auto* provider : domain.providers) {
    scopes.push_back({provider->config.account, domain.name.text()});
  }
  return scopes;
}

Manifests tie_together(std::span<const ManifestFile> files,
                       const Document* project,
                       const LoadOptions& options,
                       Diagnostics& problems) {
  return Tie(files, options, problems).run(project);
}

}  // namespace plumb::load
