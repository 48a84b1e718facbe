#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/apply/progress.h"
#include "controller/env/env.h"
#include "controller/plan/plan.h"
#include "controller/providers/provider.h"
#include "resources/model/kind.h"
#include "state/store.h"

namespace plumb::apply {

/// The provider of an account, open.
struct ProviderHandle {
  providers::Provider* provider = nullptr;  ///< null: there is none, or it could not be opened
  const ProviderTraits* traits = nullptr;
};
using ProviderLookup = std::function<ProviderHandle(const Scope& scope)>;

/// Who applies: recorded in intents, history and locks.
struct Run {
  std::string id;
  std::string commit;
  std::filesystem::path lock_directory;
  state::LockHolder self;
  unsigned workers = 8;
  const Catalog* catalog = nullptr;  ///< says which fields cannot be read back; null: none
};

/// What became of a plan.
struct Summary {
  std::vector<ChangeResult> results;  ///< every change of the plan's batches, in no order
  std::vector<Error> troubles;        ///< of scopes that could not be worked on at all
  std::size_t kept = 0;               ///< adopt, refresh, forget
  bool stopped = false;               ///< asked to stop before all was tried
  std::optional<Error>
      memory_failed;  ///< the store could not be written: recovery finds what is open

  std::size_t count(Ending ending) const;
  bool all_done() const;
};

/// Walks the plan: intent and outcome of every batch in the journal, claims in the same
/// transaction. A failure skips only what depends on it. Stop: no new batch begins, running ones
/// end (J9). Thread-safe per plan.
class Executor {
 public:
  /// Borrows everything. A scope is locked from before its first write until its last batch has
  /// ended.
  Executor(state::Store& store, env::Env env, Run run);

  /// Asked once per scope, after it is locked and before its first write; several scopes at once
  /// where they go together. `refuse` is called, from any thread, for those that are not to be
  /// written to (what the plan touches there has moved since it was made).
  using Refuse = std::function<void(std::uint32_t scope, Error why)>;
  using Fresh = std::function<void(std::span<const std::uint32_t> scopes, const Refuse& refuse)>;
  Summary apply(const plan::Plan& plan,
                const ProviderLookup& lookup,
                const Fresh& fresh,
                Progress& progress,
                std::stop_token stop);

 private:
  state::Store& store_;
  env::Env env_;
  Run run_;
};

/// What recovery found and did.
struct Recovery {
  std::size_t settled = 0;
  std::vector<std::pair<Scope, Error>> in_doubt;  ///< still open, with the reason
};

/// Settles every open intent of earlier runs, before anything is planned: lock, ask after what is
/// pending, locate the rest once its effects must have arrived, settle, one transaction (J4, J5,
/// J7). What cannot be read stays in doubt; the others go on. Errors: only of the store.
Result<Recovery> recover(state::Store& store,
                         env::Env env,
                         const Run& run,
                         const ProviderLookup& lookup,
                         Progress& progress,
                         std::stop_token stop);

}  // namespace plumb::apply
