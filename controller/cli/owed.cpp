#include "controller/cli/owed.h"

#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/reconcile/owed.h"

namespace plumb::cli {

ExitCode code_with_owed(const reconcile::Roster& roster, bool tell, ExitCode code) {
  auto debts = reconcile::owed(roster);
  // Who holds a lock is about to tell the server himself.
  if (tell && !debts.empty() && code != ExitCode::lock_held) {
    const Interrupt interrupt;
    reconcile::tell_owed(roster, interrupt.token());
    debts = reconcile::owed(roster);
    if (debts.empty()) {
      complain("told the server what an earlier run had written\n");
    }
  }
  for (const auto& debt : debts) {
    complain("! " + describe::printable(debt.message) +
             "\n    hint: " + describe::printable(debt.hint) + "\n");
  }
  const bool worse =
      code == ExitCode::error || code == ExitCode::lock_held || code == ExitCode::stale;
  return debts.empty() || worse ? code : ExitCode::partly_applied;
}

}  // namespace plumb::cli
