#include "controller/providers/digitalocean/digitalocean.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/digitalocean/api.h"
#include "controller/providers/digitalocean/applying.h"
#include "controller/providers/digitalocean/config.h"
#include "controller/providers/digitalocean/listing.h"
#include "controller/providers/digitalocean/record.h"
#include "controller/providers/settings.h"

namespace plumb::providers::digitalocean {
namespace {

class DigitalOceanProvider final : public Provider {
 public:
  DigitalOceanProvider(const Opening& opening, const Config& config, env::Secret token)
      : account_(opening.account), api_(config, std::move(token), opening.http) {}

  Result<std::vector<Container>> survey(std::stop_token stop) override;
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override {
    for (const auto& scope : scopes) {
      each(scope, read_zone(api_, scope, stop));
    }
  }
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> /*markers_and_keys*/,
                               std::stop_token stop) override {
    return read_zone(api_, scope, stop);
  }
  void apply(const Order& order, const Report& report, std::stop_token stop) override {
    apply_order(api_, order, report, stop);
  }
  Diagnosis diagnose(std::stop_token stop) override;

 private:
  std::string account_;
  Api api_;
};

Result<std::vector<Container>> DigitalOceanProvider::survey(std::stop_token stop) {
  PLUMB_TRY(zones, list_zones(api_, stop));
  std::vector<Container> containers;
  for (auto& zone : zones) {
    // No fingerprint: nothing of a zone is known to move with its records.
    containers.push_back({{account_, std::move(zone)}, {}});
  }
  return containers;
}

Diagnosis DigitalOceanProvider::diagnose(std::stop_token stop) {
  Diagnosis diagnosis;
  auto zones = list_zones(api_, stop);
  if (zones) {
    diagnosis.good.push_back(fmt::format("{}: the token sees {} zones", account_, zones->size()));
  } else {
    diagnosis.bad.push_back(std::move(zones).error());
  }
  return diagnosis;
}

void check(const Value& spec, Diagnostics& problems) {
  read_config(spec, problems);
}

constexpr ProviderTraits kTraits{
    .type = "digitalocean",
    // 250 calls in a minute, and 5,000 in an hour.
    .limits = {.changes_per_call = 200, .calls_at_once = 4, .requests_per_second = 3.9},
    .dns = true,
    .account = account_of,
    .adapt = adapt,
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
      std::make_unique<DigitalOceanProvider>(opening, config, std::move(*token)));
}

}  // namespace

ProviderType digitalocean_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::digitalocean
