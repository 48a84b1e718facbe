#include "controller/providers/powerdns/powerdns.h"

#include <atomic>
#include <utility>

#include <fmt/format.h>

#include "controller/providers/powerdns/answer.h"
#include "controller/providers/powerdns/api.h"
#include "controller/providers/powerdns/applying.h"
#include "controller/providers/powerdns/batch.h"
#include "controller/providers/powerdns/config.h"
#include "controller/providers/powerdns/keys.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::providers::powerdns {
namespace {

using values::DomainName;

class PowerdnsProvider final : public Provider {
 public:
  PowerdnsProvider(const Opening& opening, Config config, env::Secret key)
      : account_(opening.account),
        config_(std::move(config)),
        api_(config_, std::move(key), opening.http) {}

  Result<std::vector<Container>> survey(std::stop_token stop) override;
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override;
  void observe_outputs(std::span<const Scope> scopes,
                       const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                       std::stop_token stop) override;
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> /*markers_and_keys*/,
                               std::stop_token stop) override {
    return read(scope, stop);
  }
  void apply(const Order& order, const Report& report, std::stop_token stop) override {
    apply_order(api_, config_, order, body_cap_, report, stop);
  }
  Result<void> mark_owner(const Scope& scope, std::string_view mark, std::stop_token stop) override;
  Diagnosis diagnose(std::stop_token stop) override;

 private:
  Result<ObservedScope> read(const Scope& scope, const std::stop_token& stop);
  Result<ListedZones> list_signed(std::span<const Scope> scopes, const std::stop_token& stop) const;
  Result<ObservedScope> signing_of(const Scope& scope,
                                   const ListedZones& listed,
                                   const std::stop_token& stop) const;
  Result<ObservedScope> missing(const Scope& scope,
                                const DomainName& zone,
                                const std::stop_token& stop) const;

  std::string account_;
  Config config_;
  Api api_;
  std::atomic<std::size_t> body_cap_ = kBodyCap;
};

Result<std::vector<Container>> PowerdnsProvider::survey(std::stop_token stop) {
  // Without dnssec=false the server looks for the keys of each zone.
  const auto request = api_.get("/zones?dnssec=false");
  PLUMB_TRY(body, api_.fetch(request, std::move(stop)));
  return read_zones(std::move(body), account_, api_.whence(request));
}

/// A zone for which the server says 404. A wrong endpoint says it, too: only a list of zones that
/// lacks this one is a proof.
Result<ObservedScope> PowerdnsProvider::missing(const Scope& scope,
                                                const DomainName& zone,
                                                const std::stop_token& stop) const {
  const auto request = api_.get("/zones?dnssec=false&zone=" + query_value(zone.text()));
  PLUMB_TRY(body, api_.fetch(request, stop));
  PLUMB_TRY(zones, read_zones(std::move(body), account_, api_.whence(request)));
  for (const auto& container : zones) {
    if (container.scope.container == zone.text()) {
      return fail(
          ErrorCode::unavailable,
          fmt::format(
              "{}: zone {} is listed, but not given", api_.whence(request), zone.without_dot()),
          "try again");
    }
  }
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = Reading::missing;
  return observed;
}

Result<ObservedScope> PowerdnsProvider::read(const Scope& scope, const std::stop_token& stop) {
  auto zone = DomainName::parse(scope.container);
  if (!zone) {
    return tl::unexpected(std::move(zone).error().in("zone " + scope.container));
  }
  const auto request = api_.get(zone_path(*zone));
  PLUMB_TRY(response, api_.send(request, stop));
  if (response.status == 200) {
    return read_zone(std::move(response.body), scope, api_.whence(request));
  }
  // Before 4.2 a zone that is not there was a 422.
  if (response.status == 404 ||
      (response.status == 422 &&
       response.body.find("Could not find domain") != std::string::npos)) {
    return missing(scope, *zone, stop);
  }
  return tl::unexpected(api_.error_of(request, std::move(response)));
}

void PowerdnsProvider::observe(std::span<const Scope> scopes,
                               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                               std::stop_token stop) {
  for (const auto& scope : scopes) {
    if (stop.stop_requested()) {
      each(scope, fail(ErrorCode::cancelled, "zone " + scope.container + " was not read: stopped"));
    } else {
      each(scope, read(scope, stop));
    }
  }
}

/// Which zones are signed: the server looks for the keys of each zone that it lists.
Result<ListedZones> PowerdnsProvider::list_signed(std::span<const Scope> scopes,
                                                  const std::stop_token& stop) const {
  const auto zone = scopes.size() == 1 ? DomainName::parse(scopes[0].container)
                                       : Result<DomainName>(fail(ErrorCode::not_found, "", ""));
  const auto request = api_.get(zone ? "/zones?zone=" + query_value(zone->text()) : "/zones");
  PLUMB_TRY(body, api_.fetch(request, stop));
  return read_signed(std::move(body), api_.whence(request));
}

