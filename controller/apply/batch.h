#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "controller/plan/plan.h"
#include "controller/providers/provider.h"
#include "state/journal.h"

namespace plumb::apply {

/// What a claim says of `change` besides its bytes.
Owned claim_of(const plan::ScopePlan& scope, const plan::Change& change, const std::string& commit);

/// What is written before the call. `numbers` are indices into `scope.changes`.
std::vector<state::IntentKey> intent_keys(const plan::ScopePlan& scope,
                                          std::span<const std::uint32_t> numbers,
                                          const plan::Plan& plan,
                                          const std::string& commit);

/// What the provider is asked for; the views point into the tables of `scope`.
providers::Order order_of(const plan::ScopePlan& scope, std::span<const std::uint32_t> numbers);

/// Adopt, refresh and forget of one scope.
std::vector<state::Bookkeeping> bookkeeping(const plan::ScopePlan& scope,
                                            const std::string& commit);

}  // namespace plumb::apply
