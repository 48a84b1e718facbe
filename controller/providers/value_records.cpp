#include "controller/providers/value_records.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "resources/kinds/rrset.h"

namespace plumb::providers {
namespace {

constexpr char kMixedTtl = '~';
constexpr char kFree = '*';
constexpr char kNextValue = ',';
constexpr char kSameValue = '+';

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// The record of a handle's part.
HeldRecord held(std::string_view value, std::string_view part) {
  const bool free = part.ends_with(kFree);
  return {std::string(part.substr(0, part.size() - (free ? 1U : 0U))), value, free};
}

/// The records that a set has.
std::optional<std::vector<HeldRecord>> records_in(const ProviderChange& change) {
  std::vector<HeldRecord> records;
  if (change.before.empty()) {
    return records;
  }
  const auto values = kinds::rrset_values(change.before);
  const auto groups = split(change.handle.substr(has_mixed_ttl(change.handle) ? 1 : 0), kNextValue);
  if (groups.size() != values.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto ids = split(groups[i], kSameValue);
    if (ids.empty()) {
      return std::nullopt;
    }
    for (const auto& id : ids) {
      records.push_back(held(values[i], id));
    }
  }
  return records;
}

bool holds(const std::vector<std::string_view>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// The values that are declared, of those that are to be there.
std::vector<std::string_view> own_values(const ProviderChange& change) {
  const auto body = change.ours.value_or(change.after);
  return body.empty() ? std::vector<std::string_view>() : kinds::rrset_values(body);
}

}  // namespace

void GatheredSet::add(std::string_view id, const std::string& data, std::uint32_t ttl, bool free) {
  const bool again = !data_.empty() && data_.back() == data;
  mixed_ttl_ = mixed_ttl_ || (!data_.empty() && ttl != ttl_);
  ttl_ = data_.empty() || rank_of(ttl) < rank_of(ttl_) ? ttl : ttl_;
  if (!data_.empty()) {
    handle_ += again ? kSameValue : kNextValue;
  }
  handle_ += id;
  if (free) {
    handle_ += kFree;
  }
  if (!again) {
    data_.push_back(data);
  }
}

Seen GatheredSet::seen() const {
  Seen seen{.handle = handle_, .opaque_because = {}, .outputs = {}};
  if (mixed_ttl_) {
    seen.handle.insert(seen.handle.begin(), kMixedTtl);
    seen.outputs.push_back({"mixedTTL", Value{true, {}}});
  }
  return seen;
}

bool has_mixed_ttl(std::string_view handle) {
  return handle.starts_with(kMixedTtl);
}

bool has_others(const ProviderChange& change) {
  if (!change.ours || change.act == Act::remove) {
    return false;
  }
  const auto own = own_values(change);
  const auto all = kinds::rrset_values(change.after);
  return std::any_of(all.begin(), all.end(), [&](auto value) { return !holds(own, value); });
}

std::optional<Pairing> pair_records(const ProviderChange& change) {
  auto records = records_in(change);
  if (!records) {
    return std::nullopt;
  }
  const auto wanted = change.act == Act::remove ? std::vector<std::string_view>()
                                                : kinds::rrset_values(change.after);
  const auto own = own_values(change);
  Pairing pairing;
  std::vector<HeldRecord> spare;
  std::vector<std::string> repeated;
  std::set<std::string_view> there;
  std::set<std::string_view> unwanted;
  for (auto& record : *records) {
    const bool again = !there.insert(record.value).second;
    if (!holds(wanted, record.value)) {
      unwanted.insert(record.value);
      spare.push_back(std::move(record));
    } else if (again && !change.ours) {
      repeated.push_back(std::move(record.id));
    } else if (holds(own, record.value)) {
      pairing.kept.push_back(std::move(record));
    }
  }
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(pairing.fresh), [&](auto value) {
    return !there.contains(value);
  });
  // What people wrote of one value is not true of another, but where that takes its place.
  const bool in_place = pairing.fresh.size() == 1 && unwanted.size() == 1;
  const auto reused = std::stable_partition(
      spare.begin(), spare.end(), [&](const auto& one) { return one.free || in_place; });
  const auto count =
      std::min<std::size_t>(static_cast<std::size_t>(reused - spare.begin()), pairing.fresh.size());
  for (std::size_t i = 0; i < spare.size(); ++i) {
    if (i < count) {
      pairing.changed.emplace_back(spare[i], pairing.fresh[i]);
    } else {
      pairing.gone.push_back(spare[i].id);
    }
  }
  pairing.gone.insert(pairing.gone.end(), repeated.begin(), repeated.end());
  pairing.fresh.erase(pairing.fresh.begin(),
                      pairing.fresh.begin() + static_cast<std::ptrdiff_t>(count));
  return pairing;
}

}  // namespace plumb::providers
