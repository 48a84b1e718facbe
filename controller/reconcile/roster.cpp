#include "controller/reconcile/roster.h"

#include <algorithm>
#include <thread>

#include "resources/model/cbor.h"
#include "resources/model/table.h"

namespace plumb::reconcile {

Roster::Roster(std::span<const providers::ProviderType> types,
               env::Env env,
               std::string directory,
               const load::Loaded& loaded)
    : env_(env), directory_(std::move(directory)) {
  for (const auto& config : loaded.providers) {
    const auto type = std::find_if(
        types.begin(), types.end(), [&](const auto& t) { return t.traits->type == config.type; });
    if (type != types.end()) {
      add(*type, config, loaded);
    }
  }
}

void Roster::add(const providers::ProviderType& type,
                 const load::ProviderConfig& config,
                 const load::Loaded& loaded) {
  auto member = std::make_unique<Member>();
  member->name = config.name;
  member->account = config.account;
  member->traits = type.traits;
  std::string spec;
  cbor::value(spec, config.spec);
  constexpr std::uint64_t kSeed = 0;
  member->spec_digest = hash128(spec, kSeed);
  const auto at_once =
      config.concurrency != 0 ? config.concurrency : type.traits->limits.calls_at_once;
  const auto reads = type.traits->limits.reads_at_once;
  member->reads_at_once = config.concurrency != 0 ? config.concurrency
                          : reads != 0            ? reads
                          : at_once != 0          ? at_once
                                         : std::max(1U, std::thread::hardware_concurrency());
  const auto rate = config.requests_per_second > 0 ? config.requests_per_second
                                                   : type.traits->limits.requests_per_second;
  member->limiter = std::make_unique<env::Limiter>(
      env::RateLimits{.requests_per_second = rate,
                      .burst = 10,
                      .concurrency = at_once == 0 ? 0 : std::max(at_once, member->reads_at_once),
                      .changes = at_once});
  member->http =
      std::make_unique<env::LimitedHttp>(env_.http, *member->limiter, env_.clock, env_.random);
  std::vector<std::shared_ptr<const DesiredScope>> declared;
  for (const auto& scope : loaded.scopes) {
    if (scope->scope.account == config.account) {
      declared.push_back(scope);
    }
  }
  auto opened = type.open({.name = config.name,
                           .spec = config.spec,
                           .account = config.account,
                           .directory = directory_,
                           .env = env_,
                           .http = *member->http,
                           .declared = declared});
  if (opened) {
    member->provider = std::move(*opened);
  } else {
    member->trouble = std::move(opened).error();
  }
  by_account_.emplace(config.account, member.get());
  members_.push_back(std::move(member));
}

const Roster::Member* Roster::find(const std::string& account) const {
  const auto found = by_account_.find(account);
  return found == by_account_.end() ? nullptr : found->second;
}

apply::ProviderLookup Roster::lookup() const {
  return [this](const Scope& scope) {
    const auto* member = find(scope.account);
    return member == nullptr ? apply::ProviderHandle{}
                             : apply::ProviderHandle{member->provider.get(), member->traits};
  };
}

}  // namespace plumb::reconcile
