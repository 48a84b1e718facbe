#include "controller/providers/mailcow/mailcow.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/mailcow/adapt.h"
#include "controller/providers/mailcow/api.h"
#include "controller/providers/mailcow/applying.h"
#include "controller/providers/mailcow/config.h"
#include "controller/providers/mailcow/directory.h"
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
        api_(config, std::move(key), opening.http),
        directory_(api_, env_.clock) {
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
    directory_.forget();
    apply_order({api_, new_domains_, env_}, order, report, stop);
  }
  Diagnosis diagnose(std::stop_token stop) override;

 private:
  Result<ObservedScope> read(const Listing& listing,
                             const Scope& scope,
                             const std::stop_token& stop);
  Result<ObservedScope> read_key(const Listing& domains,
                                 const Scope& scope,
                                 const std::stop_token& stop);

  std::string account_;
  env::Env env_;
  NewDomains new_domains_;
  Api api_;
  Directory directory_;
  std::map<std::string, std::shared_ptr<const DesiredScope>, std::less<>> declared_;
};

ObservedScope missing(const Scope& scope) {
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = Reading::missing;
  return observed;
}

Result<std::vector<Container>> MailcowProvider::survey(std::stop_token stop) {
  PLUMB_TRY(listing, directory_.domains(stop));
  std::vector<Container> containers;
  for (const auto& [name, held] : listing.domains) {
    containers.push_back({{account_, name + "."}, {}});
  }
  for (const auto& [name, held] : listing.alias_domains) {
    containers.push_back({{account_, name + "."}, {}});
  }
  return containers;
}

Result<ObservedScope> MailcowProvider::read(const Listing& listing,
                                            const Scope& scope,
                                            const std::stop_token& stop) {
  const auto domain = without_dot(scope.container);
  if (!listing.has(domain)) {
    return missing(scope);
  }
  PLUMB_TRY(key, directory_.key(domain, Directory::Ask::unless_known, stop));
  const auto declared = declared_.find(scope.container);
  auto observed =
      rows_of(listing, domain, key, declared == declared_.end() ? nullptr : declared->second.get());
  observed.scope = scope;
  return observed;
}

Result<ObservedScope> MailcowProvider::read_key(const Listing& domains,
                                                const Scope& scope,
                                                const std::stop_token& stop) {
  const auto domain = without_dot(scope.container);
  if (!domains.has(domain)) {
    return missing(scope);
  }
  PLUMB_TRY(key, directory_.key(domain, Directory::Ask::anew, stop));
  auto observed = key_rows_of(key);
  observed.scope = scope;
  return observed;
}

void MailcowProvider::observe(std::span<const Scope> scopes,
                              const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                              std::stop_token stop) {
  const auto listing = directory_.list(scopes, stop);
  for (const auto& scope : scopes) {
    each(scope, listing ? read(*listing, scope, stop) : tl::unexpected(listing.error()));
  }
}

void MailcowProvider::observe_outputs(
    std::span<const Scope> scopes,
    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
    std::stop_token stop) {
  const auto domains = directory_.domains(stop);
  for (const auto& scope : scopes) {
    each(scope, domains ? read_key(*domains, scope, stop) : tl::unexpected(domains.error()));
  }
}

Result<ObservedScope> MailcowProvider::locate(const Scope& scope,
                                              std::span<const std::string> /*markers_and_keys*/,
                                              std::stop_token stop) {
  directory_.forget();
  PLUMB_TRY(listing, directory_.list(std::span(&scope, 1), stop));
  return read(listing, scope, stop);
}

Diagnosis MailcowProvider::diagnose(std::stop_token stop) {
  Diagnosis diagnosis;
  auto listing = directory_.domains(stop);
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
    .takes_hashes = false,
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
