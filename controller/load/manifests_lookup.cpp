// What can be asked of Manifests once they are tied together.

#include "controller/load/manifests.h"
#include "resources/kinds/resource_kinds.h"

namespace plumb::load {

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

std::vector<Producer> zone_producers(const DomainEntry& domain) {
  std::vector<Producer> producers;
  for (const auto* provider : domain.providers) {
    if (provider->traits == nullptr || !provider->traits->zone_ds) {
      continue;
    }
    auto name = "Zone/" + domain.display;
    if (domain.providers.size() > 1) {
      name += " at " + provider->config.name;
    }
    producers.push_back(
        {std::move(name), {{provider->config.account, domain.name.text()}, kinds::kZone, ""}});
  }
  return producers;
}

std::vector<Scope> scopes_of(const DomainEntry& domain) {
  std::vector<Scope> scopes;
  for (const auto* provider : domain.providers) {
    scopes.push_back({provider->config.account, domain.name.text()});
  }
  return scopes;
}

}  // namespace plumb::load
