#include "controller/providers/cloudflare/batch.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "controller/providers/cloudflare/answer.h"
#include "controller/providers/cloudflare/record.h"
#include "controller/providers/value_records.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/record_type.h"

namespace plumb::providers::cloudflare {
namespace {

using Json = nlohmann::json;
using values::DomainName;

std::string_view owner_of(const SetChange& set) {
  return kinds::split_rrset_key(set.change->key).owner;
}

/// What all records of a set have alike.
struct Common {
  std::string name;
  values::RecordType type{};
  std::optional<std::uint32_t> ttl;  ///< nothing: as it is, automatic where it is new
  std::optional<bool> proxied;
  bool moves = false;  ///< TTL or proxy become others than they are

  /// What a record is told of it, besides its data.
  Json settings() const {
    auto out = Json::object();
    if (ttl) {
      out["ttl"] = *ttl;
    }
    if (proxied) {
      out["proxied"] = *proxied;
    }
    return out;
  }
  Json record() const {
    auto out = settings();
    out["type"] = values::record_type_name(type);
    out["name"] = name;
    return out;
  }
};

std::string wire_name(std::string_view owner, const DomainName& zone) {
  const std::string origin(zone.without_dot());
  return owner == "@" ? origin : std::string(owner) + "." + origin;
}

Common common_of(const ProviderChange& change, const DomainName& zone, values::RecordType type) {
  Common common;
  common.type = type;
  common.name = wire_name(kinds::split_rrset_key(change.key).owner, zone);
  const bool others = has_others(change);
  const auto ttl = kinds::rrset_ttl(change.after);
  common.ttl = others && !change.ours->empty() ? kinds::rrset_ttl(*change.ours) : ttl;
  common.moves =
      ttl && (ttl != kinds::rrset_ttl(change.before) || (!others && has_mixed_ttl(change.handle)));
  if (is_proxiable(type)) {
    common.proxied = says_proxied(change.after);
    const auto at = with_proxied(change.after, &*common.proxied);
    common.moves = common.moves ||
                   cbor::field(at, kinds::kRRsetAt) != cbor::field(change.before, kinds::kRRsetAt);
    if (*common.proxied) {
      common.ttl = kAutomaticTtl;
    }
  }
  return common;
}

/// Builds the operations of one change.
class Operations {
 public:
  Operations(const ProviderChange& change, Common common, std::string_view mark)
      : change_(change), common_(std::move(common)), mark_(mark) {
    set_.change = &change;
  }

  Result<SetChange> run(const Pairing& pairing) {
    for (const auto& kept : pairing.kept) {
      if (common_.moves) {
        set_.patches.push_back(settings_of(kept));
      }
    }
    for (const auto& [record, value] : pairing.changed) {
      if (auto put = patch(record, value); !put) {
        return tl::unexpected(std::move(put).error());
      }
    }
    for (const auto value : pairing.fresh) {
      if (auto put = post(value); !put) {
        return tl::unexpected(std::move(put).error());
      }
    }
    for (const auto& id : pairing.gone) {
      set_.deletes.push_back({{"id", id}});
    }
    return std::move(set_);
  }

 private:
  /// How a record is written whose value stays: as it is, however it is spelt.
  Json settings_of(const HeldRecord& held) const {
    auto record = common_.settings();
    record["id"] = held.id;
    if (held.free && !mark_.empty()) {
      record["comment"] = mark_;
    }
    return record;
  }

  Result<void> patch(const HeldRecord& held, std::string_view value) {
    auto record = settings_of(held);
    record.update(common_.record());
    if (auto put = put_data(record, common_.type, value); !put) {
      return put;
    }
    set_.patches.push_back(std::move(record));
    return {};
  }

  Result<void> post(std::string_view value) {
    auto record = common_.record();
    if (!common_.ttl) {
      record["ttl"] = kinds::rrset_ttl(change_.before).value_or(kAutomaticTtl);
    }
    if (!mark_.empty()) {
      record["comment"] = mark_;
    }
    if (auto put = put_data(record, common_.type, value); !put) {
      return put;
    }
    set_.posts.push_back(std::move(record));
    return {};
  }

  const ProviderChange& change_;
  Common common_;
  std::string_view mark_;
  SetChange set_;
};

/// How many of the first sets are of one owner name.
std::size_t group_size(std::span<const SetChange> sets) {
  std::size_t size = 1;
  while (size < sets.size() && owner_of(sets[size]) == owner_of(sets[0])) {
    ++size;
  }
  return size;
}

std::size_t operations_in(std::span<const SetChange> sets) {
  std::size_t all = 0;
  for (const auto& set : sets) {
    all += set.size();
  }
  return all;
}

/// The bodies of one part. What does not fit one call goes in the order in which the vendor would
/// take it: deletes, patches, posts.
std::vector<Json> bodies_of(std::span<const SetChange> sets) {
  std::vector<Json> bodies;
  std::size_t room = 0;
  const auto append = [&](const char* name, const std::vector<Json>& operations) {
    for (const auto& operation : operations) {
      if (room == 0) {
        bodies.push_back(Json::object());
        room = kMostOperations;
      }
      bodies.back()[name].push_back(operation);
      --room;
    }
  };
  for (const auto& set : sets) {
    append("deletes", set.deletes);
  }
  for (const auto& set : sets) {
    append("patches", set.patches);
  }
  for (const auto& set : sets) {
    append("posts", set.posts);
  }
  return bodies;
}

}  // namespace

std::size_t SetChange::size() const {
  return deletes.size() + patches.size() + posts.size();
}

Result<SetChange> operations_of(const ProviderChange& change,
                                const DomainName& zone,
                                std::string_view mark) {
  const auto type = values::find_record_type(kinds::split_rrset_key(change.key).type);
  const auto pairing = pair_records(change);
  if (!pairing || !type) {
    return tl::unexpected(Error{.code = ErrorCode::conflict,
                                .message = "it is not known which records this set has",
                                .hint = "plan again",
                                .category = ErrorCategory::conflict});
  }
  return Operations(change, common_of(change, zone, *type), mark).run(*pairing);
}

void group_by_owner(std::vector<SetChange>& sets) {
  std::unordered_map<std::string_view, std::size_t> first;
  first.reserve(sets.size());
  for (std::size_t i = 0; i < sets.size(); ++i) {
    first.try_emplace(owner_of(sets[i]), i);
  }
  std::stable_sort(sets.begin(), sets.end(), [&](const SetChange& a, const SetChange& b) {
    return first.find(owner_of(a))->second < first.find(owner_of(b))->second;
  });
}

std::vector<Part> cut(std::span<const SetChange> sets) {
  std::vector<Part> parts;
  std::size_t first = 0;
  std::size_t operations = 0;
  const auto flush = [&](std::size_t end) {
    if (end > first) {
      const auto own = sets.subspan(first, end - first);
      parts.push_back({own, bodies_of(own)});
    }
    first = end;
    operations = 0;
  };
  for (std::size_t i = 0; i < sets.size();) {
    const auto size = group_size(sets.subspan(i));
    const auto own = operations_in(sets.subspan(i, size));
    if (operations + own > kMostOperations) {
      flush(i);
    }
    operations += own;
    i += size;
  }
  flush(sets.size());
  return parts;
}

std::size_t middle_of(std::span<const SetChange> sets) {
  std::size_t middle = 0;
  for (std::size_t i = 0; i < sets.size(); i += group_size(sets.subspan(i))) {
    middle = i <= sets.size() / 2 || middle == 0 ? i : middle;
  }
  return middle;
}

}  // namespace plumb::providers::cloudflare
