#pragma once

#include <stop_token>
#include <vector>

#include "controller/reconcile/roster.h"
#include "resources/model/result.h"

namespace plumb::reconcile {

/// What providers have written while their servers may not know it, such as after a reload command
/// that failed; in the order of the roster.
std::vector<Error> owed(const Roster& roster);

/// Has each provider that owes something try to tell its server once more.
void tell_owed(const Roster& roster, const std::stop_token& stop);

}  // namespace plumb::reconcile
