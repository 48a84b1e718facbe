#pragma once

#include <memory>
#include <vector>

#include "controller/load/loaded.h"
#include "controller/plan/plan.h"
#include "state/store.h"

/// Providers whose account is spelt anew: the store knows them by name, and what it remembers by
/// account.
namespace plumb::reconcile {

/// The Providers that are bound to another account of the same type, which no Provider names any
/// more and of which objects are remembered. `consents`: those that may permit to move them.
Result<std::vector<plan::Rebinding>> find_rebindings(const load::Loaded& loaded,
                                                     const state::Store& store,
                                                     const std::vector<Consent>& consents);

/// The scopes as they are called once all is moved: those of a former account have the new one's.
std::vector<Scope> rebound(std::vector<Scope> scopes,
                           const std::vector<plan::Rebinding>& rebindings);

/// The claims of a scope as they are once what is consented to is moved; nullptr where there are
/// none.
Result<std::shared_ptr<const ClaimedScope>> claims_after(
    const Scope& scope, const std::vector<plan::Rebinding>& rebindings, const state::Store& store);

/// Stands for claims_after(), before the move as after it; empty where there are none. Thread-safe.
Result<std::string> claims_digest_after(const Scope& scope,
                                        const std::vector<plan::Rebinding>& rebindings,
                                        const state::Store& store);

/// The rebinding that holds this scope back; nullptr where there is none.
const plan::Rebinding* refused_by(const Scope& scope,
                                  const std::vector<plan::Rebinding>& rebindings);

}  // namespace plumb::reconcile
