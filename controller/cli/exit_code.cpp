#include "controller/cli/exit_code.h"

#include <algorithm>

namespace plumb::cli {
namespace {

bool any_unread(const plan::Plan& plan) {
  return std::any_of(plan.scopes.begin(), plan.scopes.end(), [](const plan::ScopePlan& scope) {
    return scope.state == plan::ScopeState::unread || scope.state == plan::ScopeState::suspect ||
           scope.state == plan::ScopeState::in_doubt;
  });
}

/// Whether a guard refused something. What differs and is not ours alone is a conflict, though a
/// consent permits it like the rest.
bool any_refused(const plan::Plan& plan) {
  return plan.run_refused ||
         std::any_of(plan.refusals.begin(), plan.refusals.end(), [](const plan::Refusal& refusal) {
           return refusal.guard != Guard::overwrite;
         });
}

bool any_conflict(const plan::Plan& plan) {
  return std::any_of(plan.scopes.begin(), plan.scopes.end(), [](const plan::ScopePlan& scope) {
    return std::any_of(scope.changes.begin(), scope.changes.end(), [](const plan::Change& change) {
      return change.verb == plan::Verb::conflict;
    });
  });
}

}  // namespace

bool is_held(const Error& error) {
  return error.message.find("held by") != std::string::npos;
}

ExitCode exit_code_of(const plan::Plan& plan, bool detailed) {
  if (any_refused(plan)) {
    return ExitCode::refused;
  }
  if (any_conflict(plan)) {
    return ExitCode::conflict;
  }
  if (any_unread(plan)) {
    return ExitCode::unread;
  }
  return detailed && (plan.change_count() != 0 || plan.rebinds()) ? ExitCode::changes
                                                                  : ExitCode::ok;
}

ExitCode exit_code_of(const plan::Plan& plan, const apply::Summary& summary) {
  const auto done = summary.count(apply::Ending::done);
  const auto held = std::any_of(summary.troubles.begin(),
                                summary.troubles.end(),
                                [](const auto& trouble) { return is_held(trouble); });
  const auto stale =
      std::any_of(summary.troubles.begin(), summary.troubles.end(), [](const auto& trouble) {
        return trouble.code == ErrorCode::conflict &&
               trouble.message.find("stale") != std::string::npos;
      });
  if (held) {
    return ExitCode::lock_held;
  }
  if (stale) {
    return ExitCode::stale;
  }
  if (!summary.all_done()) {
    return done != 0 || summary.kept != 0 ? ExitCode::partly_applied : ExitCode::error;
  }
  return exit_code_of(plan, false);
}

}  // namespace plumb::cli
