#include "controller/providers/cloudflare/cloudflare.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/cloudflare/api.h"
#include "controller/providers/cloudflare/applying.h"
#include "controller/providers/cloudflare/config.h"
#include "controller/providers/cloudflare/directory.h"
#include "controller/providers/cloudflare/record.h"
#include "controller/providers/settings.h"

namespace plumb::providers::cloudflare {
namespace {

class CloudflareProvider final : public Provider {
 public:
  CloudflareProvider(const Opening& opening, const Config& config, env::Secret token)
      : account_(opening.account),
        api_(config, std::move(token), opening.http),
        directory_(api_, config.account) {}

  Result<std::vector<Container>> survey(std::stop_token stop) override;
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override;
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> markers_and_keys,
                               std::stop_token stop) override;
  void apply(const Order& order, const Report& report, std::stop_token stop) override {
    apply_order(api_, directory_, order, report, stop);
  }
  Result<void> mark_owner(const Scope& scope,
                          std::string_view mark,
                          std::stop_token stop) override {
    return put_mark(api_, directory_, scope, mark, stop);
  }
  Diagnosis diagnose(std::stop_token stop) override;

 private:
  Result<ObservedScope> read(const Scope& scope,
                             const Result<std::optional<Zone>>& zone,
                             const std::stop_token& stop);

  std::string account_;
  Api api_;
  Directory directory_;
};

Result<std::vector<Container>> CloudflareProvider::survey(std::stop_token stop) {
  PLUMB_TRY(zones, directory_.all(stop));
  std::vector<Container> containers;
  for (auto& zone : zones) {
    // No fingerprint: nothing of a zone is known to move with its records.
    containers.push_back({{account_, std::move(zone.name)}, {}});
  }
  return containers;
}

Result<ObservedScope> CloudflareProvider::read(const Scope& scope,
                                               const Result<std::optional<Zone>>& zone,
                                               const std::stop_token& stop) {
  if (!zone) {
    return tl::unexpected(zone.error());
  }
  if (!zone->has_value()) {
    ObservedScope observed;
    observed.scope = scope;
    observed.reading = Reading::missing;
    return observed;
  }
  return directory_.read(scope, **zone, stop);
}

Result<ObservedScope> CloudflareProvider::locate(const Scope& scope,
                                                 std::span<const std::string> /*markers_and_keys*/,
                                                 std::stop_token stop) {
  auto observed = read(scope, directory_.find(scope.container, stop), stop);
  if (!observed && is_gone(observed.error())) {
    // Made anew since it was listed, perhaps: a zone has another id then.
    directory_.forget(scope.container);
    observed = read(scope, directory_.find(scope.container, stop), stop);
  }
  return observed;
}

void CloudflareProvider::observe(
    std::span<const Scope> scopes,
    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
    std::stop_token stop) {
  if (scopes.size() > 1 && !directory_.is_listed(scopes.front().container)) {
    if (const auto zones = directory_.all(stop); !zones) {
      for (const auto& scope : scopes) {
        each(scope, tl::unexpected(zones.error()));
      }
      return;
    }
  }
  for (const auto& scope : scopes) {
    each(scope, locate(scope, {}, stop));
  }
}

/// Tokens of a user can be verified; those of an account cannot where users' are [unverified], but
/// can list zones like any other.
Diagnosis CloudflareProvider::diagnose(std::stop_token stop) {
  Diagnosis diagnosis;
  const auto verified = api_.call(api_.get("/user/tokens/verify"), stop);
  const auto* result = verified && verified->contains("result") ? &(*verified)["result"] : nullptr;
  const bool told = result != nullptr && result->is_object() && result->contains("status") &&
                    (*result)["status"].is_string();
  const auto status = told ? (*result)["status"].get<std::string>() : std::string();
  if (told && status != "active") {
    diagnosis.bad.push_back({.message = "the token of Cloudflare is " + status,
                             .hint = "make a new one, and give it to auth.token"});
    return diagnosis;
  }
  auto zones = directory_.all(stop);
  if (!zones) {
    diagnosis.bad.push_back(std::move(zones).error());
    return diagnosis;
  }
  diagnosis.good.push_back(fmt::format(
      "Cloudflare account {}: the token sees {} zones", directory_.account(), zones->size()));
  return diagnosis;
}

void check(const Value& spec, Diagnostics& problems) {
  read_config(spec, problems);
}

constexpr ProviderTraits kTraits{
    .type = "cloudflare",
    // 1,200 calls in 5 minutes for a user, over all tokens and the dashboard.
    .limits = {.changes_per_call = 200, .calls_at_once = 4, .requests_per_second = 3.9},
    .dns = true,
    .names_servers = true,
    .atomic = true,
    .account = account_of,
    .adapt = adapt,
    .served = served,
    .check = check};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  Diagnostics problems;
  const auto config = read_config(opening.spec, problems);
  if (problems.has_errors()) {
    return tl::unexpected(cannot_open(opening.name, problems));
  }
  auto token = opening.env.secrets.get(config.token);
  if (!token) {
    return tl::unexpected(std::move(token).error().in("provider " + opening.name));
  }
  return std::unique_ptr<Provider>(
      std::make_unique<CloudflareProvider>(opening, config, std::move(*token)));
}

}  // namespace

ProviderType cloudflare_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::cloudflare
