#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/plan_file.h"
#include "controller/cli/terminal.h"
#include "controller/describe/plan_json.h"
#include "controller/describe/plan_text.h"

namespace plumb::cli {
namespace {

std::string plan_in(const std::string& output,
                    const describe::PlanView& view,
                    const describe::Style& style) {
  if (output == "json") {
    return describe::plan_json(view) + "\n";
  }
  return output == "markdown" ? describe::plan_markdown(view) : describe::plan_text(view, style);
}

}  // namespace

Result<ExitCode> plan(Workspace& workspace, const PlanOptions& options) {
  const Interrupt interrupt;
  PLUMB_TRY(planned, make_plan(workspace, options, state::Access::read, interrupt.token()));
  const auto header = workspace.header(planned.pass, *planned.store, options.refresh);
  const describe::PlanView view{
      planned.pass.plan, header, workspace.parts().catalog, planned.loaded->files};
  if (!options.out.empty()) {
    if (auto saved = save_plan(options.out, view); !saved) {
      return tl::unexpected(std::move(saved).error());
    }
  }
  say(plan_in(options.output, view, workspace.style()));
  if (!options.out.empty() && options.output == "text") {
    say("Saved to " + options.out + ".  plumb apply " + options.out +
        "  does exactly this, or refuses.\n");
  }
  const auto code = exit_code_of(planned.pass.plan, options.detailed_exitcode);
  return options.detailed_exitcode && code == ExitCode::ok && planned.owes ? ExitCode::changes
                                                                           : code;
}

Result<ExitCode> drift(Workspace& workspace, const PlanOptions& options) {
  const Interrupt interrupt;
  PLUMB_TRY(planned, make_plan(workspace, options, state::Access::read, interrupt.token()));
  const auto header = workspace.header(planned.pass, *planned.store, true);
  const describe::PlanView view{
      planned.pass.plan, header, workspace.parts().catalog, planned.loaded->files, true};
  if (options.summary) {
    say(describe::drift_summary(view));
  } else {
    say(plan_in(options.output, view, workspace.style()));
  }
  const auto total = describe::totals(planned.pass.plan);
  if (total.whole_refused != 0) {
    return ExitCode::refused;
  }
  if (total.unread + total.suspect + total.in_doubt != 0) {
    return ExitCode::unread;
  }
  return total.drifted != 0 ? ExitCode::changes : ExitCode::ok;
}

}  // namespace plumb::cli
