#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/plan/plan.h"
#include "controller/providers/provider.h"
#include "state/journal.h"

namespace plumb::apply {

/// What a claim says of `change` besides its bytes.
Owned claim_of(const plan::ScopePlan& scope, const plan::Change& change, const std::string& commit);

/// By which name the use of a consent is remembered: documents by theirs, in all runs; one of the
/// command line holds for its run alone.
std::string consent_id(const Consent& consent, const std::string& run);

/// What is written before the call. `numbers` are indices into `scope.changes`.
std::vector<state::IntentKey> intent_keys(const plan::ScopePlan& scope,
                                          std::span<const std::uint32_t> numbers,
                                          const plan::Plan& plan,
                                          const std::string& run,
                                          const std::string& commit);

/// The change that takes the whole container away, free to go; nullopt where there is none. What
/// is claimed in the container is forgotten in the transaction that records its removal, never
/// before and never after: a crash between the two would leave claims of a zone that is gone.
std::optional<std::uint32_t> whole_removal(const plan::ScopePlan& scope);
/// The claims that go with whole_removal: journaled with it, not sent.
std::vector<state::IntentKey> keys_along(const plan::ScopePlan& scope);

/// What the provider is asked for; the views point into the tables of `scope`, and into `secrets`,
/// which takes where the write-only values of declared rows are to be had.
providers::Order order_of(const plan::ScopePlan& scope,
                          std::span<const std::uint32_t> numbers,
                          std::deque<SecretRef>& secrets);

/// Adopt, refresh and forget of one scope, but for what whole_removal takes along.
std::vector<state::Bookkeeping> bookkeeping(const plan::ScopePlan& scope,
                                            const std::string& commit);
/// Whether there is any.
bool has_bookkeeping(const plan::ScopePlan& scope);

}  // namespace plumb::apply
