#include "controller/import/import.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "controller/cli/commands.h"
#include "controller/cli/import_axfr.h"
#include "controller/cli/import_files.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_lines.h"
#include "controller/import/from_scope.h"
#include "controller/import/octodns.h"
#include "controller/import/overlay.h"
#include "controller/load/yaml_reader.h"
#include "controller/reconcile/observer.h"
#include "resources/model/glob.h"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;
using describe::counted;
using importing::ImportedDomain;
using importing::ImportedMail;

/// What of the world is read, and how it is told afterwards.
struct Found {
  std::vector<ImportedDomain> domains;
  std::vector<std::string> names;   ///< of the domains, once those are on their way
  std::size_t declared = 0;         ///< left out: a Domain says them already
  std::vector<std::string> unread;  ///< "example.com: connection refused"
  bool no_mail = false;  ///< the provider of mail was asked, and holds none of the domains
  std::map<Scope, std::shared_ptr<const ObservedScope>> seen;  ///< zones, as they were read
  std::size_t taken_over = 0;          ///< addresses that others wrote into the mail server's files
  std::vector<std::string> not_taken;  ///< "<path>:<line>: why"
  std::vector<std::string> name_servers;  ///< of transferred zones, one text per set
};

std::string name_of(const Scope& scope) {
  const auto name = values::DomainName::from_canonical(scope.container);
  return std::string(name.without_dot());
}

bool is_wanted(const std::string& name, const std::vector<std::string>& words) {
  return words.empty() || std::any_of(words.begin(), words.end(), [&](const auto& word) {
           return glob_matches(word, name);
         });
}

std::set<std::string> declared_domains(const load::Loaded& loaded) {
  std::set<std::string> names;
  for (const auto& declared : loaded.declared) {
    if (declared.kind == "Domain") {
      if (const auto name = values::DomainName::parse(declared.name)) {
        names.insert(std::string(name->without_dot()));
      }
    }
  }
  return names;
}

/// Reads what providers hold.
class WorldReader {
 public:
  WorldReader(Workspace& workspace, const load::Loaded& loaded, const ImportOptions& options)
      : workspace_(workspace),
        loaded_(loaded),
        options_(options),
        catalog_(workspace.parts().catalog),
        roster_(workspace.parts().provider_types,
                workspace.env(),
                workspace.directory().string(),
                loaded) {}

  Result<Found> run() {
    if (auto got = options_.from == "axfr" ? transfer_domains() : read_domains(); !got) {
      return tl::unexpected(std::move(got).error());
    }
    if (!options_.mail.empty()) {
      if (auto read = read_mail(); !read) {
        return tl::unexpected(std::move(read).error());
      }
    }
    for (auto& [name, domain] : domains_) {
      if (!options_.into.empty()) {
        domain.providers = {options_.into};
      }
      found_.domains.push_back(std::move(domain));
    }
    return std::move(found_);
  }

  /// Does what run() has seen the mail provider pretend, where it was asked to.
  Result<void> take_over() {
    if (!options_.take_over || mail_ == nullptr) {
      return {};
    }
    auto done = mail_->take_over(beside_, providers::TakeOver::write, {});
    return done ? Result<void>() : tl::unexpected(std::move(done).error());
  }

 private:
  const load::ProviderConfig* config(const std::string& name) const {
    const auto found = std::find_if(loaded_.providers.begin(),
                                    loaded_.providers.end(),
                                    [&](const auto& one) { return one.name == name; });
    return found == loaded_.providers.end() ? nullptr : &*found;
  }

  Result<const reconcile::Roster::Member*> member(const std::string& name) const {
    const auto* declared = config(name);
    if (declared == nullptr) {
      std::vector<std::string_view> names{"octodns", "axfr"};
      for (const auto& one : loaded_.providers) {
        names.push_back(one.name);
      }
      auto hint = did_you_mean(name, names);
      return fail(ErrorCode::not_found,
                  "there is no Provider `" + name + "`",
                  !hint.empty() ? std::move(hint) : "declare it first: kind: Provider");
    }
    const auto* found = roster_.find(declared->account);
    if (found == nullptr || found->provider == nullptr) {
      return found != nullptr && found->trouble
                 ? Result<const reconcile::Roster::Member*>(tl::unexpected(*found->trouble))
                 : fail(ErrorCode::unavailable, "Provider `" + name + "` could not be opened");
    }
    return found;
  }

  /// A container as it was read, and what `say` made of it.
  template <class T>
  using Said = std::pair<std::shared_ptr<const ObservedScope>, T>;

