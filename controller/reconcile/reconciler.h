#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/apply/executor.h"
#include "controller/env/env.h"
#include "controller/load/loaded.h"
#include "controller/plan/plan.h"
#include "controller/reconcile/roster.h"
#include "controller/reconcile/selection.h"
#include "resources/model/observed.h"
#include "state/store.h"

namespace plumb::reconcile {

/// Whose change tokens are believed: a scope that was in plumb and whose token stands still is not
/// read then.
enum class Tokens : std::uint8_t {
  none,   ///< everything is read
  exact,  ///< those that prove it (ProviderTraits::exact_tokens)
  all,    ///< those of vendors too, past which something may have been written
};

/// What a pass is asked for.
struct PassOptions {
  Selection selection;
  std::vector<Consent> consents;  ///< of the command line, besides the documents
  /// Ids of documents that an earlier pass of this very run has used: without a count they hold
  /// until the run ends.
  std::vector<std::string> consents_in_use;
  bool refresh = true;  ///< false: the claims are taken for the world (quick, may be wrong)
  Tokens tokens = Tokens::exact;
  bool no_heal = false;
  bool take_over = false;  ///< plan as if the exclusive scopes selected were taken over
  /// The providers, where an earlier pass of this very run over the same project has opened them;
  /// null: they are opened.
  std::shared_ptr<Roster> roster = nullptr;
  /// Scopes that this very run has just read, and does not read again. Borrowed.
  const std::map<Scope, std::shared_ptr<const ObservedScope>>* seen = nullptr;
};

/// A project that was loaded, its providers open, and its plan.
struct Pass {
  std::shared_ptr<const load::Loaded> loaded;
  std::shared_ptr<Roster> roster;
  plan::Plan plan;
  std::vector<std::string>
      claim_digests;  ///< parallel to plan.scopes: the claims that the plan was made of
  std::vector<state::Settled> sights;  ///< parallel to plan.scopes: what each plan was made of;
                                       ///< without fingerprint where there is no telling
  std::vector<state::StoredOutputs> kept_outputs;  ///< as seen, of what is not to be replaced: keys
  std::size_t left_out = 0;                        ///< scopes that the selection leaves out
  std::size_t skipped = 0;    ///< scopes not read: nothing has moved since they were in plumb
  std::size_t resources = 0;  ///< declared in the scopes looked at
  std::size_t domains = 0;    ///< distinct headings looked at
  std::chrono::milliseconds observe_time{0};
};

class Survey;

/// The one pass of the product: observe, compare with what is declared and claimed, plan; and
/// apply. Borrows everything it is made of. Not thread-safe.
class Reconciler {
 public:
  Reconciler(env::Env env,
             state::Store& store,
             const Catalog& catalog,
             std::span<const providers::ProviderType> types,
             std::filesystem::path project);

  /// Plans what `loaded` declares. Writes nothing. Scopes that have not moved since keep_settled()
  /// are not read. Errors: the store's; a scope that cannot be read is a row of the plan, no error.
  /// Requires: `loaded` has no errors.
  Result<Pass> plan(std::shared_ptr<const load::Loaded> loaded,
                    const PassOptions& options,
                    std::stop_token stop);

  /// Settles what earlier runs left open. Call before plan() when something is to be applied.
  Result<apply::Recovery> recover(const Pass& pass,
                                  const apply::Run& run,
                                  apply::Progress& progress,
                                  std::stop_token stop);

  /// Applies the plan of `pass`. `reread`: look again at each scope, once it is locked, before it
  /// is written to (the plan is not fresh: a person thought about it, or it comes out of a file).
  apply::Summary apply(const Pass& pass,
                       const apply::Run& run,
                       bool reread,
                       apply::Progress& progress,
                       std::stop_token stop);

  /// Remembers what `pass` has seen and nothing has remembered yet: which account each Provider
  /// stands for, by which a re-spelt endpoint is noticed, and the values of what is claimed, by
  /// which it is noticed that a key was replaced. apply() does both; call it where nothing is to be
  /// applied.
  Result<void> remember(const Pass& pass);

  /// Writes our owner mark to the scopes of `pass` that lack it and to which nothing else is
  /// written: apply() does the others. Gives what went wrong.
  std::vector<Error> mark_owners(const Pass& pass, const apply::Run& run, std::stop_token stop);

  /// Writes our owner mark to a scope that was just taken over, where it lacks it, and notes the
  /// consents that this took.
  Result<void> mark_owner(const Pass& pass,
                          std::size_t scope,
                          const apply::Run& run,
                          std::stop_token stop);

  /// Remembers the scopes of `pass` that were read and need nothing, so that later passes skip them
  /// while nothing moves: those with exact change tokens, or all that have any. Not of a plan that
  /// was cut down afterwards.
  Result<void> keep_settled(const Pass& pass, Tokens believed);

 private:
  Result<void> observe_and_plan(Pass& pass,
                                std::vector<plan::ScopeInput>& inputs,
                                const plan::PlanContext& context,
                                const PassOptions& options,
                                Survey& survey,
                                std::stop_token stop,
                                std::vector<plan::ScopePlan>& planned);
  Result<void> use_consents(const Pass& pass, std::size_t scope, const apply::Run& run);
  Result<void> move_claims(const Pass& pass, const apply::Run& run);
  /// Before anything is written: what is claimed from then on lies at these accounts.
  Result<void> bind_accounts(const Pass& pass);
  /// `run` with the kinds, by which it is known what cannot be read back.
  apply::Run known(const apply::Run& run) const;
  void look_again(const Pass& pass,
                  std::span<const std::uint32_t> scopes,
                  bool reread,
                  const apply::Executor::Refuse& refuse,
                  std::stop_token stop) const;

  env::Env env_;
  state::Store& store_;
  const Catalog& catalog_;
  std::span<const providers::ProviderType> types_;
  std::filesystem::path project_;
};

}  // namespace plumb::reconcile
