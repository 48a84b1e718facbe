// How the parent zone hands over to this one, and whether what is signed validates.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "controller/verify/look.h"

namespace plumb::verify {
namespace {

using values::DomainName;
using values::RecordType;

/// The zone above: the next name with NS records. nullopt: not known yet; the root where nothing
/// else was found.
std::optional<DomainName> parent_zone(Look& look) {
  if (!look.zone.name.is_root() && look.declared.find(look.zone.name.parent()) == nullptr) {
    ask_upwards(look.facts, look.zone.name.parent(), RecordType::ns);
  }
  for (auto name = look.zone.name.parent(); !name.is_root(); name = name.parent()) {
    if (look.declared.find(name) != nullptr) {
      return name;
    }
    const auto found = find(look.facts, name, RecordType::ns);
    if (!found) {
      return std::nullopt;
    }
    if (!found->values.empty()) {
      return name;
    }
  }
  return DomainName();
}

/// NS of the zone in an answer of its parent's server: in the authority section of a referral, or
/// in the answer where one server has both zones.
std::set<std::string> handed_over(const DomainName& zone, const env::DnsAnswer& answer) {
  std::set<std::string> names;
  for (const auto* section : {&answer.answers, &answer.authority}) {
    for (const auto& record : *section) {
      if (record.type == RecordType::ns && record.name == zone) {
        names.insert(record.data);
      }
    }
  }
  return names;
}

std::vector<std::string> difference(const std::set<std::string>& a,
                                    const std::set<std::string>& b) {
  std::vector<std::string> only;
  for (const auto& name : a) {
    if (!b.contains(name)) {
      only.emplace_back(DomainName::from_canonical(name).without_dot());
    }
  }
  return only;
}

/// "at your registrar": of a zone right below a top-level domain; else its parent.
std::string where_of(const DomainName& parent) {
  return parent.label_count() <= 1 ? "at your registrar"
                                   : fmt::format("in {}", parent.without_dot());
}

void compare_names(Look& look,
                   const DomainName& parent,
                   const std::set<std::string>& above,
                   const std::set<std::string>& here) {
  const auto only_above = difference(above, here);
  const auto only_here = difference(here, above);
  if (only_above.empty() && only_here.empty()) {
    look.pass("delegation",
              {},
              fmt::format("{} hands over to the same {}",
                          parent.is_root() ? "the root" : std::string(parent.without_dot()),
                          counted(above.size(), "name server")),
              "RFC 1034 §4.2.2");
    return;
  }
  std::string text =
      fmt::format("{} and the zone do not name the same servers", parent.without_dot());
  if (!only_above.empty()) {
    text += "; only the parent: " + listed(only_above);
  }
  if (!only_here.empty()) {
    text += "; only the zone: " + listed(only_here);
  }
  look.add({.topic = "delegation",
            .subject = "NS",
            .status = Status::warning,
            .message = std::move(text),
            .rule = "RFC 1034 §4.2.2",
            .remedy = look.declared.find(parent) != nullptr
                          ? look.remedy(look.zone.name, RecordType::ns, {})
                          : delegate_it(look, parent)});
}

std::set<std::string> glue_of(const DomainName& host, const env::DnsAnswer& referral) {
  std::set<std::string> glue;
  for (const auto& record : referral.additional) {
    if (record.name == host && (record.type == RecordType::a || record.type == RecordType::aaaa)) {
      glue.insert(record.data);
    }
  }
  return glue;
}

/// Addresses that the parent hands out for name servers below the zone.
bool check_glue(Look& look,
                const DomainName& parent,
                const env::DnsAnswer& referral,
                const std::set<std::string>& names) {
  bool known = true;
  for (const auto& text : names) {
    const auto host = DomainName::from_canonical(text);
    if (!host.is_subdomain_of(look.zone.name)) {
      continue;
    }
    const auto glue = glue_of(host, referral);
    const auto real = addresses_of(look.facts, host);
    if (!real) {
      known = false;
      continue;
    }
    const auto give = fmt::format("nothing: give {} the address of {}{}",
                                  where_of(parent),
                                  host.without_dot(),
                                  real->values.empty() ? "" : ": " + listed(real->values));
    if (glue.empty() && !referral.authoritative) {
      look.add({.topic = "delegation",
                .subject = std::string(host.without_dot()),
                .status = Status::fail,
                .message = "lies in the zone and the parent has no glue for it: it cannot be found",
                .rule = "RFC 1034 §4.2.1",
                .remedy = give});
    }
    for (const auto& address : glue) {
      if (real->known &&
          std::find(real->values.begin(), real->values.end(), address) == real->values.end()) {
        look.add({.topic = "delegation",
                  .subject = std::string(host.without_dot()),
                  .status = Status::fail,
                  .message = fmt::format("the parent's glue is {}, the zone says {}",
                                         address,
                                         shown(RecordType::a, real->values)),
                  .rule = "RFC 1912 §2.3",
                  .remedy = give});
      }
    }
  }
  return known;
}

void check_parent(Look& look) {
  const auto parent = parent_zone(look);
  const auto here = find(look.facts, look.zone.name, RecordType::ns);
  if (!parent || !here || parent->is_root() || here->values.empty()) {
    return;  // a top-level domain of somebody's own, or told by the servers' check
  }
  const auto servers = name_servers(look.facts, look.declared, *parent, look.options.ipv6);
  if (!servers) {
    return;
  }
  std::size_t silent = 0;
  for (const auto& server : servers->servers) {
    const auto* answer = look.facts.dns(look.zone.name, RecordType::ns, server.address);
    if (answer == nullptr) {
      return;
    }
    if (!*answer) {
      ++silent;
      continue;
    }
    const auto names = handed_over(look.zone.name, **answer);
    if (names.empty()) {
      look.add({.topic = "delegation",
                .subject = "NS",
                .status = Status::fail,
                .message = fmt::format("{} does not hand over this zone: {} has no NS for it",
                                       parent->without_dot(),
                                       server.name),
                .rule = "RFC 1034 §4.2",
                .remedy = look.declared.find(*parent) != nullptr
                              ? look.remedy(look.zone.name, RecordType::ns, "its NS there")
                              : delegate_it(look, *parent)});
      return;
    }
    if (check_glue(look, *parent, **answer, names)) {
      compare_names(look, *parent, names, {here->values.begin(), here->values.end()});
    }
    return;
  }
  look.add({.topic = "delegation",
            .subject = "NS",
            .status = Status::unknown,
            .message = fmt::format("no server of {} could be asked", parent->without_dot()),
            .rule = {},
            .remedy = "nothing: look again later"});
}

void check_dnssec(Look& look) {
  const auto ds = find(look.facts, look.zone.name, RecordType::ds);
  const auto soa = find(look.facts, look.zone.name, RecordType::soa);
  if (!ds || !soa) {
    return;
  }
  const Check trouble{
      .topic = "dnssec",
      .subject = {},
      .status = Status::fail,
      .message = {},
      .rule = "RFC 4035 §5",
      .remedy =
          "nothing: the servers sign; compare the DS at the parent with the keys of "
          "the zone"};
  if (ds->known && ds->values.empty()) {
    look.pass("dnssec", {}, "not signed: the parent has no DS");
  } else if (ds->known && soa->known && soa->authenticated) {
    look.pass("dnssec", {}, "signed, and validates", "RFC 4035 §5");
  } else if (ds->known && !soa->known) {
    auto check = trouble;
    check.message =
        fmt::format("the parent has a DS and {}: the signatures do not validate", soa->trouble);
    look.add(std::move(check));
  } else {
    auto check = trouble;
    check.status = Status::unknown;
    check.message = ds->known
                        ? "the parent has a DS, but the resolver does not say that it validates"
                        : ds->trouble;
    check.remedy =
        "nothing: declare a validating resolver that is your own (spec.resolvers of the Project)";
    look.add(std::move(check));
  }
}

}  // namespace

std::string delegate_it(const Look& look, const DomainName& parent) {
  std::vector<std::string> names;
  const auto* declared = look.declared.set_of(look.zone.name, RecordType::ns);
  const auto* seen = look.facts.known(look.zone.name, RecordType::ns);
  const auto texts = declared != nullptr                    ? declared->values
                     : seen != nullptr && seen->has_value() ? (*seen)->values(RecordType::ns)
                                                            : std::vector<std::string>();
  names.reserve(texts.size());
  for (const auto& text : texts) {
    names.emplace_back(DomainName::from_canonical(text).without_dot());
  }
  return fmt::format("nothing: delegate {} {} to {}",
                     look.zone.name.without_dot(),
                     where_of(parent),
                     names.empty() ? "its name servers" : listed(names, 6));
}

void check_delegation(Look& look) {
  check_parent(look);
  check_dnssec(look);
}

}  // namespace plumb::verify
