#include "controller/load/manifests.h"

#include <algorithm>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/mistakes.h"

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
      unknown_.insert(unknown_.end(), file.unknown.begin(), file.unknown.end());
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
    out_.unknown = !unknown_.empty();
    if (held_back_) {
      problems_.note(unknown_.front().place,
                     Mistake::references_held_back,
                     "names that are declared nowhere else are not reported: what could not be "
                     "read may declare them");
    }
    return std::move(out_);
  }

 private:
  std::span<const DocumentIn> all_of(std::string_view kind) { return by_kind_[std::string(kind)]; }

  /// Whether a declaration of `kind` may stand where nothing could be read: then nobody may say
  /// that there is none.
  bool may_be_unread(std::string_view kind) {
    const bool may = std::any_of(unknown_.begin(), unknown_.end(), [&](const auto& one) {
      return one.kind.empty() || one.kind == kind;
    });
    held_back_ = held_back_ || may;
    return may;
  }

  void declared_twice(std::string_view what, Place first, Place second) {
    problems_.add({.severity = Severity::error,
                   .place = second,
                   .message = std::string(what) + " is declared twice",
                   .hint = "remove one of the two, or rename it",
                   .rule = std::string(info(Mistake::declared_twice).id),
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
                       .rule = std::string(info(Mistake::project_repeated).id),
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
    if (hint.empty() && may_be_unread("Provider")) {
      return nullptr;
    }
    problems_.error(name.place,
                    Mistake::unknown_provider,
                    "there is no Provider `" + name.text + "`",
                    !hint.empty() ? std::move(hint) : "declare it: kind: Provider");
    return nullptr;
  }

  void tie_servers() {
    for (const auto& [document, file] : all_of("Server")) {
      kinds::ServerDeclaration server;
      server.place = document->start;
      server.name = document->name(&server.place);
      bool good = document->usable && kinds::read_server(document->spec(), server, problems_) &&
                  !document->misses("addresses");
      if (good) {
        const auto* entry = provider({server.provider, server.provider_place});
        good = entry != nullptr && (entry->traits == nullptr || entry->traits->servers);
        if (entry != nullptr && !good) {
          problems_.error(server.provider_place,
                          Mistake::provider_without_servers,
                          "Provider `" + server.provider + "` (" +
                              std::string(entry->traits->type) + ") has no servers",
                          "in this version servers are `provider: static`");
        }
      }
      // A broken server can still be named, so that its mistake is reported once.
      if (good) {
        out_.targets.add("Server/" + server.name,
                         {{server_account(out_, server), ""}, kinds::kServer, server.name},
                         server.outputs());
        out_.servers.push_back(std::move(server));
      } else {
        out_.targets.add_broken("Server/" + server.name, server.outputs());
        broken_servers_.push_back(document);
      }
    }
    if (std::any_of(unknown_.begin(), unknown_.end(), [](const auto& one) {
          return one.kind.empty() || one.kind == "Server";
        })) {
      out_.targets.add_unknown();
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
        only_once[found->second].unread.add_anything();
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
        problems_.error(written.place, Mistake::bad_name, name.error());
      } else {
        problems_.error(
            written.place, Mistake::bad_name, "`" + written.text + "` cannot be a Domain");
      }
      return;
    }
    DomainEntry entry;
    entry.source = in;
    entry.name = std::move(*name);
    entry.display = entry.name.to_unicode();
    entry.place = written.place;
    read_domain(entry);
    out_.domains.push_back(std::move(entry));
  }

  void read_domain(DomainEntry& entry) {
    std::vector<kinds::ProfileLayer> layers;
    bool whole = !entry.source.document->misses("profiles");
    for (const auto& use : kinds::read_profiles(entry.source.document->spec())) {
      const auto found = profiles_.find(use.name);
      if (found == profiles_.end()) {
        unknown_profile(use);
        whole = false;
        entry.unread.add_anything();
      } else {
        entry.profiles.push_back(found->second);
        layers.push_back({&found->second.document->spec(), use.with});
      }
    }
    entry.spec = kinds::read_domain(
        entry.source.document->spec(), layers, entry.display, kind_names_, problems_);
    entry.layers = std::move(layers);
    entry.mail_known = whole && !any_misses(entry, "mail");
    note_what_is_missing(entry, whole);
    pick_providers(entry, whole && !any_misses(entry, "dns.providers"));
  }

  static bool any_misses(const DomainEntry& entry, std::string_view path) {
    return entry.source.document->misses(path) ||
           std::any_of(entry.profiles.begin(), entry.profiles.end(), [&](const auto& profile) {
             return profile.document->misses(path);
           });
  }

  /// What cannot be said of a domain because its document, or a profile, is broken. `whole`: all
  /// its profiles are known.
  static void note_what_is_missing(DomainEntry& entry, bool whole) {
    const auto misses = [&](std::string_view path) { return any_misses(entry, path); };
    if (!whole || misses("vars")) {
      entry.spec.variables.set_incomplete();
      for (auto& variables : entry.spec.profile_variables) {
        variables.set_incomplete();
      }
    }
    if (!whole || misses("records") || misses("mail") || misses("dns.unmanaged")) {
      entry.unread.add_anything();
    }
    if (misses("dns.nameServers")) {
      entry.unread.add("@", values::RecordType::ns);
    }
    // Behind an error of syntax it may stand too; but that would hide all that the rules find.
    const auto& document = *entry.source.document;
    entry.lint_known = !document.ended || !document.misses("lint");
  }

  void unknown_profile(const kinds::ProfileUse& use) {
    std::vector<std::string_view> names;
    for (const auto& [name, in] : profiles_) {
      names.push_back(name);
    }
    auto hint = did_you_mean(use.name, names);
    if (hint.empty() && may_be_unread("Profile")) {
      return;
    }
    problems_.error(use.place,
                    Mistake::unknown_profile,
                    "there is no Profile `" + use.name + "`",
                    !hint.empty() ? std::move(hint) : "declare it: kind: Profile");
  }

  void pick_providers(DomainEntry& entry, bool whole) {
    if (entry.spec.dns.providers.empty() && whole) {
      problems_.error(entry.place,
                      Mistake::provider_missing,
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
                        Mistake::provider_without_zones,
                        "Provider `" + name.text + "` (" + std::string(found->traits->type) +
                            ") holds no zones",
                        "name a provider of DNS");
      } else if (std::find(entry.providers.begin(), entry.providers.end(), found) !=
                 entry.providers.end()) {
        problems_.error(name.place,
                        Mistake::provider_repeated,
                        "Provider `" + name.text + "` is named twice",
                        "remove one");
      } else {
        entry.providers.push_back(found);
      }
    }
  }

  void tie_records() {
    for (const auto& [document, file] : all_of("DNSRecord")) {
      auto record = std::make_unique<RecordDeclaration>();
      record->place = document->start;
      record->name = document->name(&record->place);
      record->common = kinds::read_common(document->spec(), problems_, &kinds::rrset_kind());
      record->labels = kinds::read_labels(document->metadata());
      Diagnostics reported;  // the schema says the same
      record->pack.add_spec(document->spec(), document->good ? problems_ : reported);
      const auto* written = document->spec().find("domain");
      auto* domain =
          written != nullptr && written->as_string() != nullptr ? domain_named(*written) : nullptr;
      if (domain == nullptr) {
        out_.broken.insert("DNSRecord/" + record->name);
        continue;
      }
      for (const auto& unread : record->pack.unread()) {
        note_unread(*domain, unread);
      }
      if (record->pack.size() == 0) {
        out_.broken.insert("DNSRecord/" + record->name);
        continue;
      }
      record->domain = static_cast<std::size_t>(domain - out_.domains.data());
      domain->records.push_back(record.get());
      out_.records.push_back(std::move(record));
    }
  }

  void note_unread(DomainEntry& domain, const kinds::UnreadRecord& unread) {
    Diagnostics reported;
    kinds::RecordSets sets(domain.name, out_.targets, reported);
    sets.add_unread(unread, domain.spec.variables);
    domain.unread.add_all(sets.unread());
  }

  DomainEntry* domain_named(const Value& written) {
    const auto name = values::DomainName::parse(*written.as_string());
    if (!name) {
      problems_.error(written.place, Mistake::bad_name, name.error());
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
    if (hint.empty() && may_be_unread("Domain")) {
      return nullptr;
    }
    problems_.error(written.place,
                    Mistake::unknown_domain,
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
    for (const auto* document : broken_servers_) {
      const auto* written = document->spec().find("hostname");
      const auto* text = written != nullptr ? written->as_string() : nullptr;
      const auto name = values::DomainName::parse(text != nullptr ? *text : "");
      for (auto& domain : out_.domains) {
        if (!name) {  // it may lie anywhere
          domain.unread.add(std::nullopt, values::RecordType::a);
          domain.unread.add(std::nullopt, values::RecordType::aaaa);
        } else if (&domain == out_.owner_of(*name)) {
          domain.unread.add(name->relative_to(domain.name), values::RecordType::a);
          domain.unread.add(name->relative_to(domain.name), values::RecordType::aaaa);
        }
      }
    }
  }

  /// The NS that a child's `delegate` should have given to the zone above it, but did not.
  void note_undelegated(const DomainEntry& child) {
    if (const auto* parent = out_.owner_of(child.name.parent())) {
      out_.domains[static_cast<std::size_t>(parent - out_.domains.data())].unread.add(
          child.name.relative_to(parent->name), values::RecordType::ns);
    }
  }

  void tie_delegations() {
    for (std::size_t i = 0; i < out_.domains.size(); ++i) {
      const auto& child = out_.domains[i];
      if (any_misses(child, "dns.delegate") || any_misses(child, "dns.nameServers")) {
        note_undelegated(child);
        continue;
      }
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
                        Mistake::delegate_without_parent,
                        "no Domain above `" + child.display + "` is declared to delegate it",
                        "declare the domain above, or remove `delegate`");
      } else if (child.spec.dns.name_servers.empty()) {
        note_undelegated(child);
        problems_.error(child.spec.dns.delegate_place,
                        Mistake::delegate_without_servers,
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
  std::vector<UnknownDocument> unknown_;
  std::vector<const Document*> broken_servers_;
  bool held_back_ = false;
  Manifests out_;
};

}  // namespace

Manifests tie_together(std::span<const ManifestFile> files,
                       const Document* project,
                       const LoadOptions& options,
                       Diagnostics& problems) {
  return Tie(files, options, problems).run(project);
}

}  // namespace plumb::load
