#include "controller/providers/value_records.h"

#include <algorithm>

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

/// The records that a set has: the one that keeps each value, and those that repeat one.
struct Present {
  std::vector<HeldRecord> records;
  std::vector<std::string> again;
};

std::optional<Present> present_in(const ProviderChange& change) {
  Present present;
  if (change.before.empty()) {
    return present;
  }
  const auto values = kinds::rrset_values(change.before);
  const auto groups = split(change.handle.substr(has_mixed_ttl(change.handle) ? 1 : 0), kNextValue);
  if (groups.size() != values.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto ids = split(groups[i], kSameValue);
    if (ids.empty()) {
      return std::nullopt;
    }
    present.records.push_back(held(values[i], ids.front()));
    for (auto again = ids.begin() + 1; again != ids.end(); ++again) {
      present.again.push_back(held(values[i], *again).id);
    }
  }
  return present;
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

std::optional<Pairing> pair_records(const ProviderChange& change) {
  auto present = present_in(change);
  if (!present) {
    return std::nullopt;
  }
  const auto wanted = change.act == Act::remove ? std::vector<std::string_view>()
                                                : kinds::rrset_values(change.after);
  auto& records = present->records;
  const auto spare = std::stable_partition(records.begin(), records.end(), [&](const auto& one) {
    return std::find(wanted.begin(), wanted.end(), one.value) != wanted.end();
  });
  Pairing pairing;
  const auto fresh = wanted.size() - static_cast<std::size_t>(spare - records.begin());
  // What people wrote of one value is not true of another, but where that takes its place.
  const bool in_place = fresh == 1 && records.end() - spare == 1;
  const auto reused = std::stable_partition(
      spare, records.end(), [&](const auto& one) { return one.free || in_place; });
  auto next = spare;
  for (const auto value : wanted) {
    const bool kept =
        std::any_of(records.begin(), spare, [&](const auto& one) { return one.value == value; });
    if (!kept && next != reused) {
      pairing.changed.emplace_back(*next++, value);
    } else if (!kept) {
      pairing.fresh.push_back(value);
    }
  }
  for (; next != records.end(); ++next) {
    pairing.gone.push_back(next->id);
  }
  pairing.kept.assign(records.begin(), spare);
  pairing.gone.insert(pairing.gone.end(), present->again.begin(), present->again.end());
  return pairing;
}

}  // namespace plumb::providers
