#include "controller/import/from_scope.h"

#include <algorithm>

#include "resources/kinds/mail_kinds.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::importing {
namespace {

std::string text_field(std::string_view body, std::uint8_t field) {
  return std::string(cbor::field_octets(body, field).value_or(""));
}

std::optional<std::uint64_t> number_field(const Value& tree, std::string_view name) {
  const auto* member = tree.find(name);
  if (member == nullptr || member->as_int() == nullptr || *member->as_int() < 0) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*member->as_int());
}

std::vector<std::string> list_field(std::string_view body, std::uint8_t field) {
  std::vector<std::string> texts;
  for (const auto text : cbor::field_list(body, field)) {
    texts.emplace_back(text);
  }
  return texts;
}

/// The name by which a kind calls a field, for the tree of a body.
std::string_view field_name(const Kind& kind, std::uint8_t number) {
  const auto* rule = kind.field(number);
  return rule != nullptr ? rule->name : std::string_view();
}

class MailReader {
 public:
  MailReader(const ObservedScope& scope, const Catalog& catalog)
      : scope_(scope), catalog_(catalog) {}

  ImportedMail run(const std::string& provider) {
    out_.provider = provider;
    for (const auto& entry : scope_.table.entries()) {
      if ((entry.flags & EntryFlag::opaque) == 0) {
        read(entry);
      } else {
        const auto& kind = catalog_.of(entry.kind);
        out_.left.push_back(std::string(kind.name) + " " +
                            std::string(kind.label(scope_.table.key(entry))) + ": " +
                            (entry.side != 0 ? scope_.side[entry.side - 1].opaque_because
                                             : std::string("no manifest can say it")));
      }
    }
    const auto by_local = [](const auto& a, const auto& b) { return a.local < b.local; };
    std::sort(out_.mailboxes.begin(), out_.mailboxes.end(), by_local);
    std::sort(out_.aliases.begin(), out_.aliases.end(), by_local);
    // The key that signs comes first: so the manifest says which one it is.
    std::sort(out_.keys.begin(), out_.keys.end(), [&](const auto& a, const auto& b) {
      const bool a_signs = a.selector == out_.signs;
      const bool b_signs = b.selector == out_.signs;
      return a_signs != b_signs ? a_signs : a.selector < b.selector;
    });
    return std::move(out_);
  }

 private:
  void read(const Entry& entry) {
    const auto key = std::string(scope_.table.key(entry));
    const auto body = scope_.table.body(entry);
    const auto& kind = catalog_.of(entry.kind);
    const auto tree = body_tree(kind, body).value_or(Value{});
    const auto number = [&](std::uint8_t field) {
      return number_field(tree, field_name(kind, field));
    };
    if (entry.kind == kinds::kMailDomain) {
      out_.alias_of = text_field(body, kinds::kMailDomainAliasOf);
      if (out_.alias_of.ends_with('.')) {
        out_.alias_of.pop_back();
      }
      out_.quota = number(kinds::kMailDomainQuota);
    } else if (entry.kind == kinds::kMailbox) {
      out_.mailboxes.push_back({key,
                                text_field(body, kinds::kMailboxDisplayName),
                                number(kinds::kMailboxQuota),
                                number(kinds::kMailboxReceiveOnly).value_or(0) != 0,
                                number(kinds::kMailboxDisabled).value_or(0) != 0,
                                list_field(body, kinds::kMailboxSendAs)});
    } else if (entry.kind == kinds::kAlias) {
      ImportedAlias alias{key, list_field(body, kinds::kAliasTo), false, std::nullopt};
      alias.discard = number(kinds::kAliasDiscard).value_or(0) != 0;
      if (const auto text = cbor::field_octets(body, kinds::kAliasReject)) {
        alias.reject = std::string(*text);
      }
      out_.aliases.push_back(std::move(alias));
    } else if (entry.kind == kinds::kDKIMKey) {
      out_.keys.push_back({key,
                           text_field(body, kinds::kDkimAlgorithm),
                           number(kinds::kDkimBits).value_or(0),
                           public_key(entry)});
    } else if (entry.kind == kinds::kDKIMSigning) {
      out_.signs = text_field(body, kinds::kSigningSelector);
    }
  }

