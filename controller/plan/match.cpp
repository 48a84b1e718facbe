#include "controller/plan/match.h"

namespace plumb::plan {

int Match::order(int left, int right) const {
  const auto l = static_cast<std::size_t>(left);
  const auto r = static_cast<std::size_t>(right);
  const auto& a = (*tables_[l])[rows_[l]];
  const auto& b = (*tables_[r])[rows_[r]];
  if (a.key_hash != b.key_hash) {
    return a.key_hash < b.key_hash ? -1 : 1;
  }
  return compare_rows(*tables_[l], a, *tables_[r], b);
}

/// Keys and bodies stand in the order in which they were added, not in merge order: the octets of
/// a row some steps ahead are asked for early, else each row of a large scope waits for memory.
void Match::fetch_ahead() const {
  constexpr std::uint32_t kRowsAhead = 12;
  for (std::size_t table = 0; table < 3; ++table) {
    const auto row = rows_[table] + kRowsAhead;
    if (row < tables_[table]->size()) {
      __builtin_prefetch(tables_[table]->key((*tables_[table])[row]).data());
    }
  }
}

bool Match::next(Triple& triple) {
  fetch_ahead();
  std::array<bool, 3> taken{};
  int lowest = -1;
  for (int table = 0; table < 3; ++table) {
    const auto at = static_cast<std::size_t>(table);
    if (rows_[at] >= tables_[at]->size()) {
      continue;
    }
    const int compared = lowest < 0 ? -1 : order(table, lowest);
    if (compared < 0) {
      taken = {};
      lowest = table;
    }
    taken[at] = compared <= 0;
  }
  triple =
      Triple{taken[0] ? rows_[0] : kNone, taken[1] ? rows_[1] : kNone, taken[2] ? rows_[2] : kNone};
  for (std::size_t table = 0; table < 3; ++table) {
    rows_[table] += taken[table] ? 1U : 0U;
  }
  return lowest >= 0;
}

}  // namespace plumb::plan
