#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "controller/cli/commands.h"
#include "controller/cli/owed.h"
#include "controller/cli/passes.h"
#include "controller/cli/plan_file.h"
#include "controller/cli/progress_line.h"
#include "controller/cli/terminal.h"
#include "controller/cli/verify_after.h"
#include "controller/cli/verify_logins.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_json.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/plan_text.h"

namespace plumb::cli {
namespace {

std::string short_commit(const std::string& commit) {
  return commit.empty() ? "none" : commit.substr(0, 7);
}

/// The domains that the plan would delete from or in; typed by a person before it goes.
std::set<std::string> domains_with_deletes(const plan::Plan& plan) {
  std::set<std::string> domains;
  for (const auto& batch : plan.batches) {
    const auto& scope = plan.scopes[batch.scope];
    for (const auto number : batch.changes) {
      const auto verb = scope.changes[number].verb;
      if (verb == plan::Verb::remove || verb == plan::Verb::replace) {
        domains.insert(scope.domain.empty() ? scope.provider : scope.domain);
      }
    }
  }
  return domains;
}

Result<bool> confirmed(const plan::Plan& plan, const PlanOptions& options) {
  if (options.yes) {
    return true;
  }
  if (!input_is_terminal()) {
    return fail(ErrorCode::invalid_input,
                "nobody is there to ask: standard input is no terminal",
                "pass --yes, or apply a saved plan with --yes");
  }
  const auto deletes = domains_with_deletes(plan);
  if (deletes.empty()) {
    return ask("Apply these changes? [y/N] ") == "y";
  }
  const auto wanted = deletes.size() == 1
                          ? *deletes.begin()
                          : std::string("delete in ") + std::to_string(deletes.size());
  return ask("This deletes. Type '" + wanted + "' to go on: ") == wanted;
}

ProgressForm form_for(const PlanOptions& options) {
  if (options.output == "json") {
    return ProgressForm::ndjson;
  }
  return output_is_terminal() ? ProgressForm::live : ProgressForm::lines;
}

std::string error_lines(const Error& error) {
  auto text = describe::printable(error.message) + "\n";
  return error.hint.empty() ? text : text + "    hint: " + describe::printable(error.hint) + "\n";
}

/// What was not done, and why. Changes of one scope with one story are told together.
std::string failures_text(const plan::Plan& plan,
                          const apply::Summary& summary,
                          const Catalog& catalog) {
  constexpr std::size_t kTold = 3;
  std::string text;
  for (const auto& trouble : summary.troubles) {
    text += "! " + error_lines(trouble);
  }
  std::map<std::tuple<std::uint32_t, apply::Ending, std::string>,
           std::vector<const apply::ChangeResult*>>
      stories;
  for (const auto& result : summary.results) {
    if (result.ending != apply::Ending::done) {
      stories[{result.scope, result.ending, result.error.message}].push_back(&result);
    }
  }
  for (const auto& [story, results] : stories) {
    const auto& scope = plan.scopes[std::get<0>(story)];
    for (std::size_t i = 0; i < std::min(results.size(), kTold); ++i) {
      text += "! " + describe::heading(scope) + "  " +
              describe::change_line(scope, scope.changes[results[i]->change], catalog) + "\n";
    }
    if (results.size() > kTold) {
      text += "! " + describe::heading(scope) + "  and " +
              describe::counted(results.size() - kTold, "more change") + "\n";
    }
    text += "    " + std::string(ending_name(std::get<1>(story))) + ": " +
            error_lines(results.front()->error);
  }
  if (summary.memory_failed) {
    text += "! the state could not be written: " + summary.memory_failed->message + "\n    hint: " +
            (summary.memory_failed->hint.empty()
                 ? "make room and apply again: what is open is settled first"
                 : summary.memory_failed->hint) +
            "\n";
  }
  return text;
}

std::string summary_line(const apply::Summary& summary) {
  std::string text = std::to_string(summary.count(apply::Ending::done)) + " applied";
  if (summary.kept != 0) {
    text += ", " + std::to_string(summary.kept) + " noted in the state";
  }
  const auto add = [&](apply::Ending ending) {
    if (const auto n = summary.count(ending); n != 0) {
      text += ", " + std::to_string(n) + " " + std::string(ending_name(ending));
    }
  };
  add(apply::Ending::refused);
  add(apply::Ending::skipped);
  add(apply::Ending::in_doubt);
  add(apply::Ending::not_reached);
  return text;
}

/// What became of the open intents of earlier runs.
struct Settled {
  bool any = false;   ///< the plan is older than what is known now
  bool held = false;  ///< another run is at work on a scope of the plan
};

/// Open intents of earlier runs are settled before anything is planned.
Result<Settled> settle_earlier(Workspace& workspace,
                               Planned& planned,
                               const apply::Run& run,
                               std::stop_token stop) {
  PLUMB_TRY(open, planned.store->open_intents());
  if (open.empty()) {
    return Settled{};
  }
  apply::Progress quiet;
  PLUMB_TRY(
      recovery,
      workspace.reconciler(*planned.store).recover(planned.pass, run, quiet, std::move(stop)));
  Settled settled{.any = recovery.settled != 0};
  if (settled.any) {
    complain("settled " + describe::counted(recovery.settled, "change") +
             " that an earlier run left open\n");
  }
  const auto& scopes = planned.pass.plan.scopes;
  for (const auto& [scope, error] : recovery.in_doubt) {
    if (std::any_of(
            scopes.begin(), scopes.end(), [&scope = scope](const plan::ScopePlan& planned_scope) {
              return planned_scope.scope == scope;
            })) {
      complain("! " + describe::printable(error.message) + "\n    hint: " + error.hint + "\n");
      settled.held = settled.held || is_held(error);
    }
  }
  return settled;
}

bool has_work(const plan::Plan& plan) {
  if (!plan.batches.empty() || plan.rebinds()) {
    return true;
  }
  for (const auto& scope : plan.scopes) {
    for (const auto& change : scope.changes) {
      const bool memory = change.verb == plan::Verb::adopt || change.verb == plan::Verb::refresh ||
                          change.verb == plan::Verb::forget;
      if (memory) {
        return true;
      }
    }
  }
  return false;
}

/// What a second look has found.
std::string ending_of(const plan::Plan& plan, std::size_t left) {
  if (left != 0) {
    return describe::counted(left, "change") + " held; plumb plan says why.\n";
  }
  const auto t = describe::totals(plan);
  const auto unseen = t.unread + t.suspect + t.in_doubt;
  return unseen == 0 ? "In plumb: a second look finds nothing left to do.\n"
                     : "What could be read is in plumb; " + describe::counted(unseen, "scope") +
                           " could not be read and was left alone (plumb plan says why).\n";
}

/// Applies, then plans what was touched again: changes that waited for these go out, and an empty
/// plan is the proof.
class Applying {
 public:
  /// `saved`: what was reviewed; nothing else is done, in later passes neither. May be null.
  Applying(Workspace& workspace, const PlanOptions& options, const describe::SavedPlan* saved)
      : workspace_(workspace), options_(options), saved_(saved) {}