  /// The wanted containers of a provider, read, in the order of its survey. `say` is called from
  /// several threads, while others are still being read.
  template <class T>
  Result<std::vector<Said<T>>> read(const reconcile::Roster::Member& from,
                                    const std::function<bool(const std::string&)>& wants,
                                    const std::function<T(const ObservedScope&)>& say) {
    PLUMB_TRY(containers, from.provider->survey({}));
    std::vector<Scope> scopes;
    for (const auto& container : containers) {
      if (!container.scope.container.empty() && wants(name_of(container.scope))) {
        scopes.push_back(container.scope);
      }
    }
    std::vector<Said<T>> read(scopes.size());
    std::vector<std::string> unread(scopes.size());
    reconcile::observe(roster_,
                       scopes,
                       [&](std::size_t i, reconcile::Look look) {
                         if (look.observed && look.observed->reading == Reading::read) {
                           read[i].second = say(*look.observed);
                           read[i].first = std::move(look.observed);
                         } else if (!look.observed) {
                           unread[i] = name_of(scopes[i]) + ": " + look.error.message;
                         }
                       },
                       {});
    std::erase_if(read, [](const auto& one) { return one.first == nullptr; });
    std::copy_if(unread.begin(), unread.end(), std::back_inserter(found_.unread), [](auto& one) {
      return !one.empty();
    });
    return read;
  }

  Result<void> read_domains() {
    PLUMB_TRY(from, member(options_.from));
    if (!from->traits->dns) {
      return fail(ErrorCode::invalid_input,
                  "Provider `" + options_.from + "` holds no zones",
                  "name the provider of DNS first: plumb import DNS --mail " + options_.from);
    }
    const auto declared = declared_domains(loaded_);
    const auto wants = [&](const std::string& name) {
      const bool wanted = is_wanted(name, options_.words);
      found_.declared += static_cast<std::size_t>(wanted && declared.contains(name));
      return wanted && !declared.contains(name);
    };
    PLUMB_TRY(zones, read<ImportedDomain>(*from, wants, [&](const ObservedScope& zone) {
                return importing::domain_of(zone, options_.from, catalog_);
              }));
    for (auto& [zone, domain] : zones) {
      found_.seen.emplace(zone->scope, zone);
      domains_.emplace(zone->scope.container, std::move(domain));
    }
    return {};
  }

  /// Looks at what others wrote beside what is Plumb's, so that it is read as well; without
  /// --take-over its domains are left out.
  Result<void> look_beside(providers::Provider& provider, const std::string& account) {
    for (const auto& [container, domain] : domains_) {
      beside_.push_back({account, container});
    }
    const auto how = options_.take_over ? providers::TakeOver::pretend : providers::TakeOver::count;
    PLUMB_TRY(beside, provider.take_over(beside_, how, {}));
    found_.not_taken = std::move(beside.left);
    for (const auto& [container, count] : beside.objects) {
      found_.taken_over += count;
      const auto name = domains_.at(container).name.to_unicode();
      if (!options_.take_over && count == 0) {
        found_.not_taken.push_back(name +
                                   ": its line outside of Plumb's part of the mail server's "
                                   "files, which names no address; --take-over moves it");
        beside_alone_.insert(container);
      } else if (!options_.take_over) {
        found_.unread.push_back(name + ": " + counted_addresses(count) +
                                " outside of Plumb's part of the mail server's files\n    add "
                                "--take-over, and the lines move into it");
        domains_.erase(container);
      }
    }
    return {};
  }

  static std::string counted_addresses(std::size_t count) {
    return count == 1 ? "1 address stands" : std::to_string(count) + " addresses stand";
  }

  Result<void> read_mail() {
    PLUMB_TRY(from, member(options_.mail));
    mail_ = from->provider.get();
    if (auto looked = look_beside(*mail_, config(options_.mail)->account); !looked) {
      return looked;
    }
    const auto wants = [&](const std::string& name) {
      return domains_.contains(name + ".") && !beside_alone_.contains(name + ".");
    };
    PLUMB_TRY(read_ones, read<ImportedMail>(*from, wants, [&](const ObservedScope& domain) {
                return importing::mail_of(domain, options_.mail, catalog_);
              }));
    found_.no_mail = read_ones.empty() && beside_alone_.empty();
    for (auto& [scope, mail] : read_ones) {
      for (const auto& left : mail.left) {
        found_.not_taken.push_back(name_of(scope->scope) + ": " + left);
      }
      domains_.at(scope->scope.container).mail = std::move(mail);
    }
    return {};
  }

  Result<void> transfer_domains() {
    if (auto checked = check_transfer(options_); !checked) {
      return checked;
    }
    PLUMB_TRY(into, member(options_.into));
    if (!into->traits->dns) {
      return fail(ErrorCode::invalid_input, "Provider `" + options_.into + "` holds no zones");
    }
    PLUMB_TRY(transferred, transfer_zones(workspace_, options_, declared_domains(loaded_)));
    found_.declared = transferred.declared;
    found_.unread = std::move(transferred.unread);
    std::set<std::string> name_servers;
    for (auto& zone : transferred.zones) {
      name_servers.insert(fmt::format("{}", fmt::join(zone.name_servers, " ")));
      const auto container = zone.domain.name.text();
      domains_.emplace(container, std::move(zone.domain));
    }
    found_.name_servers.assign(name_servers.begin(), name_servers.end());
    return {};
  }

