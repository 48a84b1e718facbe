#include "controller/load/expand.h"

#include <algorithm>
#include <map>

#include "controller/load/expand_mail.h"
#include "controller/load/lint.h"
#include "controller/load/scope_builder.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/kinds/unmanaged.h"
#include "resources/model/mistakes.h"
#include "resources/model/references.h"

namespace plumb::load {
namespace {

using kinds::DeclaredSet;
using kinds::DeclaredValue;
using values::RecordType;

/// What makes the apex NS.
constexpr std::string_view kNameServers = "dns.nameServers";

class DomainExpansion {
 public:
  DomainExpansion(const DomainEntry& domain, const Manifests& manifests, const Catalog& catalog)
      : domain_(domain),
        manifests_(manifests),
        catalog_(catalog),
        sets_(domain.name, manifests.targets, out_.problems) {}

  Expanded run() {
    gather();
    sets_.unread().add_all(domain_.unread);
    auto sets = sets_.take();
    add_no_mail_names(domain_, sets);
    std::erase_if(sets, [&](const DeclaredSet& set) { return !may_stand(set); });
    out_.zone_rules_off = domain_.spec.common.lint.off;
    check_rule_names(domain_.spec.common.lint, out_.problems);
    for (std::size_t i = 0; i < domain_.providers.size(); ++i) {
      build(sets, *domain_.providers[i], i == 0, i + 1 == domain_.providers.size());
    }
    if (domain_.providers.empty()) {
      static const ProviderTraits kNothing{};
      ProviderEntry nobody;
      nobody.traits = &kNothing;
      build(sets, nobody, true, true);
      out_.stand_in = true;
    }
    out_.unread = std::move(sets_.unread());
    out_.lint_known = domain_.lint_known;
    return std::move(out_);
  }

 private:
  // -- what there is -------------------------------------------------------------------------

  void gather() {
    sets_.reserve(domain_.source.document->records + 16);
    const bool no_mail = domain_.mail.declaration.spec.none;
    if (!no_mail) {
      sets_.begin_layer();
      add_mail();
    }
    for (std::size_t i = 0; i < domain_.profiles.size(); ++i) {
      sets_.begin_layer();
      add_records(domain_.profiles[i], domain_.spec.profile_variables[i]);
    }
    sets_.begin_layer();
    add_records(domain_.source, domain_.spec.variables);
    for (std::size_t i = 0; i < domain_.records.size(); ++i) {
      const auto& record = *domain_.records[i];
      sets_.add(record.pack, record.pack[0], domain_.spec.variables, static_cast<std::uint32_t>(i));
    }
    if (no_mail) {
      add_mail();
    }
    add_name_servers();
    for (const auto* server : domain_.servers) {
      add_addresses(*server);
    }
    for (const auto& delegation : domain_.delegations) {
      add_delegation(manifests_.domains[delegation.child]);
    }
  }

  void add_records(const DocumentIn& in, const kinds::Variables& variables) {
    const auto end = in.document->first_record + in.document->records;
    for (auto i = in.document->first_record; i < end; ++i) {
      sets_.add(in.file->records, in.file->records[i], variables);
    }
    for (const auto& unread :
         in.file->records.unread().subspan(in.document->first_unread, in.document->unread)) {
      sets_.add_unread(unread, variables);
    }
  }

  void add_made(std::string owner,
                RecordType type,
                std::vector<DeclaredValue> values,
                Place place,
                std::string made_by) {
    if (values.empty()) {
      return;
    }
    DeclaredSet set;
    set.owner = std::move(owner);
    set.type = type;
    set.values = std::move(values);
    set.place = place;
    set.made_by = std::move(made_by);
    sets_.add_made(std::move(set));
  }

  /// Below all that is written: a record by hand at the same name and type takes the place. That
  /// there is no mail is said by the Domain, and holds against what profiles give.
  void add_mail() {
    for (auto& set : mail_sets(domain_, manifests_, out_.problems)) {
      sets_.add_made(std::move(set));
    }
  }

  void add_name_servers() {
    std::vector<DeclaredValue> values;
    for (const auto& name : domain_.spec.dns.name_servers) {
      auto value =
          sets_.canonical_value(RecordType::ns, name.text, name.place, domain_.spec.variables);
      if (value) {
        values.push_back({std::move(*value), name.place});
      }
    }
    const auto place = values.empty() ? Place{} : values.front().place;
    add_made("@", RecordType::ns, std::move(values), place, std::string(kNameServers));
  }

