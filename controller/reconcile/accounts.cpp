// The part of Reconciler that keeps which account a Provider's name stands for, and whose its
// containers are.
#include <algorithm>
#include <set>

#include "controller/apply/batch.h"
#include "controller/reconcile/reconciler.h"

namespace plumb::reconcile {

/// What is remembered of a former account goes to the new one, before anything else. The scopes are
/// locked meanwhile: a run that still knows the former account may be at work on them.
Result<void> Reconciler::move_claims(const Pass& pass, const apply::Run& run) {
  for (const auto& rebinding : pass.plan.rebindings) {
    if (rebinding.consented == 0) {
      continue;
    }
    std::vector<state::ScopeLock> locks;
    PLUMB_TRY(lock_file, state::LockFile::open(run.lock_directory));  // one descriptor for all
    PLUMB_TRY(scopes, store_.scopes());
    for (const auto& scope : scopes) {
      if (scope.account == rebinding.from) {
        PLUMB_TRY(lock, state::ScopeLock::take(lock_file, scope, run.self));
        locks.push_back(std::move(lock));
      }
    }
    const auto& consent = pass.plan.consents[rebinding.consented - 1];
    auto done = store_.rebind({rebinding.provider, rebinding.from, rebinding.to},
                              apply::consent_id(consent, run.id),
                              run.id,
                              run.commit,
                              env::rfc3339(env_.clock.now()));
    if (!done) {
      return done;
    }
  }
  return {};
}

Result<void> Reconciler::mark_owner(const Pass& pass,
                                    std::size_t index,
                                    const apply::Run& run,
                                    std::stop_token stop) {
  const auto& scope = pass.plan.scopes[index];
  const auto* member = pass.roster->find(scope.scope.account);
  if (scope.owner.empty() || member == nullptr || member->provider == nullptr) {
    return {};
  }
  if (auto marked = member->provider->mark_owner(scope.scope, scope.owner, std::move(stop));
      !marked) {
    return marked;
  }
  return use_consents(pass, index, run);
}

Result<void> Reconciler::use_consents(const Pass& pass, std::size_t index, const apply::Run& run) {
  const auto& scope = pass.plan.scopes[index];
  for (const auto number : scope.consents_used) {
    auto used = store_.use_consent(apply::consent_id(pass.plan.consents[number], run.id),
                                   scope.domain + " in run " + run.id,
                                   env::rfc3339(env_.clock.now()));
    if (!used) {
      return used;
    }
  }
  return {};
}

/// Nothing that is in plumb would ever bring back a mark that a person took away, and without one
/// the next project finds a zone that is nobody's.
std::vector<Error> Reconciler::mark_owners(const Pass& pass,
                                           const apply::Run& run,
                                           std::stop_token stop) {
  std::vector<Error> troubles;
  std::set<std::uint32_t> written;
  for (const auto& batch : pass.plan.batches) {
    written.insert(batch.scope);
  }
  for (std::uint32_t i = 0; i < pass.plan.scopes.size() && !pass.plan.run_refused; ++i) {
    const auto& scope = pass.plan.scopes[i];
    const auto* member = pass.roster->find(scope.scope.account);
    const bool missing = scope.observed && scope.observed->reading != Reading::read;
    if (scope.owner.empty() || scope.state != plan::ScopeState::planned || written.contains(i) ||
        missing || member == nullptr || member->provider == nullptr || stop.stop_requested()) {
      continue;
    }
    const auto lock = state::ScopeLock::take(run.lock_directory, scope.scope, run.self);
    auto marked = lock ? member->provider->mark_owner(scope.scope, scope.owner, stop)
                       : Result<void>(tl::unexpected(lock.error()));
    // What was noted of the scope has used its consents.
    if (marked && !apply::has_bookkeeping(scope)) {
      marked = use_consents(pass, i, run);
    }
    if (!marked) {
      auto error = std::move(marked).error().in(scope.domain + ": its owner mark is not written");
      error.hint = "run it again" + (error.hint.empty() ? "" : "; " + error.hint);
      troubles.push_back(std::move(error));
    }
  }
  return troubles;
}

Result<void> Reconciler::bind_accounts(const Pass& pass) {
  std::set<std::string> read;
  for (const auto& scope : pass.plan.scopes) {
    if (scope.state == plan::ScopeState::planned) {
      read.insert(scope.scope.account);
    }
  }
  for (const auto& member : pass.roster->members()) {
    const auto& all = pass.plan.rebindings;
    const bool refused = std::any_of(all.begin(), all.end(), [&](const auto& rebinding) {
      return rebinding.consented == 0 && rebinding.provider == member->name;
    });
    if (refused || !read.contains(member->account)) {
      continue;
    }
    PLUMB_TRY(bound, store_.account_of(member->name));
    if (bound != member->account) {
      if (auto put = store_.put_account(member->name, member->account); !put) {
        return put;
      }
    }
  }
  return {};
}

}  // namespace plumb::reconcile