  Workspace& workspace_;
  const load::Loaded& loaded_;
  const ImportOptions& options_;
  const Catalog& catalog_;
  reconcile::Roster roster_;
  std::map<std::string, ImportedDomain> domains_;  ///< by container
  providers::Provider* mail_ = nullptr;            ///< once it was asked
  std::vector<Scope> beside_;                      ///< what it was asked to take over
  std::set<std::string> beside_alone_;             ///< containers of which it reads nothing
  Found found_;
};

/// The zone files of an OctoDNS folder.
Result<Found> read_octodns(const load::Loaded& loaded, const ImportOptions& options) {
  if (!options.mail.empty()) {
    return fail(ErrorCode::invalid_input,
                "an import from OctoDNS reads no mail server: --mail cannot go with it",
                "import the zones without it, and declare their mail");
  }
  if (options.words.empty() || options.into.empty()) {
    return fail(ErrorCode::invalid_input,
                "an import from OctoDNS needs its folder, and where the zones are to go",
                "plumb import octodns FOLDER --into PROVIDER");
  }
  PLUMB_TRY(source, load::open_worktree(options.words.front()));
  PLUMB_TRY(files, source->list(""));
  const auto declared = declared_domains(loaded);
  const std::vector<std::string> words(options.words.begin() + 1, options.words.end());
  Found found;
  for (const auto& file : files) {
    auto zone = fs::path(file.path).stem().string();
    zone = zone.ends_with('.') ? zone.substr(0, zone.size() - 1) : zone;
    if (zone.find('.') == std::string::npos || !is_wanted(zone, words)) {
      continue;  // OctoDNS's own configuration
    }
    if (declared.contains(zone)) {
      ++found.declared;
      continue;
    }
    PLUMB_TRY(text, source->read(file.path));
    auto domain = importing::octodns_zone(text, zone, options.into);
    if (domain) {
      found.domains.push_back(*std::move(domain));
    } else {
      found.unread.push_back(file.path + ": " + domain.error().message);
    }
  }
  return found;
}

void tell_not_taken(const Found& found, void (*tell)(const std::string&)) {
  for (const auto& line : found.not_taken) {
    tell("  left alone  " + line + "\n");
  }
}

/// Where it fails, what stays outside is told nonetheless: it may be what the manifests miss.
Result<importing::Import> make_manifests(Workspace& workspace,
                                         Found& found,
                                         const load::Loaded& project,
                                         load::Source& source) {
  for (const auto& domain : found.domains) {
    found.names.emplace_back(domain.name.without_dot());
  }
  auto made =
      importing::make_import(std::move(found.domains), project, source, [&](load::Source& from) {
        return workspace.load_from(from);
      });
  if (!made) {
    tell_not_taken(found, &complain);
  }
  return made;
}

/// The lines of the mail server move first: what manifests say of them is then ours to read.
Result<void> take_and_write(const Workspace& workspace,
                            WorldReader& reader,
                            const Found& found,
                            const importing::Import& made,
                            const std::set<std::string>& folders) {
  if (auto taken = reader.take_over(); !taken) {
    return taken;
  }
  auto written = write_files(workspace.directory(), made.files, folders);
  if (!written && found.taken_over != 0) {
    auto error = std::move(written).error();
    error.hint += (error.hint.empty() ? "" : "; ") +
                  std::string(
                      "the lines stand in Plumb's part of the mail server's files already, "
                      "served as before: mend this, and run the same again");
    return tl::unexpected(std::move(error));
  }
  return written;
}

