#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "controller/plan/plan.h"

namespace plumb::apply {

/// Which batch may run next: bookkeeping over the plan's graph, no effects. One batch per scope at
/// a time, a batch only after all it needs is done. Thread-safe.
class Walk {
 public:
  explicit Walk(const plan::Plan& plan);

  /// The next batch to run; waits while others run that may release one. nullopt: nothing is left,
  /// or stopped.
  std::optional<std::uint32_t> next();
  /// The batch ended. `done` false: all that depends on it, directly or not, is given back to be
  /// skipped.
  std::vector<std::uint32_t> ended(std::uint32_t batch, bool done);
  /// No new batch is handed out from now on.
  void stop();
  /// Batches that were neither run nor skipped.
  std::vector<std::uint32_t> untouched() const;

 private:
  enum class State : std::uint8_t { waiting, running, done, failed };
  std::optional<std::uint32_t> take_ready();

  const plan::Plan& plan_;
  std::vector<State> states_;
  std::vector<std::uint32_t> missing_;                  ///< how many batches each still waits for
  std::vector<std::vector<std::uint32_t>> dependents_;  ///< batch -> batches after it
  std::deque<std::uint32_t> ready_;               ///< nothing is missing; their scope may be busy
  std::vector<std::vector<std::uint32_t>> held_;  ///< by scope: ready, but the scope is busy
  std::vector<bool> busy_;                        ///< by scope
  std::size_t running_ = 0;
  bool stopped_ = false;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace plumb::apply
