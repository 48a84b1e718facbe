#include "controller/cli/verify_zones.h"

#include <algorithm>
#include <map>

#include "controller/plan/resolve.h"
#include "controller/reconcile/roster.h"
#include "controller/reconcile/scopes.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::cli {
namespace {

/// What declared servers give to others; they are known without a network.
Result<plan::KnownOutputs> known_outputs(Workspace& workspace,
                                         const load::Loaded& loaded,
                                         const state::Store* store,
                                         std::stop_token stop) {
  if (store == nullptr) {
    return plan::KnownOutputs{};
  }
  load::Loaded quiet;
  quiet.producers = loaded.producers;
  quiet.scopes = loaded.scopes;
  for (const auto& provider : loaded.providers) {
    if (provider.type == "static") {
      quiet.providers.push_back(provider);
    }
  }
  const reconcile::Roster roster(
      workspace.parts().provider_types, workspace.env(), workspace.directory().string(), quiet);
  PLUMB_TRY(scopes, reconcile::scopes_to_look_at(quiet, *store));
  reconcile::Survey survey(roster, reconcile::Tokens::none, stop);
  return reconcile::observe_producers(
      quiet, scopes, roster, *store, workspace.parts().catalog, survey, std::move(stop));
}

verify::PolicyFile policy_of(std::string_view body, const ClaimedScope* claimed) {
  verify::PolicyFile policy;
  policy.mode = cbor::field_octets(body, kinds::kPolicyMode).value_or("");
  const auto hosts = cbor::field_list(body, kinds::kPolicyMx);
  policy.mx.assign(hosts.begin(), hosts.end());
  std::sort(policy.mx.begin(), policy.mx.end());
  const auto last =
      claimed == nullptr ? std::nullopt : claimed->table.find(kinds::kMTASTSPolicy, "");
  policy.applied = last && claimed->table.body(claimed->table[*last]) == body;
  return policy;
}

/// Whether what was last applied is what is declared.
bool is_applied(const ClaimedScope* claimed, std::string_view key, const verify::RecordSet& set) {
  const auto row = claimed == nullptr ? std::nullopt : claimed->table.find(kinds::kRRset, key);
  if (!row) {
    return false;
  }
  const auto body = claimed->table.body(claimed->table[*row]);
  if (set.ttl && kinds::rrset_ttl(body) != set.ttl) {
    return false;
  }
  const auto views = kinds::rrset_values(body);
  std::vector<std::string> last(views.begin(), views.end());
  std::sort(last.begin(), last.end());
  return set.shared ? std::includes(last.begin(), last.end(), set.values.begin(), set.values.end())
                    : last == set.values;
}

const ProviderTraits* traits_of(const Workspace& workspace, std::string_view type) {
  const auto types = workspace.parts().provider_types;
  const auto found = std::find_if(
      types.begin(), types.end(), [&](const auto& one) { return one.traits->type == type; });
  return found == types.end() ? nullptr : found->traits;
}

/// One zone out of the scopes (one per provider) that hold it.
class ZoneReader {
 public:
  ZoneReader(const Catalog& catalog, const plan::KnownOutputs& outputs)
      : catalog_(catalog), outputs_(outputs) {}

  /// `traits`: of the scope's provider; nullptr where it is not known.
  void add(const DesiredScope& scope,
           const ClaimedScope* claimed,
           const ProviderTraits* traits,
           verify::Zone& zone) const;

