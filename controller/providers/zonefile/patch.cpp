#include "controller/providers/zonefile/patch.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "controller/providers/zonefile/writer.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"

namespace plumb::providers::zonefile {
namespace {

using values::DomainName;

Refused refuse(ErrorCode code, ErrorCategory category, std::string message, std::string hint) {
  return Refused{Error{
      .code = code, .message = std::move(message), .hint = std::move(hint), .category = category}};
}

std::string label(std::string_view key) {
  const auto [owner, type] = kinds::split_rrset_key(key);
  return fmt::format("{} {}", owner, type);
}

Refused changed_since(std::string_view key) {
  return refuse(ErrorCode::conflict,
                ErrorCategory::conflict,
                fmt::format("record set {} changed since it was read", label(key)),
                "plan again");
}

/// Applies the changes one by one; keys are unique in a batch, so their order means nothing here.
class Patcher {
 public:
  Patcher(const DomainName& name, std::optional<Zone> current)
      : existed_(current.has_value()), zone_(std::move(current)), name_(name) {
    for (std::size_t i = 0; zone_ && i < zone_->sets.size(); ++i) {
      index_.emplace(zone_->sets[i].key, i);
    }
  }

  Outcome zone_change(const ProviderChange& change);
  Outcome set_change(const ProviderChange& change);
  /// Takes out the sets that were removed and completes a new zone's SOA.
  std::optional<Zone> finish(const SoaDefaults& soa);
  bool changed() const { return changed_ || (removed_ && existed_); }

 private:
  RecordSet* find(std::string_view key) {
    const auto found = index_.find(std::string(key));
    return found == index_.end() ? nullptr : &zone_->sets[found->second];
  }
  Outcome remove_set(RecordSet* set, const ProviderChange& change);
  Outcome put_set(RecordSet* set, const ProviderChange& change);

