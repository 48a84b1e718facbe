#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controller/apply/executor.h"
#include "controller/apply/walk.h"

namespace plumb::apply {

/// One apply of one plan: what its workers share. Borrows everything for the call of all().
class Work {
 public:
  Work(state::Store& store,
       env::Env env,
       const Run& run,
       const plan::Plan& plan,
       const ProviderLookup& lookup,
       const Executor::Fresh& fresh,
       Progress& progress);

  Summary all(const std::stop_token& stop);

 private:
  using Numbers = std::vector<std::uint32_t>;
  struct ScopeState {
    std::once_flag prepared;
    std::optional<state::ScopeLock> lock;
    std::optional<Error> trouble;
    std::atomic<std::uint32_t> batches_left = 0;
    std::atomic<bool> touched = false;  ///< something was done or noted here
  };
  /// A batch whose intent is durable. `outcome_of[k]`: which change decides the key k; what goes
  /// along with a container has that one's outcome.
  struct Begun {
    state::Intent intent;
    std::vector<std::size_t> outcome_of;
  };

  // Scopes (work.cpp).
  void worker(const std::stop_token& stop);
  bool prepare(std::uint32_t scope);
  void lock_and_check(std::uint32_t scope);
  void keep_books(std::uint32_t scope);
  void batch_ended(std::uint32_t scope);
  void end_scope(std::uint32_t scope);
  void use_consents(const std::vector<std::uint32_t>& numbers, const std::string& detail);
  bool halted(const std::stop_token& stop) const;
  void report(std::uint32_t scope, std::uint32_t change, Ending ending, Error error);
  void report_all(std::uint32_t batch, Ending ending, const Error& error);
  void memory_failed(const Error& error);

  // Batches (calls.cpp).
  bool run_batch(std::uint32_t scope, const Numbers& numbers, const std::stop_token& stop);
  std::optional<Begun> begin(std::uint32_t scope, const Numbers& numbers);
  std::vector<providers::Outcome> send(std::uint32_t scope,
                                       const Numbers& numbers,
                                       const state::Intent& intent);
  bool close(const state::Intent& intent, const std::vector<state::KeyOutcome>& rows);
  bool write_outcomes(const Begun& begun, const std::vector<providers::Outcome>& outcomes);
  void settle_rest(const ProviderHandle& handle,
                   Begun begun,
                   std::vector<providers::Outcome>& outcomes,
                   const std::stop_token& stop);
  bool to_be_halved(std::uint32_t scope,
                    const Numbers& numbers,
                    const std::vector<providers::Outcome>& outcomes) const;
  bool bisect(std::uint32_t scope, const Numbers& numbers, const std::stop_token& stop);
  bool report_outcomes(std::uint32_t scope,
                       const Numbers& numbers,
                       const std::vector<providers::Outcome>& outcomes);

  state::Store& store_;
  env::Env env_;
  const Run& run_;
  const plan::Plan& plan_;
  const ProviderLookup& lookup_;
  const Executor::Fresh& fresh_;
  Progress& progress_;
  Walk walk_;
  std::vector<ScopeState> scopes_;
  std::atomic<bool> memory_failed_ = false;
  std::mutex mutex_;  // guards summary_
  Summary summary_;
};

}  // namespace plumb::apply
