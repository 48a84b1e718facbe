#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/resources_text.h"

namespace plumb::cli {
namespace {

Result<ExitCode> list(state::Store& store, const std::string& output) {
  PLUMB_TRY(scopes, store.scopes());
  auto rows = nlohmann::json::array();
  std::string text = fmt::format("store {} · serial {} · {}\n",
                                 store.id(),
                                 store.serial(),
                                 describe::counted(scopes.size(), "scope"));
  for (const auto& scope : scopes) {
    PLUMB_TRY(claims, store.claims(scope));
    const auto count = claims ? claims->table.size() : 0;
    const bool taken = claims && claims->taken_over;
    text += fmt::format("  {:<32} {:>13}  {}{}\n",
                        scope.container,
                        describe::counted(count, "claim"),
                        scope.account,
                        taken ? "  (taken over)" : "");
    rows.push_back({{"account", scope.account},
                    {"container", scope.container},
                    {"claims", count},
                    {"takenOver", taken}});
  }
  PLUMB_TRY(intents, store.open_intents());
  for (const auto& intent : intents) {
    text += fmt::format("  open: {} of {} begun {} by {} (the next apply settles them)\n",
                        describe::counted(intent.keys.size(), "change"),
                        intent.scope.container,
                        intent.begun,
                        intent.process);
  }
  say(output == "json" ? nlohmann::json{{"format", "plumb.state/1"},
                                        {"id", store.id()},
                                        {"serial", store.serial()},
                                        {"openIntents", intents.size()},
                                        {"scopes", rows}}
                                 .dump(2) +
                             "\n"
                       : text);
  return ExitCode::ok;
}

Result<ExitCode> show_claims(Workspace& workspace,
                             state::Store& store,
                             const StateOptions& options) {
  PLUMB_TRY(scopes, store.scopes());
  bool found = false;
  for (const auto& scope : scopes) {
    if (!is_scope_of(scope, options.object)) {
      continue;
    }
    PLUMB_TRY(claims, store.claims(scope));
    if (claims) {
      found = true;
      const auto& catalog = workspace.parts().catalog;
      say(options.output == "json" ? describe::claims_json(*claims, catalog) + "\n"
                                   : describe::claims_text(*claims, catalog, workspace.style()));
    }
  }
  if (!found) {
    return fail(ErrorCode::not_found,
                "nothing is remembered of " + options.object,
                "plumb state list shows what is");
  }
  return ExitCode::ok;
}

Result<ExitCode> bring_in(Workspace& workspace,
                          const load::Project& project,
                          const StateOptions& options,
                          bool force) {
  const auto imported =
      state::import_store(options.object,
                          workspace.state_directory(),
                          {.project = project.name, .environment = project.environment},
                          force);
  if (!imported) {
    return tl::unexpected(imported.error());
  }
  say("The state is what " + options.object + " says; what it was before is kept beside it.\n");
  return ExitCode::ok;
}

}  // namespace

Result<ExitCode> state_command(Workspace& workspace, const StateOptions& options) {
  PLUMB_TRY(loaded, workspace.load());
  const auto& project = loaded->project;
  if (options.verb == "restore" || options.verb == "pull") {
    if (options.verb == "pull" && !std::filesystem::exists(options.object)) {
      say("Nothing to pull: " + options.object +
          " is not there yet (the first plumb state push makes it).\n");
      return ExitCode::ok;
    }
    return bring_in(workspace, project, options, options.force || options.verb == "restore");
  }
  PLUMB_TRY(store, workspace.store(project, state::Access::read));
  if (options.verb == "list") {
    return list(*store, options.output);
  }
  if (options.verb == "show") {
    return show_claims(workspace, *store, options);
  }
  if (options.verb == "push" && !options.force) {
    if (auto newer = state::check_serial(options.object, *store); !newer) {
      return tl::unexpected(std::move(newer).error());
    }
  }
  if (auto written = store->export_to(options.object); !written) {
    return tl::unexpected(std::move(written).error());
  }
  say(fmt::format("serial {} written to {}\n", store->serial(), options.object));
  return ExitCode::ok;
}

}  // namespace plumb::cli
