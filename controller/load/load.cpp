#include "controller/load/load.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>

#include "controller/env/certificate.h"
#include "controller/env/clock.h"
#include "controller/env/parallel.h"
#include "controller/load/compiled.h"
#include "controller/load/excerpts.h"
#include "controller/load/expand_mail.h"
#include "controller/load/expansion.h"
#include "controller/load/kept_domains.h"
#include "controller/load/manifests.h"
#include "controller/load/project.h"
#include "resources/kinds/consent_declaration.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

constexpr const char* kProjectFile = "plumb.yaml";

Error no_project(Error error) {
  if (error.code == ErrorCode::not_found) {
    error.message = "there is no plumb.yaml here";
    error.hint = "go to the folder that holds it, or write one: kind: Project";
  }
  return error;
}

/// One load, from files to scopes.
class Load {
 public:
  Load(Source& source, const LoadOptions& options)
      : source_(source), options_(options), reader_(schemas_, options.compiled) {}

  Result<Loaded> run() {
    auto text = source_.read(kProjectFile);
    if (!text) {
      return tl::unexpected(no_project(std::move(text).error()));
    }
    read_project_file(*text);
    read_files();
    const bool sound = problems_.empty();  // as far as each file for itself can tell
    auto manifests = tie_together(files_, project_, options_, problems_);
    tie_mail(
        manifests,
        [&](const std::string& path) { return digest_of(path); },
        options_.rotations,
        problems_);
    const bool known = sound && options_.compiled != nullptr;
    auto expansion = expand_all(
        manifests,
        {.files = files_,
         .names = out_.files,
         .options = options_,
         .reader = reader_,
         .world =
             known ? world_of(manifests, files_, out_.files, options_, certificates_read_, reader_)
                   : std::string(),
         .unpack = [&](std::span<const std::uint32_t> numbers) { unpack(numbers); }},
        problems_);
    reader_.keep();
    scopes_ = std::move(expansion.scopes);
    out_.addresses = std::move(expansion.addresses);
    out_.known_domains = expansion.known_domains;
    read_consents();
    finish(manifests);
    return std::move(out_);
  }

 private:
  void read_project_file(std::string_view text) {
    files_.resize(1);
    files_[0] = read_manifest(text, out_.files.intern(kProjectFile), schemas_);
    auto& file = files_[0];
    file.digest = file.structure = file.zone_rows = reader_.digest_of(text);
    const auto& documents = files_[0].documents;
    const auto found = std::find_if(documents.begin(), documents.end(), [](const Document& one) {
      return one.kind == "Project";
    });
    if (found == documents.end()) {
      if (files_[0].readable && !files_[0].problems.has_errors()) {
        problems_.error(place_at(1, 1, 1),
                        Mistake::project_missing,
                        "plumb.yaml holds no Project",
                        "begin it with `apiVersion: plumb/v1` and `kind: Project`");
      }
      return;
    }
    project_index_ = static_cast<std::size_t>(found - documents.begin());
    // Where the manifests are is taken from a broken Project too: else the whole world would be
    // read, and what is wrong with it would bury what is wrong with the Project.
    roots_ = manifest_roots(*found);
    out_.project.name = found->name();
    if (found->good) {
      out_.project = read_project(*found, problems_);
    }
  }

  /// All files below the roots, each once, sorted.
  std::vector<std::string> list_files() {
    std::set<std::string> paths;
    if (roots_.empty()) {
      roots_.push_back({"", {}});
    }
    for (const auto& root : roots_) {
      auto found = source_.list(root.text);
      if (!found) {
        problems_.error(
            root.place, Mistake::manifests_missing, std::move(found).error().in("manifests"));
        continue;
      }
      for (auto& file : *found) {
        if (file.path != kProjectFile) {
          paths.insert(std::move(file.path));
        }
      }
    }
    return {paths.begin(), paths.end()};
  }

