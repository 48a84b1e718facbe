#pragma once

#include "controller/apply/executor.h"
#include "controller/plan/plan.h"

namespace plumb::cli {

/// What a script learns from us. Where several hold, the first of this list that holds:
/// error, lock_held, stale, partly_applied, refused, conflict, unread, changes, check_failed, ok;
/// of verify, check_failed before unread.
enum class ExitCode : int {
  ok = 0,
  error = 1,           ///< wrong input, or something failed
  changes = 2,         ///< drift found; for plan only with --detailed-exitcode
  refused = 3,         ///< a guard refused something: consent or change the manifests
  conflict = 4,        ///< a person must decide who is right
  stale = 5,           ///< the saved plan no longer fits the world
  lock_held = 6,       ///< another run is at work on one of the scopes
  partly_applied = 7,  ///< some changes were made, others not
  unread = 8,          ///< a scope could not be read; it was left alone
  check_failed = 9,    ///< verify: something is not as it should be; apply: a password that was set
                       ///< is refused at login
};

/// Whether an error says that another run is at work on the scope.
bool is_held(const Error& error);

/// The code of a plan that is only shown.
ExitCode exit_code_of(const plan::Plan& plan, bool detailed);

/// The code of a plan that was applied.
ExitCode exit_code_of(const plan::Plan& plan, const apply::Summary& summary);

}  // namespace plumb::cli