 private:
  const Catalog& catalog_;
  const plan::KnownOutputs& outputs_;
};

void ZoneReader::add(const DesiredScope& scope,
                     const ClaimedScope* claimed,
                     const ProviderTraits* traits,
                     verify::Zone& zone) const {
  for (const auto& entry : scope.table.entries()) {
    const auto key = scope.table.key(entry);
    if (entry.kind != kinds::kRRset) {
      continue;
    }
    auto body = std::string(scope.table.body(entry));
    if ((entry.flags & has_references) != 0) {
      auto resolved = plan::resolve(catalog_.of(entry.kind), key, body, outputs_, nullptr);
      if (resolved.state == plan::Resolved::State::absent) {
        continue;
      }
      if (resolved.state != plan::Resolved::State::bytes) {
        ++zone.awaiting;
        continue;
      }
      body = std::move(resolved.body);
    }
    body = traits != nullptr && traits->served != nullptr ? traits->served(body) : std::move(body);
    const auto [owner, type_name] = kinds::split_rrset_key(key);
    const auto type = values::find_record_type(type_name);
    const auto name = values::DomainName::parse_master_file(owner, zone.name);
    if (!type || !name || values::is_system_type(*type) || body.empty()) {
      continue;
    }
    const auto views = kinds::rrset_values(body);
    verify::RecordSet set{.name = *name,
                          .type = *type,
                          .ttl = kinds::rrset_ttl(body),
                          .values = {views.begin(), views.end()},
                          .shared = *type == values::RecordType::txt && !scope.exclusive};
    std::sort(set.values.begin(), set.values.end());
    set.applied = is_applied(claimed, key, set);
    const auto same = std::find_if(zone.sets.begin(), zone.sets.end(), [&](const auto& other) {
      return other.name == set.name && other.type == set.type;
    });
    if (same == zone.sets.end()) {
      zone.sets.push_back(std::move(set));
    } else {
      same->applied = same->applied && set.applied;
    }
  }
}

}  // namespace

Result<verify::Declared> declared_zones(Workspace& workspace,
                                        const load::Loaded& loaded,
                                        const state::Store* store,
                                        std::stop_token stop) {
  PLUMB_TRY(outputs, known_outputs(workspace, loaded, store, std::move(stop)));
  std::map<std::string, const load::ProviderConfig*> providers;
  for (const auto& provider : loaded.providers) {
    providers.emplace(provider.name, &provider);
  }
  const ZoneReader reader(workspace.parts().catalog, outputs);
  std::map<values::DomainName, verify::Zone> zones;
  for (const auto& scope : loaded.scopes) {
    const bool zonal = std::any_of(
        scope->table.entries().begin(), scope->table.entries().end(), [](const Entry& entry) {
          return entry.kind == kinds::kZone || entry.kind == kinds::kRRset;
        });
    const auto name = values::DomainName::parse(scope->scope.container);
    if (!zonal || !name) {
      continue;
    }
    auto& zone = zones.try_emplace(*name, verify::Zone{.name = *name}).first->second;
    const auto found = providers.find(scope->provider);
    if (found != providers.end()) {
      const auto& servers = found->second->name_servers;
      zone.servers.insert(zone.servers.end(), servers.begin(), servers.end());
    }
    std::shared_ptr<const ClaimedScope> claimed;
    if (store != nullptr) {
      PLUMB_TRY(claims, store->claims(scope->scope));
      claimed = std::move(claims);
    }
    const auto* traits =
        found == providers.end() ? nullptr : traits_of(workspace, found->second->type);
    reader.add(*scope, claimed.get(), traits, zone);
  }
  for (const auto& scope : loaded.scopes) {
    const auto name = values::DomainName::parse(scope->scope.container);
    const auto row = scope->table.find(kinds::kMTASTSPolicy, "");
    const auto zone = name ? zones.find(*name) : zones.end();
    if (row && zone != zones.end()) {
      const auto body = scope->table.body(scope->table[*row]);
      std::shared_ptr<const ClaimedScope> claimed;
      if (store != nullptr) {
        PLUMB_TRY(claims, store->claims(scope->scope));
        claimed = std::move(claims);
      }
      zone->second.policy = policy_of(body, claimed.get());
    }
  }
  std::vector<verify::Zone> list;
  for (auto& [name, zone] : zones) {
    list.push_back(std::move(zone));
  }
  return verify::Declared(std::move(list));
}

}  // namespace plumb::cli
