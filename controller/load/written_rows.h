#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "resources/kinds/record_sets.h"
#include "resources/model/place.h"

namespace plumb::load {

/// Where one record set is written, closer than by its record.
struct WrittenRow {
  Place name;                 ///< of the owner's name; unknown where it is not written
  std::vector<Place> values;  ///< in the order of the body
  const std::vector<std::string>* rules_off =
      nullptr;  ///< `lint.off`, in a RecordPack; may be none
};

/// The same for all rows of a table, in little room: for the rules, which point at values.
class WrittenRows {
 public:
  /// Requires: the values of `set` are still there.
  static WrittenRow row_of(const kinds::DeclaredSet& set);

  void add(const WrittenRow& row);
  /// The same rows in another order: `order[new] = old`, as TableBuilder tells it.
  WrittenRows in_order(std::span<const std::uint32_t> order) const;

  std::size_t size() const { return heads_.size(); }
  Place name(std::size_t row) const { return heads_[row].name; }
  std::span<const Place> values(std::size_t row) const;
  const std::vector<std::string>* rules_off(std::size_t row) const { return heads_[row].off; }

 private:
  struct Head {
    Place name;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    const std::vector<std::string>* off = nullptr;
  };
  std::vector<Head> heads_;
  std::vector<Place> values_;
};

}  // namespace plumb::load
