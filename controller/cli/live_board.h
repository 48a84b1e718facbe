#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/apply/progress.h"
#include "controller/describe/style.h"
#include "controller/plan/plan.h"

namespace plumb::cli {

/// What an apply is at, as the few lines that a terminal shows while it lasts: one per scope in
/// work, and the totals. Plain data and text, no terminal. Not thread-safe.
class LiveBoard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Borrows `plan`.
  LiveBoard(const plan::Plan& plan, Time began);

  void begun(std::uint32_t scope, Time now);
  void writes(std::uint32_t scope);
  /// `change`: the change in one printable line.
  void changed(const apply::ChangeResult& result, std::string change);
  /// Takes the scope off the board. What is to be kept of it in one line, where that matters: it
  /// failed, or the scopes are so few that each may have a line. Else empty.
  std::string ended(std::uint32_t scope, const describe::Style& style);
  void stopping() { stopping_ = true; }

  /// The lines as they are to be shown now: at most `rows`, none wider than `columns`.
  std::vector<std::string> frame(std::size_t rows, std::size_t columns, Time now) const;

 private:
  struct At {
    std::uint32_t scope = 0;
    Time since;
    bool writes = false;
    std::string last;  ///< the change that ended last
  };
  struct Counts {
    std::size_t all = 0, done = 0, failed = 0;
    std::size_t refused = 0, skipped = 0, in_doubt = 0, not_reached = 0;
  };
  std::string label(std::uint32_t scope) const;
  std::string line(const At& at, std::size_t label_width, Time now) const;
  std::string totals(Time now) const;

  const plan::Plan& plan_;
  Time began_;
  bool stopping_ = false;
  std::vector<At> working_;  ///< in the order in which they began
  std::vector<Counts> counts_;
  std::vector<bool> named_twice_;
  std::size_t scopes_ = 0, scopes_ended_ = 0;
  std::size_t total_ = 0, done_ = 0, failed_ = 0;
};

/// "done", "refused", "skipped", "in doubt", "not reached".
std::string_view ending_name(apply::Ending ending);

}  // namespace plumb::cli
