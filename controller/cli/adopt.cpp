#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/plan_text.h"

namespace plumb::cli {
namespace {

/// Leaves what is only memory: nothing touches the world.
void keep_memory_only(plan::Plan& plan) {
  plan.batches.clear();
  plan.run_refused = false;
}

Result<ExitCode> take_over(Workspace& workspace, const AdoptOptions& options) {
  PlanOptions plan_options;
  static_cast<SelectOptions&>(plan_options) = options;
  plan_options.consents = options.consents;
  PLUMB_TRY(pass_option, pass_options(plan_options, workspace.parts().catalog));
  pass_option.take_over = true;
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::write));
  PLUMB_TRY(pass, workspace.reconciler(*store).plan(loaded, pass_option, {}));
  const auto header = workspace.header(pass, *store, true);
  say("As it would be with these zones taken over:\n\n" +
      describe::plan_text({pass.plan, header, workspace.parts().catalog, loaded->files},
                          workspace.style()));
  if (!options.yes) {
    if (!input_is_terminal()) {
      return fail(ErrorCode::invalid_input,
                  "nobody is there to ask: standard input is no terminal",
                  "pass --yes");
    }
    if (ask("Take over? What is not declared may then be deleted by the next apply. Type 'take "
            "over': ") != "take over") {
      say("Nothing was changed.\n");
      return ExitCode::ok;
    }
  }
  std::size_t taken = 0;
  auto code = ExitCode::ok;
  for (std::size_t i = 0; i < pass.plan.scopes.size(); ++i) {
    const auto& scope = pass.plan.scopes[i];
    if (!scope.desired || !scope.desired->exclusive || scope.state != plan::ScopeState::planned) {
      continue;
    }
    const auto now = env::rfc3339(workspace.env().clock.now());
    if (auto done = store->take_over(scope.scope, true, "plumb adopt --exclusive", now); !done) {
      return tl::unexpected(std::move(done).error());
    }
    ++taken;
    if (auto marked = workspace.reconciler(*store).mark_owner(pass, i, workspace.run(*loaded), {});
        !marked) {
      const auto error =
          std::move(marked).error().in(scope.domain + ": its owner mark is not written");
      complain("! " + describe::printable(error.message) + "\n    hint: run it again" +
               (error.hint.empty() ? "" : "; " + describe::printable(error.hint)) + "\n");
      code = ExitCode::partly_applied;
    }
  }
  if (taken == 0 && !pass.plan.refusals.empty()) {
    return ExitCode::refused;
  }
  if (taken == 0) {
    return fail(ErrorCode::invalid_input,
                "none of these zones is declared exclusive",
                "write `dns: {ownership: exclusive}` in its Domain or Profile first");
  }
  say(describe::counted(taken, "zone") + " taken over. plumb plan shows what is to be done now.\n");
  return code;
}

}  // namespace

Result<ExitCode> adopt(Workspace& workspace, const AdoptOptions& options) {
  if (options.exclusive) {
    if (options.words.empty() && options.targets.empty()) {
      return fail(ErrorCode::invalid_input,
                  "adopt --exclusive wants the zones by name",
                  "plumb adopt --exclusive example.com");
    }
    return take_over(workspace, options);
  }
  PlanOptions plan_options;
  static_cast<SelectOptions&>(plan_options) = options;
  plan_options.consents = options.consents;
  PLUMB_TRY(planned, make_plan(workspace, plan_options, state::Access::write, {}));
  keep_memory_only(planned.pass.plan);
  apply::Progress quiet;
  const auto summary = workspace.reconciler(*planned.store)
                           .apply(planned.pass, workspace.run(*planned.loaded), false, quiet, {});
  for (const auto& trouble : summary.troubles) {
    complain("! " + trouble.message + "\n");
  }
  say(describe::counted(summary.kept, "object") +
      " noted as ours; nothing in the world was changed.\n" +
      describe::left_out_text(planned.pass.left_out));
  return exit_code_of(planned.pass.plan, summary);
}

Result<ExitCode> forget(Workspace& workspace, const ForgetOptions& options) {
  PLUMB_TRY(object, parse_object(options.object));
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::write));
  PLUMB_TRY(scopes, store->scopes());
  const auto run = workspace.run(*loaded);
  std::size_t forgotten = 0;
  for (const auto& scope : scopes) {
    if (!is_scope_of(scope, object.domain)) {
      continue;
    }
    PLUMB_TRY(lock, state::ScopeLock::take(run.lock_directory, scope, run.self));
    (void)lock;
    PLUMB_TRY(claims, store->claims(scope));
    std::vector<state::Bookkeeping> rows;
    for (std::size_t row = 0; claims && row < claims->table.size(); ++row) {
      const auto& entry = claims->table[row];
      const auto& kind = workspace.parts().catalog.of(entry.kind);
      const auto key = std::string(claims->table.key(entry));
      const bool whole = object.kind == "Domain" && object.label.empty();
      if (whole ||
          (object.kind == kind.name && (object.label.empty() || kind.label(key) == object.label))) {
        rows.push_back({.what = state::Bookkeeping::What::forget,
                        .kind = entry.kind,
                        .key = key,
                        .why = "plumb forget"});
      }
    }
    if (rows.empty()) {
      continue;
    }
    if (!options.yes && (!input_is_terminal() ||
                         ask("Forget " + describe::counted(rows.size(), "claim") + " of " +
                             object.domain + "? They stay at the provider. [y/N] ") != "y")) {
      return fail(ErrorCode::invalid_input, "nothing was forgotten", "say yes, or pass --yes");
    }
    if (auto kept = store->keep(scope, rows, run.id, run.commit, run.self.since); !kept) {
      return tl::unexpected(std::move(kept).error());
    }
    forgotten += rows.size();
  }
  if (forgotten == 0) {
    return fail(ErrorCode::not_found,
                "nothing is remembered of " + options.object,
                "plumb state list shows what is");
  }
  say(describe::counted(forgotten, "claim") + " forgotten; nothing in the world was changed.\n");
  return ExitCode::ok;
}

}  // namespace plumb::cli