  void add_addresses(const kinds::ServerDeclaration& server) {
    const auto target = "Server/" + server.name;
    const auto owner = server.hostname.relative_to(domain_.name);
    const auto add = [&](RecordType type, std::string output, bool any) {
      if (any) {
        add_made(owner,
                 type,
                 {{Value{Reference{target, std::move(output), true}, server.place}, server.place}},
                 server.place,
                 target);
      }
    };
    add(RecordType::a, "ipv4", !server.ipv4.empty());
    add(RecordType::aaaa, "ipv6", !server.ipv6.empty());
  }

  /// Texts of a child as its own records of `type` would say them. What is wrong with them goes to
  /// `problems`.
  std::vector<DeclaredValue> values_of(const DomainEntry& child,
                                       RecordType type,
                                       const std::vector<kinds::PlacedText>& texts,
                                       Diagnostics& problems) const {
    kinds::RecordSets in_child(child.name, manifests_.targets, problems);
    std::vector<DeclaredValue> values;
    for (const auto& text : texts) {
      auto value = in_child.canonical_value(type, text.text, text.place, child.spec.variables);
      if (value) {
        values.push_back({std::move(*value), text.place});
      }
    }
    return values;
  }

  void add_delegation(const DomainEntry& child) {
    Diagnostics reported;  // where the child is expanded
    const auto& dns = child.spec.dns;
    const auto owner = child.name.relative_to(domain_.name);
    const auto made_by = "dns.delegate of Domain/" + child.display;
    delegated_.emplace(owner, &child);
    add_made(owner,
             RecordType::ns,
             values_of(child, RecordType::ns, dns.name_servers, reported),
             dns.delegate_place,
             made_by);
    if (dns.ds) {
      auto values = values_of(child, RecordType::ds, *dns.ds, out_.problems);
      add_made(owner, RecordType::ds, std::move(values), dns.ds_place, made_by);
    } else if (!sets_.has(owner, RecordType::ds)) {
      add_made(owner, RecordType::ds, signing_of(child), dns.delegate_place, made_by);
    }
  }

  /// What the providers of a child sign it with (RFC 4034 §5), each a list that may be empty.
  static std::vector<DeclaredValue> signing_of(const DomainEntry& child) {
    std::vector<DeclaredValue> values;
    const auto place = child.spec.dns.delegate_place;
    for (auto& [name, id] : zone_producers(child)) {
      values.push_back({Value{Reference{name, "ds", true}, place}, place});
    }
    return values;
  }

  // -- what may be there ---------------------------------------------------------------------

  bool may_stand(const DeclaredSet& set) {
    if (set.lint != nullptr) {
      check_rule_names(*set.lint, out_.problems);
    }
    check_providers(set);
    const bool stands = !lies_in_child(set) && !is_unmanaged(set);
    if (!stands) {
      sets_.unread().add(set.owner, set.type);
    }
    return stands;
  }

  std::string label_of(const DeclaredSet& set) const {
    return set.owner + " " + std::string(values::record_type_name(set.type));
  }

  /// The addresses of a child's own name servers, without which it cannot be found (RFC 1034
  /// §4.2.1).
  static bool is_glue(const DeclaredSet& set,
                      const values::DomainName& name,
                      const DomainEntry& child) {
    const auto& servers = child.spec.dns.name_servers;
    return (set.type == RecordType::a || set.type == RecordType::aaaa) &&
           std::any_of(servers.begin(), servers.end(), [&](const auto& server) {
             const auto target = values::DomainName::parse_target(server.text, child.name);
             return target && *target == name;
           });
  }

  /// The longest matching Domain owns a name; only the delegation itself and its glue stand above
  /// it.
  bool lies_in_child(const DeclaredSet& set) {
    if (!domain_.has_children || set.owner == "@") {
      return false;
    }
    const auto name = values::DomainName::from_canonical(set.owner + "." + domain_.name.text());
    const auto* owner = manifests_.owner_of(name);
    if (owner == nullptr || owner == &domain_) {
      return false;
    }
    if (name == owner->name && (set.type == RecordType::ns || set.type == RecordType::ds)) {
      return false;
    }
    if (is_glue(set, name, *owner)) {
      return false;
    }
    out_.problems.add({.severity = Severity::error,
                       .place = set.place,
                       .message = "`" + label_of(set) + "` of " + domain_.display +
                                  " lies in the zone of Domain `" + owner->display + "`",
                       .hint = "move the record to Domain `" + owner->display +
                               "`; above it only its NS and DS can stand",
                       .rule = std::string(info(Mistake::in_child_zone).id),
                       .reference = std::string(info(Mistake::in_child_zone).reference),
                       .related = owner->place});
    return true;
  }