/// The Zone alone, with what it is signed with.
Result<ObservedScope> PowerdnsProvider::signing_of(const Scope& scope,
                                                   const ListedZones& listed,
                                                   const std::stop_token& stop) const {
  PLUMB_TRY(zone, DomainName::parse(scope.container));
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = Reading::missing;
  if (!listed.all.contains(zone.text())) {
    return observed;
  }
  Value::List ds;
  if (listed.is_signed.contains(zone.text())) {
    const auto request = api_.get(zone_path(zone) + "/cryptokeys");
    PLUMB_TRY(body, api_.fetch(request, stop));
    PLUMB_TRY(found, read_ds(body, api_.whence(request)));
    for (auto& text : found) {
      ds.emplace_back().data = std::move(text);  // GCC 12 takes a moved temporary for uninitialised
    }
  }
  observed.reading = Reading::read;
  observed.side.push_back({.outputs = {{"ds", Value{std::move(ds), {}}}}});
  TableBuilder table;
  table.add(kinds::kZone, "", cbor::body({}), 0, 1);
  observed.table = table.seal().table;
  return observed;
}

void PowerdnsProvider::observe_outputs(
    std::span<const Scope> scopes,
    const std::function<void(const Scope&, Result<ObservedScope>)>& each,
    std::stop_token stop) {
  const auto listed = list_signed(scopes, stop);
  for (const auto& scope : scopes) {
    each(scope,
         listed ? signing_of(scope, *listed, stop)
                : Result<ObservedScope>(tl::unexpected(listed.error())));
  }
}

Result<void> PowerdnsProvider::mark_owner(const Scope& scope,
                                          std::string_view mark,
                                          std::stop_token stop) {
  PLUMB_TRY(zone, DomainName::parse(scope.container));
  const auto request = api_.put_zone(zone, owner_body(mark));
  PLUMB_TRY(response, api_.send(request, std::move(stop)));
  if (response.status != 204 && response.status != 200) {
    return tl::unexpected(api_.error_of(request, std::move(response)));
  }
  return {};
}

Diagnosis PowerdnsProvider::diagnose(std::stop_token stop) {
  Diagnosis diagnosis;
  const auto request = api_.get("");
  auto body = api_.fetch(request, std::move(stop));
  auto server = body ? read_server(std::move(*body), api_.whence(request))
                     : Result<ServerInfo>(tl::unexpected(std::move(body).error()));
  if (!server) {
    diagnosis.bad.push_back(std::move(server).error());
  } else if (server->daemon != "authoritative") {
    diagnosis.bad.push_back(
        {.message = fmt::format("{} is a PowerDNS {}", api_.endpoint(), server->daemon),
         .hint = "name the API of an authoritative server"});
  } else {
    diagnosis.good.push_back(
        fmt::format("PowerDNS Authoritative {} at {}", server->version, api_.endpoint()));
  }
  return diagnosis;
}

Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body) {
  if (kind.id == kinds::kRRset && cbor::field(body, kinds::kRRsetAt)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: a powerdns provider has no fields of its own", kind.label(key)),
                "take the `at` of this provider away");
  }
  // PowerDNS 4.7 answers 422 "contains unsupported characters" to them (measured).
  if (kind.id == kinds::kRRset &&
      kinds::split_rrset_key(key).owner.find('\\') != std::string_view::npos) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: PowerDNS takes no names with escaped characters", kind.label(key)),
                "name it without the escape, or keep this zone at another provider");
  }
  return std::string(body);
}

void check(const Value& spec, Diagnostics& problems) {
  read_config(spec, problems);
}

constexpr ProviderTraits kTraits{.type = "powerdns",
                                 .limits = {.changes_per_call = 5'000,
                                            .bytes_per_call = 2'000'000,
                                            .scopes_per_call = 1,
                                            // SQLite behind it fails under parallel writes.
                                            .calls_at_once = 1,
                                            .reads_at_once = 4},
                                 .dns = true,
                                 .zone_ds = true,
                                 .atomic = true,
                                 .fuses_container = true,
                                 .account = account_of,
                                 .adapt = adapt,
                                 .check = check};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  Diagnostics problems;
  auto config = read_config(opening.spec, problems);
  const auto in = "provider " + opening.name;
  if (problems.has_errors()) {
    const auto& first = problems.all()[0];
    return fail(ErrorCode::invalid_input, in + ": " + first.message, first.hint);
  }
  auto key = opening.env.secrets.get(config.api_key);
  if (!key) {
    return tl::unexpected(std::move(key).error().in(in));
  }
  return std::unique_ptr<Provider>(
      std::make_unique<PowerdnsProvider>(opening, std::move(config), std::move(*key)));
}

}  // namespace

ProviderType powerdns_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::powerdns
