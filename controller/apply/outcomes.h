#pragma once

#include "controller/apply/progress.h"
#include "controller/providers/provider.h"
#include "state/journal.h"

/// What a provider's answer means to the journal and to people.
namespace plumb::apply {

Error skipped_error();
/// Of a change that the provider did not report.
Error unreported_error();
/// Why it is not Done; nullptr where the outcome says nothing of it.
const Error* error_in(const providers::Outcome& outcome);

/// The row that closes (or keeps) `key`.
state::KeyOutcome journal_outcome(const state::IntentKey& key, const providers::Outcome& outcome);
Ending ending_of(const providers::Outcome& outcome);

}  // namespace plumb::apply