  bool is_unmanaged(const DeclaredSet& set) {
    for (const auto& glob : domain_.spec.dns.unmanaged) {
      if (kinds::covers(glob.text, set.owner, values::record_type_name(set.type))) {
        out_.problems.add(
            {.severity = Severity::error,
             .place = set.place,
             .message = "`" + label_of(set) + "` is declared, and unmanaged by `" + glob.text + "`",
             .hint = "remove the record, or narrow `dns.unmanaged`",
             .rule = std::string(info(Mistake::declared_unmanaged).id),
             .related = glob.place});
        return true;
      }
    }
    return false;
  }

  void check_providers(const DeclaredSet& set) {
    const auto& known = domain_.spec.dns.providers;
    if (set.at == nullptr || known.empty()) {
      return;
    }
    for (const auto& field : *set.at->as_map()) {
      std::vector<std::string_view> names;
      for (const auto& provider : known) {
        names.push_back(provider.text);
      }
      if (std::find(names.begin(), names.end(), field.name) == names.end()) {
        out_.problems.error(
            field.place,
            Mistake::unknown_provider,
            "`at` names `" + field.name + "`, which is no provider of " + domain_.display,
            did_you_mean(field.name, names));
      }
    }
  }

  // -- what becomes of it --------------------------------------------------------------------

  std::optional<std::uint32_t> ttl_of(const DeclaredSet& set) const {
    return set.ttl ? set.ttl : domain_.spec.dns.default_ttl;
  }

  Policy zone_policy() const {
    Policy policy;
    policy.heal = kinds::heals(domain_.spec.drift, manifests_.drift, "Zone");
    policy.protect = domain_.spec.common.protect;
    return policy;
  }

  /// Of a set that several DNSRecords declare together: the most careful of what they say.
  Policy policy_of(const DeclaredSet& set) const {
    Policy policy;
    policy.heal = kinds::heals(domain_.spec.drift, manifests_.drift, "RRset");
    policy.ignore = domain_.spec.common.ignore;
    for (const auto document : set.documents) {
      const auto& common = domain_.records[document]->common;
      policy.protect |= common.protect;
      policy.paused |= common.paused;
      policy.ignore.insert(policy.ignore.end(), common.ignore.begin(), common.ignore.end());
    }
    std::sort(policy.ignore.begin(), policy.ignore.end());
    policy.ignore.erase(std::unique(policy.ignore.begin(), policy.ignore.end()),
                        policy.ignore.end());
    return policy;
  }

  /// The body as it is declared; `last`: the values may be taken away.
  Result<std::string> body_of(DeclaredSet& set,
                              std::string_view key,
                              const std::string& provider,
                              bool references,
                              bool last) const {
    const auto* at = set.at != nullptr ? set.at->find(provider) : nullptr;
    if (at == nullptr && !references) {
      std::vector<std::string> texts;
      texts.reserve(set.values.size());
      for (auto& value : set.values) {
        auto& text = std::get<std::string>(value.value.data);
        texts.push_back(last ? std::move(text) : text);
      }
      return kinds::rrset_body(ttl_of(set), std::move(texts));
    }
    Value::Map fields;
    if (const auto ttl = ttl_of(set)) {
      fields.push_back({"ttl", Value{std::int64_t{*ttl}, {}}});
    }
    Value::List list;
    for (const auto& value : set.values) {
      list.push_back(value.value);
    }
    fields.push_back({"values", Value{std::move(list), {}}});
    if (at != nullptr) {
      fields.push_back({"at", *at});
    }
    return catalog_.of(kinds::kRRset).canonical(key, Value{std::move(fields), {}});
  }

  std::vector<ResourceId> needs_of(const DeclaredSet& set, bool references) const {
    std::vector<ResourceId> needs;
    if (references) {
      std::vector<std::string> targets;
      for (const auto& value : set.values) {
        collect_references(value.value, targets);
      }
      for (const auto& target : targets) {
        if (const auto* found = manifests_.targets.find(target)) {
          needs.push_back(found->id);
        }
      }
    }
    add_mail_needs(domain_, set, needs);
    for (const auto document : set.documents) {
      add_needs(domain_.records[document]->common, needs);
    }
    const bool delegates = set.type == RecordType::ns || set.type == RecordType::ds;
    if (!set.made_by.empty() && delegates && set.owner != "@") {
      if (const auto child = delegated_.find(set.owner); child != delegated_.end()) {
        for (auto& scope : scopes_of(*child->second)) {
          needs.push_back({std::move(scope), kinds::kZone, ""});
        }
      }
    }
    return needs;
  }

