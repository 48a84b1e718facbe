#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
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
    bool prepared = false;  ///< by the one worker that has a batch of it
    std::optional<state::ScopeLock> lock;
    std::optional<Error> trouble;
    std::atomic<std::uint32_t> batches_left = 0;
    std::atomic<bool> touched = false;  ///< something was done or noted here
  };
  /// One scope's part of a call.
  struct Part {
    std::uint32_t scope = 0;
    Numbers numbers;       ///< of its changes
    state::Intent intent;  ///< seq 0: it could not be begun
    /// Which change decides the intent's key k; what goes along with a container has that one's
    /// outcome.
    std::vector<std::size_t> outcome_of;
    std::vector<providers::Outcome> outcomes;  ///< parallel to `numbers`
    bool done = false;                         ///< all of it
  };
  using Parts = std::vector<Part>;

  // Scopes (work.cpp).
  void worker(const std::stop_token& stop);
  std::vector<bool> run(const Walk::Company& company, const std::stop_token& stop);
  void prepare(std::span<const std::uint32_t> scopes);
  void lock_all(std::span<const std::uint32_t> scopes);
  void keep_books(std::span<const std::uint32_t> scopes);
  void only_books(const std::stop_token& stop);
  void batch_ended(std::uint32_t scope);
  void end_scope(std::uint32_t scope);
  void use_consents(const std::vector<std::uint32_t>& numbers, const std::string& detail);
  bool halted(const std::stop_token& stop) const;
  void report(std::uint32_t scope, std::uint32_t change, Ending ending, Error error);
  void report_all(std::uint32_t scope, const Numbers& numbers, Ending ending, const Error& error);
  void memory_failed(const Error& error);

  // Calls (calls.cpp).
  void run_call(Parts& parts, const std::stop_token& stop);
  void write_intents(Parts& parts);
  void intent_failed(Part& part, const Error& error);
  void send(std::span<Part* const> parts);
  bool close(const state::Intent& intent, const std::vector<state::KeyOutcome>& rows);
  bool write_outcomes(std::span<Part* const> parts);
  void settle_rest(const ProviderHandle& handle,
                   Part& part,
                   std::chrono::steady_clock::time_point not_before,
                   const std::stop_token& stop);
  bool to_be_halved(const Part& part) const;
  void bisect(Part& part, const std::stop_token& stop);
  void report_outcomes(Part& part);

  state::Store& store_;
  env::Env env_;
  const Run& run_;
  const plan::Plan& plan_;
  const ProviderLookup& lookup_;
  const Executor::Fresh& fresh_;
  Progress& progress_;
  Walk walk_;
  std::vector<ScopeState> scopes_;
  Result<std::shared_ptr<state::LockFile>> lock_file_;
  std::atomic<bool> memory_failed_ = false;
  std::mutex mutex_;  // guards summary_
  Summary summary_;
};

}  // namespace plumb::apply
