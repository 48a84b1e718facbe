#include "controller/providers/static/static.h"

#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"
#include "resources/values/quoted.h"

namespace plumb::providers::static_servers {
namespace {

// The fields of a Server's body (resources/kinds/rrset.h: server_kind).
constexpr std::uint8_t kHostname = 1;
constexpr std::uint8_t kIpv4 = 2;
constexpr std::uint8_t kIpv6 = 3;

Value text_list(std::string_view body, std::uint8_t field) {
  Value::List list;
  for (const auto text : cbor::field_list(body, field)) {
    list.push_back(Value{std::string(text), {}});
  }
  return Value{std::move(list), {}};
}

/// The addresses as SPF names them (RFC 7208 §5).
Value spf_terms(std::string_view body) {
  Value::List list;
  for (const auto& [field, prefix] : {std::pair(kIpv4, "ip4:"), std::pair(kIpv6, "ip6:")}) {
    for (const auto text : cbor::field_list(body, field)) {
      list.push_back(Value{prefix + std::string(text), {}});
    }
  }
  return Value{std::move(list), {}};
}

/// What is declared, as if it had been read.
ObservedScope as_declared(const Scope& scope, const DesiredScope* desired) {
  ObservedScope observed;
  observed.scope = scope;
  observed.reading = Reading::read;
  TableBuilder builder;
  for (std::size_t row = 0; desired != nullptr && row < desired->table.size(); ++row) {
    const auto& entry = desired->table[row];
    const auto body = desired->table.body(entry);
    observed.side.push_back(Seen{.outputs = server_outputs(body)});
    builder.add(entry.kind,
                desired->table.key(entry),
                body,
                0,
                static_cast<std::uint32_t>(observed.side.size()));
  }
  observed.table = builder.seal().table;
  return observed;
}

class StaticProvider final : public Provider {
 public:
  explicit StaticProvider(const Opening& opening) : account_(opening.account) {
    for (const auto& scope : opening.declared) {
      declared_.emplace(scope->scope, scope);
    }
  }

  Result<std::vector<Container>> survey(std::stop_token /*stop*/) override {
    return std::vector<Container>{{Scope{account_, ""}, ""}};
  }

  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token /*stop*/) override {
    for (const auto& scope : scopes) {
      each(scope, look(scope));
    }
  }

  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> /*markers_and_keys*/,
                               std::stop_token /*stop*/) override {
    return look(scope);
  }

  void apply(const Order& order, const Report& report, std::stop_token /*stop*/) override {
    for (const auto& change : order.changes) {
      report(change.number,
             change.act == Act::remove ? Done{} : Done{.outputs = server_outputs(change.after)});
    }
  }

  Diagnosis diagnose(std::stop_token /*stop*/) override {
    return {{"static servers are as declared"}, {}};
  }

 private:
  ObservedScope look(const Scope& scope) const {
    const auto found = declared_.find(scope);
    return as_declared(scope, found == declared_.end() ? nullptr : found->second.get());
  }

  std::string account_;
  std::map<Scope, std::shared_ptr<const DesiredScope>> declared_;  // immutable: no lock
};

Result<std::string> account_of(const Value& /*spec*/) {
  return std::string("static");
}

void check(const Value& spec, Diagnostics& problems) {
  const auto* fields = spec.as_map();
  for (const auto& field : fields != nullptr ? *fields : Value::Map()) {
    if (field.name != "type") {
      problems.error(
          field.place,
          fmt::format("unknown field {} of a static provider", values::quoted(field.name)),
          "a static provider has no settings: its servers' addresses stand in the Server "
          "documents");
    }
  }
}

constexpr ProviderTraits kTraits{
    .type = "static", .servers = true, .account = account_of, .check = check};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  return std::unique_ptr<Provider>(std::make_unique<StaticProvider>(opening));
}

}  // namespace

std::vector<Field> server_outputs(std::string_view body) {
  std::vector<Field> outputs;
  if (const auto hostname = cbor::field_octets(body, kHostname)) {
    // Without its final dot: it stands in texts (SPF, banners) as often as in host names.
    const bool dotted = hostname->size() > 1 && hostname->ends_with('.');
    outputs.push_back(
        {"hostname",
         Value{std::string(hostname->substr(0, hostname->size() - (dotted ? 1 : 0))), {}}});
  }
  outputs.push_back({"ipv4", text_list(body, kIpv4)});
  outputs.push_back({"ipv6", text_list(body, kIpv6)});
  outputs.push_back({"spf", spf_terms(body)});
  return outputs;
}

ProviderType static_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::static_servers
