#include "controller/import/import.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include "controller/env/parallel.h"
#include "controller/import/mail_block.h"
#include "controller/import/overlay.h"
#include "controller/import/profiles.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/model/mistakes.h"
#include "resources/rules/rules.h"

namespace plumb::importing {
namespace {

bool is_rule(const std::string& id) {
  const auto ids = rules::rule_ids();
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Whether a mistake is that of a whole file, wherever it was noticed.
bool is_of_the_file(const std::string& id) {
  constexpr std::array kOfTheFile = {Mistake::file_unreadable,
                                     Mistake::file_too_large,
                                     Mistake::yaml_too_large,
                                     Mistake::yaml_too_many};
  return std::any_of(kOfTheFile.begin(), kOfTheFile.end(), [&](Mistake mistake) {
    return info(mistake).id == id;
  });
}

void for_each(std::size_t count, const std::function<void(std::size_t)>& task) {
  env::for_each_parallel(count, std::thread::hardware_concurrency(), task);
}

/// Mends manifests until they load: what breaks a rule is kept with the rule switched off, what
/// cannot be declared becomes unmanaged.
class Mending {
 public:
  Mending(std::vector<ImportedDomain>& domains,
          const load::Loaded& project,
          load::Source& base,
          const LoadProject& load_project)
      : domains_(domains), project_(project), base_(base), load_project_(load_project) {}

  Result<Import> run() {
    constexpr int kRounds = 24;
    for (int round = 1;; ++round) {
      // Mostly nothing is wrong, and one load is all it takes.
      auto own = copy_of_domains();
      const auto profiles =
          find_profiles(domains_, [&](const std::string& name) { return is_taken(name); });
      PLUMB_TRY(loaded, read_back(profiles));
      if (loaded.diagnostics.has_errors() && !profiles.empty()) {
        // Each domain by itself: which rules it breaks is not what others decide.
        domains_ = own;
        out_.without_profiles = first_problem(loaded).message;  // its place is nobody's to look at
        PLUMB_TRY(alone, read_back({}));
        loaded = std::move(alone);
      } else {
        out_.without_profiles.clear();
      }
      if (!loaded.diagnostics.has_errors()) {
        count(own);
        auto out = finish();
        out.loaded = std::make_shared<const load::Loaded>(std::move(loaded));
        return out;
      }
      if (round == kRounds || !mend(loaded)) {
        const auto problem = first_problem(loaded);
        return fail(ErrorCode::invalid_input,
                    "what was read cannot be declared: " + loaded.files.text(problem.place) + ": " +
                        problem.message,
                    problem.hint);
      }
    }
  }

 private:
  /// What a file is, as numbers into domains_ and out_.files.
  struct FilePlace {
    std::size_t domain = 0, file = 0;
  };

  std::vector<ImportedDomain> copy_of_domains() const {
    std::vector<ImportedDomain> copies(domains_.size());
    for_each(copies.size(), [&](std::size_t i) { copies[i] = domains_[i]; });
    return copies;
  }

  void write(const std::vector<ImportedProfile>& profiles) {
    out_.files.clear();
    out_.profiles = profiles.size();
    for (const auto& profile : profiles) {
      out_.files.push_back(profile_manifest(profile));
    }
    places_.clear();
    std::vector<std::vector<Manifest>> written(domains_.size());
    for_each(written.size(), [&](std::size_t i) { written[i] = domain_manifests(domains_[i]); });
    for (std::size_t i = 0; i < written.size(); ++i) {
      for (auto& file : written[i]) {
        places_.emplace(file.path, FilePlace{i, out_.files.size()});
        out_.files.push_back(std::move(file));
      }
    }
  }

  /// Writes, and loads what was written.
  Result<load::Loaded> read_back(const std::vector<ImportedProfile>& profiles) {
    write(profiles);
    if (auto free = refuse_to_overwrite(); !free) {
      return tl::unexpected(std::move(free).error());
    }
    Overlay overlay(base_, out_.files);
    PLUMB_TRY(loaded, load_project_(overlay));
    if (auto seen = must_be_read(loaded); !seen) {
      return tl::unexpected(std::move(seen).error());
    }
    return loaded;
  }

  /// Whether a Profile, or its file, has this name already.
  bool is_taken(const std::string& name) const {
    return base_.read(profile_path(name)).has_value() ||
           std::any_of(project_.declared.begin(), project_.declared.end(), [&](const auto& one) {
             return one.kind == "Profile" && one.name == name;
           });
  }

  Result<void> refuse_to_overwrite() {
    for (const auto& file : out_.files) {
      if (base_.read(file.path)) {
        return fail(ErrorCode::conflict,
                    file.path + " is there already",
                    "remove it, or import the other domains by name");
      }
    }
    return {};
  }

  /// Manifests that `manifests` of the Project does not list would never be looked at.
  Result<void> must_be_read(const load::Loaded& loaded) const {
    std::set<std::string> read;
    for (std::uint32_t number = 1; number <= loaded.files.size(); ++number) {
      read.insert(loaded.files.path(number));
    }
    for (const auto& file : out_.files) {
      if (!read.contains(file.path)) {
        return fail(ErrorCode::invalid_input,
                    "the project does not read " + file.path,
                    "add `profiles` and `domains` to `manifests` in plumb.yaml");
      }
    }
    return {};
  }

  /// What is to be taken out of one domain, and why.
  struct Removals {
    std::map<std::size_t, std::string> sets, aliases, mailboxes;
    std::set<std::size_t> made;  ///< sets that another declaration makes
  };

  /// The error's place in one of our files: the domain's number, and what stands there.
  std::optional<std::pair<std::size_t, Spot>> ours(const Diagnostic& problem,
                                                   const load::Loaded& loaded) const {
    for (const auto& place : {problem.place, problem.related}) {
      const auto found = places_.find(loaded.files.path(place.file));
      if (found != places_.end()) {
        const auto [domain, file] = found->second;
        return std::pair(domain, out_.files[file].at(place.line));
      }
    }
    return std::nullopt;
  }

  /// Whether anything could be done about the errors.
  bool mend(const load::Loaded& loaded) {
    bool any = false;
    std::map<std::size_t, Removals> removals;
    for (const auto& problem : loaded.diagnostics.all()) {
      const bool can_mend = problem.severity == Severity::error && !is_of_the_file(problem.rule);
      const auto found = can_mend ? ours(problem, loaded) : std::nullopt;
      if (!found) {
        continue;
      }
      const auto [number, spot] = *found;
      const bool in_set = spot.what == Spot::What::set;
      if (in_set && is_made_elsewhere(problem, loaded)) {
        removals[number].made.insert(spot.number);
      } else if (is_rule(problem.rule)) {
        any |= switch_off(
            domains_[number], in_set ? std::optional(spot.number) : std::nullopt, problem.rule);
      } else if (spot.what != Spot::What::nothing) {
        auto& out = removals[number];
        (in_set                             ? out.sets
         : spot.what == Spot::What::mailbox ? out.mailboxes
                                            : out.aliases)
            .emplace(spot.number, problem.message);
      }
    }
    for (const auto& [number, out] : removals) {
      remove(domains_[number], out);
    }
    return any || !removals.empty();
  }

  /// A set that the project declares already: the address of a Server.
  bool is_made_elsewhere(const Diagnostic& problem, const load::Loaded& loaded) const {
    return problem.rule == info(Mistake::declared_twice).id &&
           (!places_.contains(loaded.files.path(problem.place.file)) ||
            !places_.contains(loaded.files.path(problem.related.file)));
  }

  /// Leaves out what cannot be declared: it stays where it is, and nobody's.
  void remove(ImportedDomain& domain, const Removals& out) {
    auto sets = out.sets;
    for (const auto number : out.made) {
      sets.insert_or_assign(number, "");
    }
    for (auto it = sets.rbegin(); it != sets.rend(); ++it) {
      const auto at = domain.sets.begin() + static_cast<std::ptrdiff_t>(it->first);
      if (!it->second.empty()) {
        domain.unmanaged.push_back(at->owner + " " +
                                   std::string(values::record_type_name(at->type)));
        domain.unmanaged_because.push_back(it->second);
      }
      domain.sets.erase(at);
    }
    const auto leave = [&](auto& list, const auto& numbers, std::string_view what) {
      for (auto it = numbers.rbegin(); it != numbers.rend(); ++it) {
        const auto at = list.begin() + static_cast<std::ptrdiff_t>(it->first);
        out_.left.push_back(domain.name.to_unicode() + ": " + std::string(what) + " " + at->local +
                            ": " + it->second);
        list.erase(at);
      }
    };
    if (domain.mail) {
      leave(domain.mail->aliases, out.aliases, "alias");
      leave(domain.mail->mailboxes, out.mailboxes, "mailbox");
    }
  }

  static bool switch_off(ImportedDomain& domain,
                         std::optional<std::size_t> set,
                         const std::string& rule) {
    auto& off = set ? domain.sets[*set].lint_off : domain.zone_lint_off;
    if (std::find(off.begin(), off.end(), rule) == off.end()) {
      off.push_back(rule);
      return true;
    }
    auto& zone = domain.zone_lint_off;
    if (set && std::find(zone.begin(), zone.end(), rule) == zone.end()) {
      zone.push_back(rule);
      return true;
    }
    return false;
  }

  void count(const std::vector<ImportedDomain>& domains) {
    for (const auto& domain : domains) {
      out_.sets += domain.sets.size();
      out_.with_lint += static_cast<std::size_t>(
          std::count_if(domain.sets.begin(), domain.sets.end(), [](const auto& set) {
            return !set.lint_off.empty();
          }));
    }
  }

  Import finish() {
    for (const auto& domain : domains_) {
      for (std::size_t i = 0; i < domain.unmanaged.size(); ++i) {
        out_.left.push_back(domain.name.to_unicode() + ": " + domain.unmanaged[i] + ": " +
                            domain.unmanaged_because[i]);
      }
      for (const auto& label : domain.mixed_ttls) {
        out_.mixed_ttls.push_back(domain.name.to_unicode() + ": " + label);
      }
    }
    return std::move(out_);
  }

  static Diagnostic first_problem(const load::Loaded& loaded) {
    const auto& all = loaded.diagnostics.all();
    const auto found = std::find_if(all.begin(), all.end(), [](const Diagnostic& problem) {
      return problem.severity == Severity::error;
    });
    return found == all.end() ? Diagnostic() : *found;
  }

  std::vector<ImportedDomain>& domains_;
  const load::Loaded& project_;
  load::Source& base_;
  const LoadProject& load_project_;
  Import out_;
  std::unordered_map<std::string, FilePlace> places_;  ///< by path
};

}  // namespace

std::vector<KnownServer> servers_of(const load::Loaded& loaded) {
  std::vector<KnownServer> servers;
  for (const auto& scope : loaded.scopes) {
    for (const auto& entry : scope->table.entries()) {
      if (entry.kind != kinds::kServer) {
        continue;
      }
      const auto body = scope->table.body(entry);
      const auto hostname = cbor::field_octets(body, kinds::kServerHostname).value_or("");
      KnownServer server{.name = std::string(scope->table.key(entry)),
                         .hostname = values::DomainName::from_canonical(hostname)};
      for (const auto& [field, prefix] :
           {std::pair(kinds::kServerIpv4, "ip4:"), std::pair(kinds::kServerIpv6, "ip6:")}) {
        for (const auto address : cbor::field_list(body, field)) {
          server.spf_terms.push_back(prefix + std::string(address));
        }
      }
      servers.push_back(std::move(server));
    }
  }
  return servers;
}

Result<Import> make_import(std::vector<ImportedDomain> domains,
                           const load::Loaded& project,
                           load::Source& base,
                           const LoadProject& load_project) {
  std::sort(
      domains.begin(), domains.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  const auto servers = servers_of(project);
  for_each(domains.size(), [&](std::size_t i) { recognise_mail(domains[i], servers); });
  return Mending(domains, project, base, load_project).run();
}

}  // namespace plumb::importing
