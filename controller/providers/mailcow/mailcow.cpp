#include "controller/providers/mailcow/mailcow.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/mailcow/adapt.h"
#include "controller/providers/mailcow/api.h"
#include "controller/providers/mailcow/applying.h"
#include "controller/providers/mailcow/config.h"
#include "controller/providers/mailcow/listing.h"
#include "controller/providers/mailcow/rows.h"
#include "controller/providers/mailcow/words.h"
#include "controller/providers/settings.h"

namespace plumb::providers::mailcow {
namespace {

class MailcowProvider final : public Provider {
 public:
  MailcowProvider(const Opening& opening, const Config& config, env::Secret key)
      : account_(opening.account),
        env_(opening.env),
        new_domains_(config.new_domains),
        api_(config, std::move(key), opening.http) {
    for (const auto& scope : opening.declared) {
      declared_[scope->scope.container] = scope;
    }
  }

  Result<std::vector<Container>> survey(std::stop_token stop) override;
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override;
  void observe_outputs(std::span<const Scope> scopes,
                       const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                       std::stop_token stop) override;
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> markers_and_keys,
                               std::stop_token stop) override;
  void apply(const Order& order, const Report& report, std::stop_token stop) override {
    apply_order({api_, new_domains_, env_}, order, report, stop);
  }
  Diagnosis diagnose(std::stop_token stop) override;

 private:
  Result<Listing> list(std::span<const Scope> scopes, const std::stop_token& stop) const;
  Result<ObservedScope> read(const Result<Listing>& listing,
                             const Scope& scope,
                             bool outputs_alone,
                             const std::stop_token& stop) const;

  std::string account_;
  env::Env env_;
  NewDomains new_domains_;
  Api api_;
  std::map<std::string, std::shared_ptr<const DesiredScope>, std::less<>> declared_;
};

Result<std::vector<Container>> MailcowProvider::survey(std::stop_token stop) {
  PLUMB_TRY(listing, list_domains(api_, stop));
  std::vector<Container> containers;
  for (const auto& [name, held] : listing.domains) {
    containers.push_back({{account_, name + "."}, {}});
  }
  for (const auto& [name, held] : listing.alias_domains) {
    containers.push_back({{account_, name + "."}, {}});
  }
  return containers;
}

/// Everything that is needed of `scopes`, in as few calls as there are sorts of things.
Result<Listing> MailcowProvider::list(std::span<const Scope> scopes,
                                      const std::stop_token& stop) const {
  PLUMB_TRY(listing, list_domains(api_, stop));
  const auto is_there = [&](const Scope& scope) {
    return listing.has(without_dot(scope.container));
  };
  const auto is_own = [&](const Scope& scope) {
    return listing.domains.contains(without_dot(scope.container));
  };
  if (std::any_of(scopes.begin(), scopes.end(), is_own)) {
    const auto one =
        scopes.size() == 1 ? without_dot(scopes.front().container) : std::string_view();
    if (auto added = add_mailboxes(api_, one, listing, stop); !added) {
      return tl::unexpected(std::move(added).error());
    }
  }
  if (std::any_of(scopes.begin(), scopes.end(), is_there)) {
    if (auto added = add_aliases(api_, listing, stop); !added) {
      return tl::unexpected(std::move(added).error());
    }
  }
  return std::move(listing);
}

Result<ObservedScope> MailcowProvider::read(const Result<Listing>& listing,
                                            const Scope& scope,
                                            bool outputs_alone,
                                            const std::stop_token& stop) const {
  if (!listing) {
    return tl::unexpected(listing.error());
  }
  const auto domain = without_dot(scope.container);
  if (!listing->has(domain)) {
    ObservedScope missing;
    missing.scope = scope;
    missing.reading = Reading::missing;
    return missing;
  }
  PLUMB_TRY(key, key_of(api_, domain, stop));
  const auto declared = declared_.find(scope.container);
  auto observed = outputs_alone
                      ? key_rows_of(key)
                      : rows_of(*listing,
                                domain,
                                key,
                                declared == declared_.end() ? nullptr : declared->second.get());
  observed.scope = scope;
  return observed;
}

void MailcowProvider::observe(std::span<const Scope> scopes,
                              const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                              std::stop_token stop) {
  const auto listing = list(scopes, stop);
  for (const auto& scope : scopes) {
    each(scope, read(listing, scope, false, stop));
  }
}

void MailcowProvider::observe_outputs(
    std::span<const Scope> scopes,
    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
    std::stop_token stop) {
  const auto listing = list_domains(api_, stop);
  for (const auto& scope : scopes) {
    each(scope, read(listing, scope, true, stop));
  }
}

Result<ObservedScope> MailcowProvider::locate(const Scope& scope,
                                              std::span<const std::string> /*markers_and_keys*/,
                                              std::stop_token stop) {
  return read(list(std::span(&scope, 1), stop), scope, false, stop);
}

Diagnosis MailcowProvider::diagnose(std::stop_token stop) {
  Diagnosis diagnosis;
  auto listing = list_domains(api_, stop);
  if (!listing) {
    diagnosis.bad.push_back(std::move(listing).error());
    return diagnosis;
  }
  diagnosis.good.push_back(
      fmt::format("Mailcow at {}: the key sees {} domains and {} alias domains",
                  api_.endpoint(),
                  listing->domains.size(),
                  listing->alias_domains.size()));
  return diagnosis;
}

void check(const Value& spec, Diagnostics& problems) {
  read_config(spec, problems);
}

constexpr ProviderTraits kTraits{
    .type = "mailcow",
    // One reader: a listing is of all domains, and two would be of all of them twice.
    .limits = {.scopes_per_call = 4, .calls_at_once = 4, .reads_at_once = 1},
    .mail = true,
    .renames = true,
    .account = account_of,
    .adapt = adapt,
    .check = check,
};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  Diagnostics problems;
  const auto config = read_config(opening.spec, problems);
  if (problems.has_errors()) {
    return tl::unexpected(cannot_open(opening.name, problems));
  }
  auto key = opening.env.secrets.get(config.api_key);
  if (!key) {
    return tl::unexpected(std::move(key).error().in("provider " + opening.name));
  }
  return std::unique_ptr<Provider>(
      std::make_unique<MailcowProvider>(opening, config, std::move(*key)));
}

}  // namespace

ProviderType mailcow_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::mailcow
