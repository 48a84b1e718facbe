#pragma once

#include <cstdint>

#include "controller/plan/plan.h"
#include "resources/model/table.h"

namespace plumb::plan {

/// The rows of one resource in the three tables; kNone where a table does not have it.
struct Triple {
  std::uint32_t desired = kNone;
  std::uint32_t observed = kNone;
  std::uint32_t claimed = kNone;
};

/// Walks three tables in merge order, each resource once. Allocates nothing. Not thread-safe.
class Match {
 public:
  /// Borrows the tables.
  Match(const Table& desired, const Table& observed, const Table& claimed)
      : tables_{&desired, &observed, &claimed} {}

  /// The next resource; false at the end.
  bool next(Triple& triple);

 private:
  int order(int left, int right) const;
  void fetch_ahead() const;

  std::array<const Table*, 3> tables_;
  std::array<std::uint32_t, 3> rows_{};
};

}  // namespace plumb::plan