  bool existed_;
  bool created_ = false;
  bool removed_ = false;
  bool changed_ = false;
  std::optional<Zone> zone_;
  const DomainName& name_;
  std::unordered_map<std::string, std::size_t> index_;
};

Outcome Patcher::zone_change(const ProviderChange& change) {
  if (change.act == Act::remove) {
    removed_ = true;
    return Done{};
  }
  if (!zone_) {
    zone_.emplace();
    zone_->name = name_;
    created_ = true;
    changed_ = true;
  }
  return Done{};
}

std::string body_of(const RecordSet& set) {
  return kinds::rrset_body(set.ttl, set.values);
}

/// Whether the set is as `after` wants it, in the fields that `after` has.
bool satisfies(const RecordSet& set, std::string_view after) {
  const auto ttl = kinds::rrset_ttl(after);
  const auto wanted = kinds::rrset_values(after);
  const auto body = body_of(set);
  return !set.mixed_ttl && (!ttl || *ttl == set.ttl) && kinds::rrset_values(body) == wanted;
}

Outcome Patcher::remove_set(RecordSet* set, const ProviderChange& change) {
  if (set == nullptr || set->values.empty()) {
    return Done{};
  }
  if (!change.before.empty() && body_of(*set) != change.before) {
    return changed_since(change.key);
  }
  set->values.clear();
  changed_ = true;
  return Done{};
}

Outcome Patcher::put_set(RecordSet* set, const ProviderChange& change) {
  if (set != nullptr && set->opaque()) {
    return refuse(
        ErrorCode::conflict,
        ErrorCategory::conflict,
        fmt::format(
            "record set {} cannot be represented: {}", label(change.key), set->opaque_because),
        "change it in the file by hand");
  }
  if (set != nullptr && satisfies(*set, change.after)) {
    return Done{};
  }
  if (set == nullptr ? !change.before.empty() : body_of(*set) != change.before) {
    return changed_since(change.key);
  }
  if (set == nullptr) {
    index_.emplace(change.key, zone_->sets.size());
    set = &zone_->sets.emplace_back();
    set->key = change.key;
    set->type = values::find_record_type(kinds::split_rrset_key(change.key).type);
    set->ttl = zone_->default_ttl.value_or(kDefaultTtl);
  }
  const auto wanted = kinds::rrset_values(change.after);
  set->values.assign(wanted.begin(), wanted.end());
  set->ttl = kinds::rrset_ttl(change.after).value_or(set->ttl);
  set->mixed_ttl = false;
  changed_ = true;
  return Done{};
}

Outcome Patcher::set_change(const ProviderChange& change) {
  const auto type = values::find_record_type(kinds::split_rrset_key(change.key).type);
  if (change.act == Act::remove) {
    return remove_set(zone_ ? find(change.key) : nullptr, change);
  }
  if (change.act == Act::rename || !type || *type == values::RecordType::soa ||
      kinds::rrset_values(change.after).empty()) {
    return refuse(ErrorCode::invalid_input,
                  ErrorCategory::validation,
                  fmt::format("record set {} cannot be written like this", label(change.key)),
                  "");
  }
  if (!zone_) {
    return refuse(ErrorCode::not_found,
                  ErrorCategory::not_found,
                  fmt::format("zone {} has no file", name_.without_dot()),
                  "plan again");
  }
  return put_set(find(change.key), change);
}

void complete_soa(Zone& zone, const SoaDefaults& defaults) {
  const auto name = [](const std::string& text) {
    return DomainName::parse(text).value_or(DomainName());  // read_config has checked it
  };
  const auto below = [&](std::string_view label_text) {
    return zone.name.is_root()
               ? DomainName::from_canonical(fmt::format("{}.", label_text))
               : DomainName::from_canonical(fmt::format("{}.{}", label_text, zone.name.text()));
  };
  auto& soa = zone.soa;
  const auto ns = std::find_if(zone.sets.begin(), zone.sets.end(), [](const RecordSet& set) {
    return set.type == values::RecordType::ns && set.key.starts_with(std::string_view("@\0", 2)) &&
           !set.values.empty();
  });
  soa.primary = !defaults.primary.empty() ? name(defaults.primary)
                : ns != zone.sets.end()   ? name(ns->values.front())
                                          : below("ns1");
  soa.responsible = below("hostmaster");
  if (const auto at = defaults.contact.find('@'); at != std::string::npos) {
    std::string local;
    for (const char c : defaults.contact.substr(0, at)) {
      local += c == '.' ? "\\." : std::string(1, c);  // RFC 1035 §8: the mailbox is one label
    }
    soa.responsible = name(local + "." + defaults.contact.substr(at + 1));
  } else if (!defaults.contact.empty()) {
    soa.responsible = name(defaults.contact);
  }
  soa.refresh = defaults.refresh;
  soa.retry = defaults.retry;
  soa.expire = defaults.expire;
  soa.minimum = defaults.minimum;
  zone.soa_ttl = kDefaultTtl;
}

std::optional<Zone> Patcher::finish(const SoaDefaults& soa) {
  if (!zone_ || removed_) {
    return std::nullopt;
  }
  std::erase_if(zone_->sets, [](const RecordSet& set) { return set.values.empty(); });
  if (created_) {
    complete_soa(*zone_, soa);
  }
  return std::move(zone_);
}

}  // namespace

Patched patch(const DomainName& name,
              std::optional<Zone> current,
              std::span<const ProviderChange> changes,
              const SoaDefaults& soa) {
  Patched patched;
  Patcher patcher(name, std::move(current));
  // The zone first, wherever it stands in the batch.
  for (const bool zones : {true, false}) {
    for (const auto& change : changes) {
      if ((change.kind == kinds::kZone) != zones) {
        continue;
      }
      auto outcome = zones                          ? patcher.zone_change(change)
                     : change.kind == kinds::kRRset ? patcher.set_change(change)
                                                    : refuse(ErrorCode::invalid_input,
                                                             ErrorCategory::validation,
                                                             "a zone file holds record sets only",
                                                             "");
      patched.refused = patched.refused || std::holds_alternative<Refused>(outcome);
      patched.outcomes.emplace_back(change.number, std::move(outcome));
    }
  }
  patched.changed = patcher.changed();
  patched.zone = patcher.finish(soa);
  if (patched.refused) {
    for (auto& [number, outcome] : patched.outcomes) {
      if (!std::holds_alternative<Refused>(outcome)) {
        outcome = NotSent{};
      }
    }
  }
  return patched;
}

}  // namespace plumb::providers::zonefile
