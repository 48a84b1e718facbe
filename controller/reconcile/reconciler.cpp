#include "controller/reconcile/reconciler.h"

#include "controller/apply/settle.h"
#include "controller/reconcile/observer.h"
#include "controller/reconcile/prints.h"
#include "controller/reconcile/rebind.h"
#include "controller/reconcile/scopes.h"
#include "controller/reconcile/survey.h"

namespace plumb::reconcile {

Reconciler::Reconciler(env::Env env,
                       state::Store& store,
                       const Catalog& catalog,
                       std::span<const providers::ProviderType> types,
                       std::filesystem::path project)
    : env_(env), store_(store), catalog_(catalog), types_(types), project_(std::move(project)) {}

apply::Run Reconciler::known(const apply::Run& run) const {
  auto with_kinds = run;
  with_kinds.catalog = &catalog_;
  return with_kinds;
}

Result<Pass> Reconciler::plan(std::shared_ptr<const load::Loaded> loaded,
                              const PassOptions& options,
                              std::stop_token stop) {
  Pass pass;
  pass.loaded = loaded;
  pass.roster = options.roster ? options.roster
                               : std::make_shared<Roster>(types_, env_, project_.string(), *loaded);

  auto context = context_of(*loaded, catalog_, options);
  PLUMB_TRY(consents, consents_left(*loaded, options, store_, env_.clock));
  context.consents = std::move(consents);
  PLUMB_TRY(rebindings, find_rebindings(*loaded, store_, context.consents));
  context.rebindings = std::move(rebindings);

  PLUMB_TRY(claimed, scopes_to_look_at(*loaded, store_));
  auto all = rebound(std::move(claimed), context.rebindings);
  const auto total = all.size();
  PLUMB_TRY(scopes, select(options.selection, *loaded, std::move(all)));
  pass.left_out = total - scopes.size();

  const auto began = env_.clock.steady();
  Survey survey(*pass.roster, options.tokens, stop);
  PLUMB_TRY(outputs,
            observe_producers(
                *loaded, scopes, *pass.roster, store_, catalog_, survey, stop, options.no_heal));
  context.outputs = std::move(outputs);
  pass.kept_outputs = kept_outputs(context.outputs, catalog_);

  PLUMB_TRY(inputs, inputs_of(*loaded, scopes, *pass.roster, store_, context));
  PLUMB_TRY(print_of, read_prints(inputs, context, store_, env_));
  context.print_of = std::move(print_of);
  std::vector<plan::ScopePlan> planned(inputs.size());
  auto seen = observe_and_plan(pass, inputs, context, options, survey, std::move(stop), planned);
  if (!seen) {
    return tl::unexpected(std::move(seen).error());
  }
  pass.observe_time =
      std::chrono::duration_cast<std::chrono::milliseconds>(env_.clock.steady() - began);
  count(pass, planned);
  pass.plan = plan::join(std::move(planned), context);
  return pass;
}

Result<apply::Recovery> Reconciler::recover(const Pass& pass,
                                            const apply::Run& run,
                                            apply::Progress& progress,
                                            std::stop_token stop) {
  return apply::recover(store_, env_, known(run), pass.roster->lookup(), progress, std::move(stop));
}

apply::Summary Reconciler::apply(const Pass& pass,
                                 const apply::Run& run,
                                 bool reread,
                                 apply::Progress& progress,
                                 std::stop_token stop) {
  apply::Summary failed;
  if (auto moved = move_claims(pass, run); !moved) {
    failed.troubles.push_back(std::move(moved).error());
    return failed;
  }
  if (auto bound = bind_accounts(pass); !bound) {
    failed.memory_failed = std::move(bound).error();
    return failed;
  }
  const auto fresh = [&](std::span<const std::uint32_t> scopes,
                         const apply::Executor::Refuse& refuse) {
    look_again(pass, scopes, reread, refuse, stop);
  };
  apply::Executor executor(store_, env_, known(run));
  auto summary = executor.apply(pass.plan, pass.roster->lookup(), fresh, progress, stop);
  auto recorded = record_outputs(pass.kept_outputs, store_);
  if (!recorded && !summary.memory_failed) {
    summary.memory_failed = std::move(recorded).error();
  }
  return summary;
}

Result<void> Reconciler::remember(const Pass& pass) {
  auto bound = bind_accounts(pass);
  return bound ? record_outputs(pass.kept_outputs, store_) : bound;
}

void Reconciler::look_again(const Pass& pass,
                            std::span<const std::uint32_t> numbers,
                            bool reread,
                            const apply::Executor::Refuse& refuse,
                            std::stop_token stop) const {
  std::vector<Scope> scopes;
  std::vector<std::uint32_t> number_of;
  for (const auto number : numbers) {
    const auto& scope = pass.plan.scopes[number];
    const auto claims = claims_digest_after(scope.scope, pass.plan.rebindings, store_);
    if (!claims) {
      refuse(number, claims.error());
    } else if (*claims != pass.claim_digests[number]) {
      const auto why =
          moved(scope, "another run has changed what is remembered of it since it was planned");
      refuse(number, why.value());
    } else if (reread) {
      scopes.push_back(scope.scope);
      number_of.push_back(number);
    }
  }
  const auto compare = [&](std::size_t i, const Look& look) {
    if (!look.observed) {
      refuse(number_of[i], look.error);
    } else if (auto same = still_as_planned(pass.plan.scopes[number_of[i]], *look.observed);
               !same) {
      refuse(number_of[i], std::move(same).error());
    }
  };
  observe(*pass.roster, scopes, compare, std::move(stop));
}

}  // namespace plumb::reconcile