  std::string public_key(const Entry& entry) const {
    if (entry.side == 0) {
      return {};
    }
    for (const auto& output : scope_.side[entry.side - 1].outputs) {
      if (output.name == "publicKey" && output.value.as_string() != nullptr) {
        return *output.value.as_string();
      }
    }
    return {};
  }

  const ObservedScope& scope_;
  const Catalog& catalog_;
  ImportedMail out_;
};

/// A vendor's own fields that say something; null where none does.
Value without_what_is_off(const Value& at) {
  Value::Map on;
  for (const auto& field : at.as_map() != nullptr ? *at.as_map() : Value::Map()) {
    if (field.value.as_bool() == nullptr || *field.value.as_bool()) {
      on.push_back(field);
    }
  }
  return on.empty() ? Value{} : Value{std::move(on), {}};
}

/// What providers say of a set whose TTL is the lowest of several.
bool has_mixed_ttl(const ObservedScope& scope, const Entry& entry) {
  const auto none = std::vector<Field>();
  const auto& outputs = entry.side != 0 ? scope.side[entry.side - 1].outputs : none;
  return std::any_of(outputs.begin(), outputs.end(), [](const Field& output) {
    return output.name == "mixedTTL";
  });
}

}  // namespace

void finish_sets(ImportedDomain& domain) {
  std::sort(domain.sets.begin(), domain.sets.end(), [](const auto& a, const auto& b) {
    if ((a.owner == "@") != (b.owner == "@")) {
      return a.owner == "@";
    }
    return a.owner != b.owner ? a.owner < b.owner
                              : values::record_type_name(a.type) < values::record_type_name(b.type);
  });
  domain.default_ttl = usual_ttl(domain.sets);
}

ImportedDomain domain_of(const ObservedScope& scope,
                         const std::string& provider,
                         const Catalog& catalog) {
  ImportedDomain domain{.name = values::DomainName::from_canonical(scope.scope.container)};
  domain.providers = {provider};
  for (const auto& entry : scope.table.entries()) {
    if (entry.kind != kinds::kRRset || (entry.flags & EntryFlag::system_owned) != 0) {
      continue;
    }
    const auto [owner, type_name] = kinds::split_rrset_key(scope.table.key(entry));
    const auto type = values::find_record_type(type_name);
    if (!type || (entry.flags & (EntryFlag::opaque | EntryFlag::ambiguous)) != 0) {
      const bool told = entry.side != 0;
      domain.unmanaged.push_back(std::string(owner) + " " + std::string(type_name));
      domain.unmanaged_because.push_back(told ? scope.side[entry.side - 1].opaque_because
                                              : "no manifest can say it");
      continue;
    }
    if (has_mixed_ttl(scope, entry)) {
      domain.mixed_ttls.push_back(std::string(owner) + " " + std::string(type_name));
    }
    const auto body = scope.table.body(entry);
    ImportedSet set{.owner = std::string(owner), .type = *type, .ttl = kinds::rrset_ttl(body)};
    for (const auto value : kinds::rrset_values(body)) {
      set.values.emplace_back(value);
    }
    if (cbor::field(body, kinds::kRRsetAt)) {
      const auto tree = body_tree(catalog.of(kinds::kRRset), body);
      const auto* at = tree ? tree->find("at") : nullptr;
      set.at = at != nullptr ? without_what_is_off(*at) : Value{};
    }
    domain.sets.push_back(std::move(set));
  }
  finish_sets(domain);
  return domain;
}

ImportedMail mail_of(const ObservedScope& scope,
                     const std::string& provider,
                     const Catalog& catalog) {
  return MailReader(scope, catalog).run(provider);
}

}  // namespace plumb::importing
