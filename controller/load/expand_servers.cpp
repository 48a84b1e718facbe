#include <map>

#include "controller/load/expand.h"
#include "controller/load/scope_builder.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

void add_server(const kinds::ServerDeclaration& server,
                const ProviderEntry& provider,
                const Manifests& manifests,
                const Kind& kind,
                ScopeBuilder& builder,
                Diagnostics& problems) {
  auto body = kind.canonical(server.name, server.fields());
  if (body && provider.traits != nullptr && provider.traits->adapt != nullptr) {
    body = provider.traits->adapt(kind, server.name, *body);
  }
  if (!body) {
    problems.error(server.place, Mistake::provider_refuses, body.error());
    return;
  }
  Row row{.kind = kinds::kServer, .key = server.name, .body = *body};
  row.place = server.place;
  row.policy.protect = server.common.protect;
  row.policy.paused = server.common.paused;
  row.policy.ignore = server.common.ignore;
  row.policy.heal = kinds::heals({}, manifests.drift, kind.name);
  row.former = server.common.formerly ? server.common.formerly->text : std::string();
  for (const auto& target : server.common.depends_on) {
    if (const auto found = manifests.resources.find(target.text);
        found != manifests.resources.end()) {
      row.needs.insert(row.needs.end(), found->second.begin(), found->second.end());
    }
  }
  builder.add(std::move(row));
}

}  // namespace

Expanded expand_servers(const Manifests& manifests, const Catalog& catalog) {
  Expanded out;
  std::map<std::string, ScopeBuilder> builders;
  for (const auto& server : manifests.servers) {
    const auto found = manifests.providers.find(server.provider);
    if (found == manifests.providers.end() || found->second.traits == nullptr) {
      continue;
    }
    const auto& provider = found->second;
    const auto [builder, added] =
        builders.try_emplace(provider.config.account, Scope{provider.config.account, ""});
    if (added) {
      builder->second.head().provider = provider.config.name;
      builder->second.head().place = server.place;
    }
    add_server(
        server, provider, manifests, catalog.of(kinds::kServer), builder->second, out.problems);
  }
  for (auto& [account, builder] : builders) {
    std::vector<std::uint32_t> order;
    out.scopes.push_back(builder.seal(order, out.problems));
  }
  return out;
}

}  // namespace plumb::load