  void read_files() {
    const auto paths = list_files();
    std::vector<std::uint32_t> numbers;
    for (const auto& path : paths) {
      numbers.push_back(out_.files.intern(path));
    }
    files_.resize(paths.size() + 1);
    std::mutex reading;
    env::for_each_parallel(paths.size(), options_.threads, [&](std::size_t i) {
      const auto text = [&] {
        const std::lock_guard lock(reading);
        return source_.read(paths[i]);
      }();
      auto& file = files_[i + 1];
      if (text) {
        file = reader_.read(*text, numbers[i]);
      } else {
        const auto place = place_at(numbers[i], 1, 1);
        file.problems.error(place, Mistake::file_unreadable, text.error());
        file.unknown.push_back({"", place});
      }
    });
    reader_.flush();
    for (auto& file : files_) {
      problems_.append(std::move(file.problems));
    }
    if (project_index_) {
      project_ = &files_[0].documents[*project_index_];
    }
  }

  /// Gives files their rows. Where they are damaged, the file is parsed again.
  void unpack(std::span<const std::uint32_t> wanted) {
    std::mutex reading;
    env::for_each_parallel(wanted.size(), options_.threads, [&](std::size_t i) {
      const auto number = wanted[i] + 1;
      auto& file = files_[wanted[i]];
      if (reader_.unpack(file, number)) {
        return;
      }
      const std::lock_guard lock(reading);
      const auto& path = out_.files.path(number);
      const auto text = source_.read(path);
      if (text && reader_.digest_of(*text) == file.digest) {
        auto again = reader_.parse(*text, number);
        file.records = std::move(again.records);
        file.mail = std::move(again.mail);
        file.packed = false;
        return;
      }
      problems_.error(
          place_at(number, 1, 1),
          Mistake::file_unreadable,
          text ? Error{ErrorCode::conflict, path + " has changed while it was read", "run it again"}
               : text.error());
      file.packed = false;
      file.rows_lost = true;
      for (auto& document : file.documents) {  // they count rows that are not to be had
        document.records = document.aliases = 0;
      }
    });
  }

  Result<std::string> digest_of(const std::string& path) {
    auto digest = digest_of_certificate(path);
    certificates_read_.emplace_back(path, digest ? "=" + *digest : digest.error().message);
    return digest;
  }

  Result<std::string> digest_of_certificate(const std::string& path) {
    PLUMB_TRY(octets, source_.read(path));
    auto digest = env::key_digest_of_certificate(octets);
    return digest ? std::move(digest) : tl::unexpected(std::move(digest).error().in(path));
  }

  void read_consents() {
    const auto today =
        !options_.today.empty() ? options_.today : env::date_text(env::SystemClock().now());
    for (const auto& file : files_) {
      for (const auto& document : file.documents) {
        if (document.kind != "Consent" || !document.good) {
          continue;
        }
        Place place = document.start;
        const auto name = document.name(&place);
        if (auto consent = kinds::read_consent(name, document.spec(), today, place, problems_)) {
          out_.consents.push_back(std::move(*consent));
        }
      }
    }
    std::sort(out_.consents.begin(), out_.consents.end(), [](const auto& a, const auto& b) {
      return a.id < b.id;
    });
  }

  std::uint32_t number_of(std::string_view kind, std::string_view name) const {
    const auto key = std::pair(kind, name);
    const auto found = std::lower_bound(out_.declared.begin(),
                                        out_.declared.end(),
                                        key,
                                        [](const Declared& one, const auto& wanted) {
                                          return std::pair<std::string_view, std::string_view>(
                                                     one.kind, one.name) < wanted;
                                        });
    return static_cast<std::uint32_t>(found - out_.declared.begin());
  }

  /// Tells each Profile which Domains use it.
  void list_users(const Manifests& manifests) {
    for (const auto& domain : manifests.domains) {
      const auto user = number_of("Domain", domain.display);
      for (const auto& profile : domain.profiles) {
        const auto number = number_of("Profile", profile.document->name());
        if (number < out_.declared.size()) {
          out_.declared[number].users.push_back(user);
        }
      }
    }
  }