  /// Leaves in `planned` the pass that was applied last.
  Result<ExitCode> run(Planned& planned, bool reread) {
    const auto loaded = planned.loaded;
    auto* store = planned.store;
    if (auto kept = keep_settled(planned); !kept) {
      return tl::unexpected(std::move(kept).error());
    }
    PLUMB_TRY(code, passes(planned, reread));
    return try_logins(*loaded, *store) || code != ExitCode::ok ? code : ExitCode::check_failed;
  }

 private:
  Result<ExitCode> passes(Planned& planned, bool reread);
  apply::Summary once(const Planned& planned, const apply::Run& who, bool reread);
  Result<Planned> again(const Planned& planned);
  Result<void> keep_settled(const Planned& planned);
  void look_after(const load::Loaded& loaded);
  bool try_logins(const load::Loaded& loaded, state::Store& store);

  Workspace& workspace_;
  const PlanOptions& options_;
  const describe::SavedPlan* saved_;
  AfterApply after_;
  LoginsAfterApply logins_;
  Interrupt interrupt_;
};

apply::Summary Applying::once(const Planned& planned, const apply::Run& who, bool reread) {
  const auto form = form_for(options_);
  ProgressLine progress(planned.pass.plan,
                        workspace_.parts().catalog,
                        workspace_.env().clock,
                        form,
                        workspace_.style(),
                        interrupt_.token());
  interrupt_.silent(form == ProgressForm::live);
  auto reconciler = workspace_.reconciler(*planned.store);
  auto summary = reconciler.apply(planned.pass, who, reread, progress, interrupt_.token());
  if (!summary.stopped && !summary.memory_failed) {
    for (auto& trouble : reconciler.mark_owners(planned.pass, who, interrupt_.token())) {
      summary.troubles.push_back(std::move(trouble));
    }
  }
  progress.finish();
  interrupt_.silent(false);
  return summary;
}

/// What a saved plan leaves out is not in plumb, so nothing is learnt from such a pass.
Result<void> Applying::keep_settled(const Planned& planned) {
  return saved_ != nullptr
             ? Result<void>()
             : workspace_.reconciler(*planned.store).keep_settled(planned.pass, believed(options_));
}

Result<Planned> Applying::again(const Planned& planned) {
  PLUMB_TRY(pass_option, pass_options(options_, workspace_.parts().catalog));
  for (const auto& consent : planned.pass.plan.consents) {
    pass_option.consents_in_use.push_back(consent.id);
  }
  pass_option.roster = planned.pass.roster;
  pass_option.tokens = reconcile::Tokens::none;  // what was just written has moved
  pass_option.selection.only.emplace();
  for (const auto& scope : planned.pass.plan.scopes) {
    if (!scope.changes.empty()) {
      pass_option.selection.only->push_back(scope.scope);
    }
  }
  Planned next;
  next.loaded = planned.loaded;
  next.store = planned.store;
  PLUMB_TRY(
      pass,
      workspace_.reconciler(*planned.store).plan(planned.loaded, pass_option, interrupt_.token()));
  next.pass = std::move(pass);
  if (saved_ != nullptr) {
    describe::restrict_to(next.pass.plan, *saved_, workspace_.parts().catalog, &sha256);
  }
  return next;
}

/// Says by how many servers it is served; how the apply ends is not changed by that.
void Applying::look_after(const load::Loaded& loaded) {
  const auto seen =
      options_.verify ? after_.look(workspace_, loaded, interrupt_.token()) : std::string();
  if (options_.output != "json") {
    say(seen);
  } else if (!seen.empty()) {
    say(nlohmann::json{{"event", "served"}, {"text", seen}}.dump() + "\n");
  }
}

/// Logs in with the passwords that were set; false where one was refused.
bool Applying::try_logins(const load::Loaded& loaded, state::Store& store) {
  if (!options_.verify) {
    return true;
  }
  const auto tried = logins_.look(workspace_, loaded, store, interrupt_.token());
  say(options_.output == "json" ? logins_ndjson(tried) : logins_text(tried));
  return !any_refused(tried);
}

Result<ExitCode> Applying::passes(Planned& planned, bool reread) {
  const auto who = workspace_.run(*planned.loaded);
  const auto& catalog = workspace_.parts().catalog;
  constexpr int kMostPasses = 8;
  ExitCode code = ExitCode::ok;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    const auto summary = once(planned, who, reread);
    const bool text = options_.output != "json";
    complain(failures_text(planned.pass.plan, summary, catalog));
    if (text) {
      say(summary_line(summary) + "\n");
    } else {
      say(nlohmann::json{{"event", "summary"}, {"text", summary_line(summary)}}.dump() + "\n");
    }
    code = exit_code_of(planned.pass.plan, summary);
    after_.note(planned.pass.plan, summary);
    logins_.note(planned.pass.plan, summary, workspace_.env().clock);
    if (summary.stopped) {
      complain("stopped: what was done is noted; plumb apply goes on from there\n");
    }
    if (!summary.all_done()) {
      return code;
    }
    PLUMB_TRY(next, again(planned));
    if (!has_work(next.pass.plan)) {
      if (auto kept = keep_settled(next); !kept) {
        return tl::unexpected(std::move(kept).error());
      }
      const auto left = next.pass.plan.change_count();
      if (text) {
        say(ending_of(next.pass.plan, left));
      }
      look_after(*planned.loaded);
      PLUMB_TRY(turned,
                turn_rotations(workspace_, *planned.loaded, *planned.store, interrupt_.token()));
      if (auto kept = load::put_rotations(turned.rotations, *planned.store); !kept) {
        return tl::unexpected(std::move(kept).error());
      }
      for (const auto& note : text ? turned.notes : std::vector<std::string>()) {
        say("note: " + note + "\n");
      }
      return code;
    }
    if (next.pass.plan.batches.empty() && pass > 0) {
      break;
    }
    planned = std::move(next);
    reread = false;
  }
  complain(
      "! what was applied does not stay: a second look still finds differences (plumb plan shows "
      "them)\n");
  return ExitCode::partly_applied;
}

/// Takes out of the plan what was not reviewed. A code where nothing of it may be done then.
Result<std::optional<ExitCode>> hold_to(const describe::SavedPlan& saved,
                                        const std::string& file,
                                        Planned& planned,
                                        const Catalog& catalog) {
  auto& plan = planned.pass.plan;
  const auto& project = planned.loaded->project;
  if (saved.project != project.name || saved.environment != project.environment) {
    return fail(ErrorCode::invalid_input,
                file + " was made for " + saved.project + " in environment " + saved.environment,
                "apply it there, or plan again here");
  }
  const bool refused = !plan.refusals.empty();
  const auto restriction = describe::restrict_to(plan, saved, catalog, &sha256);
  if (!restriction.stale.empty()) {
    std::string text = "the saved plan is stale: nothing was applied\n";
    for (const auto& line : restriction.stale) {
      text += "  ! " + line + "\n";
    }
    complain(text + "    hint: plan again and have it reviewed again\n");
    return ExitCode::stale;
  }
  if (saved.lines.empty() && refused) {
    complain(
        "the saved plan holds nothing that may be done: all of it needs consent\n"
        "    hint: plumb plan prints the consent; plan again with it\n");
    return ExitCode::refused;
  }
  const auto& commit = planned.loaded->revision.commit;
  if (saved.commit != commit) {
    complain("note: this plan was made at commit " + short_commit(saved.commit) +
             ", these manifests are at " + short_commit(commit) +
             "; nothing that the plan touches differs\n");
  }
  return std::optional<ExitCode>();
}

}  // namespace