/// Of a dry run, manifests are what standard output is for.
void report(const Found& found, const importing::Import& made, bool written) {
  const auto tell = written ? &say : &complain;
  tell(
      std::string(written ? "Wrote " : "Would write ") + counted(found.names.size(), "domain") +
      (made.profiles != 0 ? " and " + counted(made.profiles, "profile") + " that they share" : "") +
      ".\n");
  if (!made.without_profiles.empty()) {
    tell("What they share stands in each of them, since as a profile it does not load: " +
         describe::printable(made.without_profiles) + "\n");
  }
  if (found.declared != 0) {
    tell(counted(found.declared, "domain") + " left out: declared already.\n");
  }
  if (made.with_lint != 0) {
    tell(counted(made.with_lint, "record set") +
         " break rules; kept as they are with `lint.off`: mend them when you can.\n");
  }
  if (found.no_mail) {
    complain("! the provider of mail holds none of these domains\n");
  }
  if (found.taken_over != 0) {
    tell(std::string(found.taken_over == 1 ? "1 address"
                                           : std::to_string(found.taken_over) + " addresses") +
         (written ? "" : " would be") +
         " taken over into Plumb's part of the mail server's files; the servers find the same.\n");
  }
  tell_not_taken(found, tell);
  if (!found.name_servers.empty()) {
    tell("Their own NS are not declared; where the zones are new, give them `dns.nameServers`:\n");
  }
  for (const auto& servers : found.name_servers) {
    tell("  " + (servers.empty() ? "(none)" : servers) + "\n");
  }
  for (const auto& left : made.left) {
    tell("  unmanaged  " + left + "\n");
  }
  for (const auto& set : made.mixed_ttls) {
    tell("  several TTLs  " + set +
         ": its values have TTLs of their own; the lowest is declared\n");
  }
  for (const auto& unread : found.unread) {
    complain("! not read: " + unread + "\n");
  }
}

/// Notes as ours what is as declared, and says whether anything is left to do.
Result<ExitCode> adopt_imported(Workspace& workspace,
                                const importing::Import& made,
                                const Found& found,
                                const std::vector<std::string>& names) {
  PlanOptions options;
  options.words = names;
  if (!made.loaded->diagnostics.empty()) {
    complain(describe::diagnostics_brief(
        made.loaded->diagnostics, made.loaded->files, workspace.style()));
  }
  PLUMB_TRY(planned,
            make_plan_of(workspace, made.loaded, &found.seen, options, state::Access::write, {}));
  const auto differing = planned.pass.plan.batches.size();
  const auto code = exit_code_of(planned.pass.plan, false);
  planned.pass.plan.batches.clear();
  planned.pass.plan.run_refused = false;
  apply::Progress quiet;
  const auto summary = workspace.reconciler(*planned.store)
                           .apply(planned.pass, workspace.run(*planned.loaded), false, quiet, {});
  for (const auto& trouble : summary.troubles) {
    complain("! " + trouble.message + "\n");
  }
  say(counted(summary.kept, "object") + " noted as ours" +
      (found.taken_over == 0 ? "; nothing in the world was changed.\n" : ".\n"));
  say(code != ExitCode::ok ? "`plumb plan` shows what is refused, in conflict or unread.\n"
      : differing == 0     ? "In plumb: `plumb plan` has nothing to do.\n"
                           : "`plumb plan` shows where the world differs from what was written.\n");
  return summary.troubles.empty() ? code : ExitCode::error;
}

}  // namespace

Result<ExitCode> import_world(Workspace& workspace, const ImportOptions& options) {
  PLUMB_TRY(worktree, load::open_worktree(workspace.directory()));
  importing::Overlay source(*worktree, {});
  PLUMB_TRY(loaded, workspace.load_or_complain(source));
  const bool octodns = options.from == "octodns";
  WorldReader reader(workspace, *loaded, options);
  PLUMB_TRY(found, octodns ? read_octodns(*loaded, options) : reader.run());
  if (found.domains.empty()) {
    for (const auto& unread : found.unread) {
      complain("! not read: " + unread + "\n");
    }
    say("Nothing to import: " + (found.declared != 0
                                     ? counted(found.declared, "domain") + " declared already.\n"
                                     : "there is no zone of such a name.\n"));
    return !found.unread.empty()                           ? ExitCode::unread
           : found.declared == 0 && !options.words.empty() ? ExitCode::error
                                                           : ExitCode::ok;
  }
  PLUMB_TRY(made, make_manifests(workspace, found, *loaded, source));
  if (options.dry_run) {
    for (const auto& file : made.files) {
      say("# " + file.path + "\n" + file.text);
    }
    report(found, made, false);
    return found.unread.empty() ? ExitCode::ok : ExitCode::unread;
  }
  if (auto done = take_and_write(workspace, reader, found, made, source.missing()); !done) {
    return tl::unexpected(std::move(done).error());
  }
  report(found, made, true);
  // Where else than it was read, nothing can be ours; but a zone that was transferred may be the
  // one that `into` holds.
  if (!octodns &&
      (options.into.empty() || options.into == options.from || options.from == "axfr")) {
    auto names = found.names;
    if (!importing::servers_of(*loaded).empty()) {
      names.emplace_back("kind:Server");  // their addresses stand in what was imported
    }
    PLUMB_TRY(code, adopt_imported(workspace, made, found, names));
    return found.unread.empty() ? code : ExitCode::unread;
  }
  say("Next:  plumb plan\n");
  return found.unread.empty() ? ExitCode::ok : ExitCode::unread;
}

}  // namespace plumb::cli
