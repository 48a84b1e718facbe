#include "resources/kinds/domain.h"

#include "resources/kinds/merge.h"
#include "resources/kinds/rrset.h"

namespace plumb::kinds {
namespace {

DnsSpec read_dns(const Value* dns) {
  DnsSpec spec;
  if (dns == nullptr) {
    return spec;
  }
  spec.providers = read_texts(dns->find("providers"));
  spec.name_servers = read_texts(dns->find("nameServers"));
  spec.unmanaged = read_texts(dns->find("unmanaged"));
  if (const auto* ttl = dns->find("defaultTTL"); ttl != nullptr && ttl->as_int() != nullptr) {
    spec.default_ttl = static_cast<std::uint32_t>(*ttl->as_int());
  }
  if (const auto* word = dns->find("ownership"); word != nullptr && word->as_string() != nullptr) {
    spec.exclusive = *word->as_string() == "exclusive";
  }
  if (const auto* delegate = dns->find("delegate")) {
    spec.delegate = read_flag(*dns, "delegate");
    spec.delegate_place = delegate->place;
  }
  if (const auto* ds = dns->find("ds"); ds != nullptr && ds->as_list() != nullptr) {
    spec.ds = read_texts(ds);
    spec.ds_place = ds->place;
  }
  return spec;
}

/// The members of domain and profiles that merge as trees.
Value merged_member(std::string_view name,
                    const Value& spec,
                    std::span<const ProfileLayer> layers,
                    Value (*lay)(Value, const Value&, Diagnostics&),
                    Diagnostics& problems) {
  Value merged;
  const auto over = [&](const Value& layer) {
    const auto* member = layer.find(name);
    if (member == nullptr) {
      return;
    }
    merged = member->is_null() ? Value{} : lay(std::move(merged), *member, problems);
  };
  for (const auto& layer : layers) {
    over(*layer.spec);
  }
  over(spec);
  return merged;
}

void set_layer(Variables& variables, const ProfileLayer& layer) {
  if (const auto* vars = layer.spec->find("vars")) {
    variables.set_all(*vars);
  }
  if (layer.with != nullptr) {
    variables.set_all(*layer.with);
  }
}

/// A profile's own variables come before those of its neighbours: two profiles may both call
/// something `host`. What the Domain says comes first everywhere.
void read_variables(DomainSpec& out,
                    const Value& spec,
                    std::span<const ProfileLayer> layers,
                    std::string_view domain) {
  const auto* vars = spec.find("vars");
  const auto finish = [&](Variables& variables) {
    if (vars != nullptr) {
      variables.set_all(*vars);
    }
    variables.set("domain", std::string(domain));
  };
  for (const auto& layer : layers) {
    set_layer(out.variables, layer);
  }
  finish(out.variables);
  for (const auto& layer : layers) {
    auto& own = out.profile_variables.emplace_back();
    set_layer(own, layer);
    finish(own);
    own.fall_back(out.variables);
  }
}

}  // namespace

std::vector<ProfileUse> read_profiles(const Value& domain_spec) {
  std::vector<ProfileUse> uses;
  const auto* list = domain_spec.find("profiles");
  if (list == nullptr || list->as_list() == nullptr) {
    return uses;
  }
  for (const auto& item : *list->as_list()) {
    const auto* name = item.as_map() != nullptr ? item.find("name") : &item;
    if (name != nullptr && name->as_string() != nullptr) {
      uses.push_back({*name->as_string(), name->place, item.find("with")});
    }
  }
  return uses;
}

DomainSpec read_domain(const Value& spec,
                       std::span<const ProfileLayer> layers,
                       std::string_view domain,
                       std::span<const std::string_view> kinds,
                       Diagnostics& problems) {
  DomainSpec out;
  const auto dns = merged_member("dns", spec, layers, merge, problems);
  out.dns = read_dns(&dns);
  out.drift = read_drift(merged_member("drift", spec, layers, merge, problems), kinds, problems);
  out.common = read_common(spec, problems, &rrset_kind());
  read_variables(out, spec, layers, domain);
  return out;
}

}  // namespace plumb::kinds