Result<ExitCode> apply(Workspace& workspace, const PlanOptions& options) {
  outlive_the_reader();
  std::optional<describe::SavedPlan> saved;
  if (!options.plan_file.empty()) {
    PLUMB_TRY(read, read_plan(options.plan_file));
    saved = std::move(read);
  }
  PLUMB_TRY(planned, make_plan(workspace, options, state::Access::write, {}));
  PLUMB_TRY(settled, settle_earlier(workspace, planned, workspace.run(*planned.loaded), {}));
  if (settled.any) {
    PLUMB_TRY(anew, make_plan(workspace, options, state::Access::write, {}));
    planned = std::move(anew);
  }
  auto& plan = planned.pass.plan;
  const auto& catalog = workspace.parts().catalog;
  if (saved) {
    PLUMB_TRY(ended, hold_to(*saved, options.plan_file, planned, catalog));
    if (ended) {
      return *ended;
    }
  }
  if (options.output == "text") {
    const auto header = workspace.header(planned.pass, *planned.store, true);
    say(describe::plan_text({.plan = plan,
                             .header = header,
                             .catalog = catalog,
                             .files = planned.loaded->files,
                             .about_to_apply = true},
                            workspace.style()));
  }
  const bool works = !plan.run_refused && has_work(plan);
  if (works) {
    PLUMB_TRY(go, confirmed(plan, options));
    if (!go) {
      say("Nothing was applied.\n");
      return code_with_owed(*planned.pass.roster, false, ExitCode::ok);
    }
  }
  if (auto kept = load::put_rotations(planned.rotations, *planned.store); !kept) {
    return tl::unexpected(std::move(kept).error());
  }
  if (!works) {
    auto kept = workspace.reconciler(*planned.store).remember(planned.pass);
    if (kept && !saved) {
      kept = workspace.reconciler(*planned.store).keep_settled(planned.pass, believed(options));
    }
    if (!kept) {
      return tl::unexpected(std::move(kept).error());
    }
    const auto unmarked = workspace.reconciler(*planned.store)
                              .mark_owners(planned.pass, workspace.run(*planned.loaded), {});
    for (const auto& trouble : unmarked) {
      complain("! " + error_lines(trouble));
    }
    const auto code = settled.held       ? ExitCode::lock_held
                      : unmarked.empty() ? exit_code_of(plan, false)
                                         : ExitCode::partly_applied;
    return code_with_owed(*planned.pass.roster, planned.owes, code);
  }
  const bool owes = planned.owes;
  PLUMB_TRY(code,
            Applying(workspace, options, saved ? &*saved : nullptr)
                .run(planned, !options.yes || saved.has_value()));
  const bool held = settled.held && code != ExitCode::error;
  return code_with_owed(*planned.pass.roster, owes, held ? ExitCode::lock_held : code);
}

}  // namespace plumb::cli
