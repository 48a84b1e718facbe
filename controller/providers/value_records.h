#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/providers/provider.h"
#include "resources/model/observed.h"

// Record sets at vendors that have an object of its own for each value.
//
// The handle of such a row: the ids of its records in the order of the body's values, separated by
// commas; those of one value that stands there more than once joined by '+'; a '*' after each whose
// record is free for another value; and before them all a '~' where their TTLs differ.

namespace plumb::providers {

/// The records of one set, as they become a row.
class GatheredSet {
 public:
  /// `rank`: orders TTLs by what is served, lowest first; nullptr: by their seconds.
  explicit GatheredSet(std::uint64_t (*rank)(std::uint32_t ttl) = nullptr) : rank_(rank) {}

  /// Adds a record. Requires: they come in the order of their canonical data, and then of their
  /// ids, which have none of the signs of a handle.
  void add(std::string_view id, const std::string& data, std::uint32_t ttl, bool free);

  /// The lowest of the TTLs, which is that of the set.
  std::uint32_t ttl() const { return ttl_; }
  /// Each value once.
  const std::vector<std::string>& data() const { return data_; }
  /// With the handle, and the output "mixedTTL" where TTLs differ.
  Seen seen() const;

 private:
  std::uint64_t rank_of(std::uint32_t ttl) const { return rank_ != nullptr ? rank_(ttl) : ttl; }

  std::uint64_t (*rank_)(std::uint32_t ttl);
  std::uint32_t ttl_ = 0;
  bool mixed_ttl_ = false;
  std::string handle_;
  std::vector<std::string> data_;
};

/// Whether the records of a set have several TTLs.
bool has_mixed_ttl(std::string_view handle);

/// A record that is there.
struct HeldRecord {
  std::string id;
  std::string_view value;
  bool free = false;
};

/// What a change of a set comes to. A record keeps its value where that is wanted; one that is free
/// takes a value that has none, as does any where one value takes the place of one other. Records
/// of values that are other people's (ProviderChange::ours) are in no list; one that repeats a
/// value goes where all is ours, and else stays.
struct Pairing {
  std::vector<HeldRecord> kept;
  std::vector<std::pair<HeldRecord, std::string_view>> changed;  ///< with its value to be
  std::vector<std::string_view> fresh;                           ///< values without a record
  std::vector<std::string> gone;                                 ///< ids that no value wants
};

/// Whether other people have values in the set as it is to be. They keep their TTLs, too: what is
/// written gets that of ProviderChange::ours.
bool has_others(const ProviderChange& change);

/// Nothing where the change does not say which records the set has. The views are the change's.
std::optional<Pairing> pair_records(const ProviderChange& change);

}  // namespace plumb::providers
