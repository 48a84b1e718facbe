#include "controller/cli/owed.h"

#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/reconcile/owed.h"

namespace plumb::cli {

void tell_servers(const Planned& planned, const std::stop_token& stop) {
  if (!planned.owes) {
    return;
  }
  reconcile::tell_owed(*planned.pass.roster, stop);
  if (reconcile::owed(*planned.pass.roster).empty()) {
    complain("told the server what an earlier run had written\n");
  }
}

ExitCode code_with_owed(Workspace& workspace, const load::Loaded& loaded, ExitCode code) {
  // Opened anew: what is owed stands on the disk.
  const reconcile::Roster roster(
      workspace.parts().provider_types, workspace.env(), workspace.directory().string(), loaded);
  const auto debts = reconcile::owed(roster);
  for (const auto& debt : debts) {
    complain("! " + describe::printable(debt.message) +
             "\n    hint: " + describe::printable(debt.hint) + "\n");
  }
  const bool worse =
      code == ExitCode::error || code == ExitCode::lock_held || code == ExitCode::stale;
  return debts.empty() || worse ? code : ExitCode::partly_applied;
}

}  // namespace plumb::cli
