#include <algorithm>

#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/plan_json.h"
#include "controller/describe/resources_text.h"

namespace plumb::cli {

Result<ExitCode> history(Workspace& workspace, const HistoryOptions& options) {
  PLUMB_TRY(loaded, workspace.load());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::read));
  const auto& catalog = workspace.parts().catalog;
  constexpr std::size_t kAll = 1'000'000;
  PLUMB_TRY(rows, store->history({.limit = options.object.empty() ? options.limit : kAll}));
  if (!options.object.empty()) {
    PLUMB_TRY(object, parse_object(options.object));
    std::erase_if(rows, [&](const state::HistoryRow& row) {
      const auto* kind = catalog.find(row.kind);
      const bool whole = object.kind == "Domain" && object.label.empty();
      const bool same = whole || (kind != nullptr && object.kind == kind->name &&
                                  (object.label.empty() || kind->label(row.key) == object.label));
      return !is_scope_of(row.scope, object.domain) || !same;
    });
    rows.resize(std::min(rows.size(), options.limit));
  }
  if (options.output == "json") {
    say(describe::history_json(rows, catalog) + "\n");
  } else {
    say(rows.empty() ? "Nothing has happened yet.\n"
                     : describe::history_text(rows, catalog, workspace.style()));
  }
  return ExitCode::ok;
}

Result<ExitCode> graph(Workspace& workspace, const GraphOptions& options) {
  PlanOptions plan_options;
  static_cast<SelectOptions&>(plan_options) = options;
  PLUMB_TRY(planned, make_plan(workspace, plan_options, state::Access::read, {}));
  const auto& catalog = workspace.parts().catalog;
  if (options.output == "dot") {
    say(describe::graph_dot(planned.pass.plan, catalog));
  } else if (options.output == "json") {
    say(describe::graph_json(planned.pass.plan, catalog, planned.pass.left_out) + "\n");
  } else {
    say(planned.pass.plan.batches.empty() ? "Nothing to do: the graph is empty.\n"
                                          : describe::graph_text(planned.pass.plan, catalog));
    say(describe::left_out_text(planned.pass.left_out));
  }
  return ExitCode::ok;
}

}  // namespace plumb::cli
