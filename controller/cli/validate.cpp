#include "controller/cli/commands.h"
#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_lines.h"

namespace plumb::cli {

Result<ExitCode> validate(Workspace& workspace, const ValidateOptions& options) {
  PLUMB_TRY(loaded, workspace.load());
  const auto& diagnostics = loaded->diagnostics;
  if (options.output == "json") {
    say(describe::diagnostics_json(diagnostics, loaded->files) + "\n");
  } else if (options.output == "github") {
    say(describe::diagnostics_github(diagnostics, loaded->files));
  } else {
    if (!diagnostics.empty()) {
      complain(describe::diagnostics_text(diagnostics, loaded->files, workspace.style()));
    }
    if (!diagnostics.has_errors()) {
      std::size_t resources = 0;
      for (const auto& scope : loaded->scopes) {
        resources += scope->table.size();
      }
      say("valid: " + describe::counted(loaded->declared.size(), "declaration") + ", " +
          describe::counted(resources, "resource") + " in " +
          describe::counted(loaded->scopes.size(), "scope") + "\n");
    }
  }
  return diagnostics.has_errors() ? ExitCode::error : ExitCode::ok;
}

}  // namespace plumb::cli