  void list_declared(const Manifests& manifests) {
    for (const auto& file : files_) {
      for (const auto& document : file.documents) {
        if (document.kind == "Domain") {
          continue;
        }
        Declared declared{document.kind, document.name(), {}, document.start, {}, {}};
        declared.labels = kinds::read_labels(document.metadata());
        document.name(&declared.place);
        if (declared.kind == "Server") {
          if (const auto found = manifests.targets.find("Server/" + declared.name)) {
            declared.scopes.push_back(found->id.scope);
          }
        } else if (declared.kind == "DNSRecord") {
          const auto found = manifests.resources.find("DNSRecord/" + declared.name);
          for (const auto& id :
               found != manifests.resources.end() ? found->second : std::vector<ResourceId>()) {
            declared.scopes.push_back(id.scope);
          }
        }
        out_.declared.push_back(std::move(declared));
      }
    }
    for (const auto& domain : manifests.domains) {
      auto scopes = scopes_of(domain);
      if (domain.mail.provider != nullptr) {
        scopes.push_back(mail_scope(domain));
      }
      out_.declared.push_back({"Domain",
                               domain.display,
                               kinds::read_labels(domain.source.document->metadata()),
                               domain.place,
                               std::move(scopes),
                               {}});
    }
    std::stable_sort(out_.declared.begin(), out_.declared.end(), [](const auto& a, const auto& b) {
      return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
    });
    list_users(manifests);
  }

  /// Where the people of a domain log in.
  void list_login_servers(const DomainEntry& domain) {
    if (domain.mail.provider == nullptr) {
      return;
    }
    auto servers = domain.mail.declaration.spec.servers;
    std::stable_sort(servers.begin(), servers.end(), [](const auto& a, const auto& b) {
      return a.priority < b.priority;
    });
    LoginServers found{mail_scope(domain), {}};
    for (const auto& server : servers) {
      if (server.client) {
        found.servers.push_back(server.declaration);
      }
    }
    if (!found.servers.empty()) {
      out_.login_servers.push_back(std::move(found));
    }
  }

  void finish(const Manifests& manifests) {
    out_.project.environment = options_.environment;
    out_.revision = source_.revision();
    for (const auto& [name, entry] : manifests.providers) {
      const bool used = entry.config.place.known() || !manifests.servers.empty();
      if (entry.traits != nullptr && used) {
        out_.providers.push_back(entry.config);
      }
    }
    for (const auto& server : manifests.servers) {
      const auto name = "Server/" + server.name;
      out_.producers.push_back({name, manifests.targets.find(name)->id});
    }
    for (const auto& domain : manifests.domains) {
      if (domain.spec.dns.delegate && !domain.spec.dns.ds) {
        auto zones = zone_producers(domain);
        std::move(zones.begin(), zones.end(), std::back_inserter(out_.producers));
      }
    }
    for (const auto& domain : manifests.domains) {
      auto keys = key_producers(domain);
      std::move(keys.begin(), keys.end(), std::back_inserter(out_.producers));
      const auto& made = domain.mail.keys;
      out_.signing_keys.insert(out_.signing_keys.end(), made.begin(), made.end());
      list_login_servers(domain);
    }
    list_declared(manifests);
    problems_.sort();
    fill_excerpts(source_, out_.files, files_, problems_);
    for (auto& scope : scopes_) {
      scope->complete = !problems_.has_errors();
    }
    std::sort(scopes_.begin(), scopes_.end(), [](const auto& a, const auto& b) {
      return a->scope < b->scope;
    });
    out_.scopes.assign(scopes_.begin(), scopes_.end());
    out_.diagnostics = std::move(problems_);
  }

  Source& source_;
  const LoadOptions& options_;
  const Schemas schemas_;
  ManifestReader reader_;
  Loaded out_;
  Diagnostics problems_;
  std::vector<ManifestFile> files_;  ///< plumb.yaml first
  std::optional<std::size_t> project_index_;
  const Document* project_ = nullptr;
  std::vector<kinds::PlacedText> roots_;
  CertificatesRead certificates_read_;
  std::vector<std::shared_ptr<DesiredScope>> scopes_;
};

}  // namespace

Result<Loaded> load(Source& source, const LoadOptions& options) {
  return Load(source, options).run();
}

}  // namespace plumb::load
