#pragma once

#include <chrono>
#include <stop_token>
#include <vector>

#include "controller/apply/executor.h"

/// Finding out what became of changes that are open.
namespace plumb::apply {

/// Asks after what is Pending until it has ended, at most 20 minutes.
void await_pending(env::Env env,
                   providers::Provider& provider,
                   std::vector<providers::Outcome>& outcomes,
                   const std::stop_token& stop);

/// What has become of the keys of an open intent, parallel to them: what is pending is asked after,
/// the rest is looked at, not before `not_before` (effects may arrive late: J5). Keys of which
/// nothing can be said yet stay pending or in doubt. Writes nothing. Errors: the provider's;
/// `cancelled`.
/// Requires: the calls of the intent have ended, or their process has died.
Result<std::vector<state::KeyOutcome>> find_out(env::Env env,
                                                const ProviderHandle& handle,
                                                const state::Intent& intent,
                                                const Catalog* catalog,
                                                std::chrono::steady_clock::time_point not_before,
                                                const std::stop_token& stop);

}  // namespace plumb::apply