  void add_needs(const kinds::Common& common, std::vector<ResourceId>& needs) const {
    for (const auto& target : common.depends_on) {
      if (const auto found = manifests_.resources.find(target.text);
          found != manifests_.resources.end()) {
        needs.insert(needs.end(), found->second.begin(), found->second.end());
      }
    }
  }

  std::string former_key(const DeclaredSet& set) {
    for (const auto document : set.documents) {
      const auto& formerly = domain_.records[document]->common.formerly;
      if (!formerly) {
        continue;
      }
      const auto name = values::DomainName::parse_relative(formerly->text, domain_.name);
      if (name) {
        return kinds::rrset_key(name->relative_to(domain_.name), set.type);
      }
      out_.problems.error(formerly->place, Mistake::bad_name, name.error());
    }
    return {};
  }

  void add_zone(ScopeBuilder& builder) {
    const auto body = catalog_.of(kinds::kZone).canonical("", Value{Value::Map(), {}});
    Row row{.kind = kinds::kZone, .key = "", .body = body ? *body : std::string_view()};
    row.place = domain_.place;
    row.policy = zone_policy();
    add_needs(domain_.spec.common, row.needs);
    builder.add(std::move(row));
  }

  bool add_set(ScopeBuilder& builder, DeclaredSet& set, const ProviderEntry& provider, bool last) {
    const bool references = set.has_references();
    const auto key = kinds::rrset_key(set.owner, set.type);
    Row row{.kind = kinds::kRRset, .key = key};
    row.needs = needs_of(set, references);
    auto body = body_of(set, key, provider.config.name, references, last);
    if (body && !references && provider.traits->adapt != nullptr) {
      body = provider.traits->adapt(catalog_.of(kinds::kRRset), key, *body);
    }
    if (!body) {
      out_.problems.error(set.place, Mistake::provider_refuses, body.error());
      sets_.unread().add(set.owner, set.type);
      return false;
    }
    row.body = *body;
    row.flags = references ? std::uint8_t{EntryFlag::has_references} : std::uint8_t{0};
    row.place = set.place;
    row.policy = policy_of(set);
    row.former = former_key(set);
    row.made_by = set.made_by;
    row.sources = set.united;
    builder.add(std::move(row));
    return true;
  }

  void build(std::vector<DeclaredSet>& sets, const ProviderEntry& provider, bool first, bool last) {
    constexpr std::size_t kUsualRow = 96;
    ScopeBuilder builder({provider.config.account, domain_.name.text()});
    builder.reserve(sets.size() + 1, sets.size() * kUsualRow);
    auto& head = builder.head();
    head.provider = provider.config.name;
    head.domain = domain_.display;
    head.exclusive = domain_.spec.dns.exclusive;
    head.paused = domain_.spec.common.paused;
    head.place = domain_.place;
    for (const auto& glob : domain_.spec.dns.unmanaged) {
      head.unmanaged.push_back(glob.text);
    }
    add_zone(builder);
    WrittenRows written;
    written.add({});  // the zone itself
    out_.served.push_back(provider.traits->served);
    for (auto& set : sets) {
      if (provider.traits->names_servers && set.made_by == kNameServers) {
        for (const auto& value : set.values) {
          const auto* name = value.value.as_string();
          head.name_servers.push_back(name != nullptr ? *name : std::string());
        }
        continue;
      }
      const auto row = first ? WrittenRows::row_of(set) : WrittenRow();
      if (add_set(builder, set, provider, last) && first) {
        written.add(row);
      }
    }
    std::vector<std::uint32_t> order;
    out_.scopes.push_back(builder.seal(order, out_.problems));
    if (first) {
      out_.written = written.in_order(order);
    }
  }

  const DomainEntry& domain_;
  const Manifests& manifests_;
  const Catalog& catalog_;
  Expanded out_;
  kinds::RecordSets sets_;
  std::map<std::string, const DomainEntry*> delegated_;  ///< by owner name
};

}  // namespace

Expanded expand_domain(const DomainEntry& domain,
                       const Manifests& manifests,
                       const Catalog& catalog) {
  return DomainExpansion(domain, manifests, catalog).run();
}

}  // namespace plumb::load
