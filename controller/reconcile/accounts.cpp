// The part of Reconciler that keeps which account a Provider's name stands for.
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
