#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "controller/plan/plan.h"
#include "resources/model/provider_traits.h"

namespace plumb::apply {

/// Which batches may run next: bookkeeping over the plan's graph, no effects. One batch per scope
/// at a time, a batch only after all it needs is done, and what an account takes in one call
/// together. Thread-safe.
class Walk {
 public:
  /// Batch numbers that go in one call: of one account, each of another scope.
  using Company = std::vector<std::uint32_t>;
  /// What one call to the account of a scope can carry, and how many go at once.
  using Limits = std::function<CallLimits(const Scope& scope)>;

  /// Without `limits` each batch goes by itself.
  explicit Walk(const plan::Plan& plan, const Limits& limits = nullptr);

  /// The batches to run next; waits while others run that may release some. Empty: nothing is left,
  /// or stopped. An account that takes many scopes in a call has its turn when no other has work,
  /// so that more of its batches are ready.
  Company next();
  /// A batch ended. `done` false: all that depends on it, directly or not, is given back to be
  /// skipped.
  std::vector<std::uint32_t> ended(std::uint32_t batch, bool done);
  /// The call that a company was for is over: its account may get another.
  void call_ended(const Company& company);
  /// No new batch is handed out from now on.
  void stop();
  /// Batches that were neither run nor skipped.
  std::vector<std::uint32_t> untouched() const;

 private:
  enum class State : std::uint8_t { waiting, running, done, failed };
  /// One account.
  struct Lane {
    CallLimits limits;
    std::deque<std::uint32_t> ready;  ///< nothing is missing; their scope may be busy
    std::uint32_t calls = 0;          ///< under way
    bool full() const { return limits.calls_at_once != 0 && calls >= limits.calls_at_once; }
  };
  void find_lanes(const Limits& limits);
  Company take_ready();
  Company take_from(Lane& lane);
  Lane& lane_of(std::uint32_t batch) { return lanes_[lane_of_[plan_.batches[batch].scope]]; }

  const plan::Plan& plan_;
  std::vector<State> states_;
  std::vector<std::uint32_t> missing_;                  ///< how many batches each still waits for
  std::vector<std::vector<std::uint32_t>> dependents_;  ///< batch -> batches after it
  std::vector<Lane> lanes_;                             ///< first that of all with one scope a call
  std::vector<std::uint32_t> lane_of_;                  ///< by scope
  std::vector<std::vector<std::uint32_t>> held_;        ///< by scope: ready, but the scope is busy
  std::vector<bool> busy_;                              ///< by scope
  std::size_t running_ = 0;                             ///< batches
  bool stopped_ = false;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace plumb::apply
