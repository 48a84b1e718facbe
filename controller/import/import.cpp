#include "controller/import/import.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

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

/// Mends manifests until they load: what breaks a rule is kept with the rule switched off, what
/// cannot be declared becomes unmanaged.
class Mending {
 public:
  Mending(std::vector<ImportedDomain>& domains, load::Source& base, const LoadProject& load_project)
      : domains_(domains), base_(base), load_project_(load_project) {}

  Result<Import> run() {
    auto profiles = find_profiles(domains_);
    constexpr int kRounds = 6;
    for (int round = 0; round < kRounds; ++round) {
      write(profiles);
      if (auto free = refuse_to_overwrite(); !free) {
        return tl::unexpected(std::move(free).error());
      }
      Overlay overlay(base_, out_.files);
      PLUMB_TRY(loaded, load_project_(overlay));
      if (auto seen = must_be_read(loaded); !seen) {
        return tl::unexpected(std::move(seen).error());
      }
      if (!loaded.diagnostics.has_errors()) {
        return finish();
      }
      if (!mend(loaded)) {
        return stuck(loaded);
      }
    }
    return fail(ErrorCode::internal, "the imported manifests cannot be made to load");
  }

 private:
  void write(const std::vector<ImportedProfile>& profiles) {
    out_.files.clear();
    out_.profiles = profiles.size();
    for (const auto& profile : profiles) {
      out_.files.push_back(profile_manifest(profile));
    }
    numbers_.clear();
    for (std::size_t i = 0; i < domains_.size(); ++i) {
      out_.files.push_back(domain_manifest(domains_[i]));
      numbers_.emplace(out_.files.back().path, i);
    }
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

  /// Whether anything could be done about the errors.
  bool mend(const load::Loaded& loaded) {
    bool any = false;
    std::map<std::size_t, std::set<std::size_t>> hopeless;  // domain -> sets
    std::map<std::size_t, std::map<std::size_t, std::string>> because;
    std::map<std::size_t, std::set<std::size_t>> made;  // by another declaration
    for (const auto& problem : loaded.diagnostics.all()) {
      if (problem.severity != Severity::error) {
        continue;
      }
      auto place = problem.place;
      auto found = numbers_.find(loaded.files.path(place.file));
      if (found == numbers_.end()) {
        place = problem.related;
        found = numbers_.find(loaded.files.path(place.file));
      }
      if (found == numbers_.end()) {
        continue;
      }
      const auto number = found->second;
      const auto set = set_at(number, place.line);
      if (set && is_made_elsewhere(problem, loaded)) {
        made[number].insert(*set);
      } else if (is_rule(problem.rule)) {
        any |= switch_off(domains_[number], set, problem.rule);
      } else if (set) {
        hopeless[number].insert(*set);
        because[number].emplace(*set, problem.message);
      }
    }
    for (const auto& [number, sets] : made) {
      auto& kept = domains_[number].sets;
      for (auto set = sets.rbegin(); set != sets.rend(); ++set) {
        kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(*set));
      }
      hopeless.erase(number);  // their numbers have moved: the next round tells them again
      any = true;
    }
    for (const auto& [number, sets] : hopeless) {
      give_up(domains_[number], sets, because[number]);
      any = true;
    }
    return any;
  }

  /// A set that the project declares already: the address of a Server.
  bool is_made_elsewhere(const Diagnostic& problem, const load::Loaded& loaded) const {
    return problem.rule == info(Mistake::declared_twice).id &&
           (!numbers_.contains(loaded.files.path(problem.place.file)) ||
            !numbers_.contains(loaded.files.path(problem.related.file)));
  }

  std::optional<std::size_t> set_at(std::size_t number, std::uint32_t line) const {
    const auto& lines = out_.files[out_.profiles + number].set_lines;
    const auto after = std::upper_bound(lines.begin(), lines.end(), line);
    if (after == lines.begin()) {
      return std::nullopt;
    }
    return static_cast<std::size_t>(std::prev(after) - lines.begin());
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

  static void give_up(ImportedDomain& domain,
                      const std::set<std::size_t>& sets,
                      const std::map<std::size_t, std::string>& because) {
    for (auto number = sets.rbegin(); number != sets.rend(); ++number) {
      const auto& set = domain.sets[*number];
      domain.unmanaged.push_back(set.owner + " " + std::string(values::record_type_name(set.type)));
      domain.unmanaged_because.push_back(because.at(*number));
      domain.sets.erase(domain.sets.begin() + static_cast<std::ptrdiff_t>(*number));
    }
  }

  Result<Import> finish() {
    for (const auto& domain : domains_) {
      out_.sets += domain.sets.size();
      out_.with_lint += static_cast<std::size_t>(
          std::count_if(domain.sets.begin(), domain.sets.end(), [](const auto& set) {
            return !set.lint_off.empty();
          }));
      for (std::size_t i = 0; i < domain.unmanaged.size(); ++i) {
        out_.left.push_back(domain.name.to_unicode() + ": " + domain.unmanaged[i] + ": " +
                            domain.unmanaged_because[i]);
      }
    }
    return std::move(out_);
  }

  Result<Import> stuck(const load::Loaded& loaded) const {
    for (const auto& problem : loaded.diagnostics.all()) {
      if (problem.severity == Severity::error) {
        return fail(ErrorCode::invalid_input,
                    "what was read cannot be declared: " + loaded.files.text(problem.place) + ": " +
                        problem.message,
                    problem.hint);
      }
    }
    return fail(ErrorCode::internal, "what was read cannot be declared");
  }

  std::vector<ImportedDomain>& domains_;
  load::Source& base_;
  const LoadProject& load_project_;
  Import out_;
  std::unordered_map<std::string, std::size_t> numbers_;  ///< path -> domains_
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
                           std::span<const KnownServer> servers,
                           load::Source& base,
                           const LoadProject& load_project) {
  std::sort(
      domains.begin(), domains.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (auto& domain : domains) {
    recognise_mail(domain, servers);
  }
  return Mending(domains, base, load_project).run();
}

}  // namespace plumb::importing
