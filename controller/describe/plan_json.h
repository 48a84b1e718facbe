#pragma once

#include <string>

#include "controller/describe/plan_text.h"
#include "resources/model/result.h"

namespace plumb::describe {

/// The plan for machines: one JSON object with `format: "plumb.plan/1"`, header, changes (verb,
/// reason, kind, label, before and after as fields, place, guard), refusals, scope states and
/// totals. Values that are not UTF-8 are escaped. No secrets: a body never holds one.
std::string plan_json(const PlanView& view);

/// The plan for a pull request's comment: GitHub-flavoured Markdown, at most 60,000 octets, totals
/// first, risky lines expanded, every value escaped so that it cannot become markup.
std::string plan_markdown(const PlanView& view);

/// What `--out` saves, without its hash (cli adds that): plan_json plus, for every change, the
/// digests by which it is recognised again: of the object before, of the bytes after, of the claim.
/// `digest` is SHA-256 in hex.
using Digest = std::string (*)(std::string_view bytes);
std::string saved_plan(const PlanView& view, Digest digest);

/// A saved plan as far as `apply PLANFILE` needs it.
struct SavedPlan {
  struct Line {
    Scope scope;
    std::string kind;  ///< Kind::name
    std::string key;
    std::string verb;
    std::string before;  ///< digest; empty: absent
    std::string after;   ///< digest; empty: absent
    std::string label;   ///< for messages
  };
  std::string project;
  std::string environment;
  std::string commit;
  bool run_refused = false;  ///< a guard over the run had refused it as a whole
  std::vector<Line> lines;
};
/// Errors: `invalid_input` where the text is no saved plan, or one of another format.
Result<SavedPlan> read_saved_plan(std::string_view json);

/// What became of a saved plan against one made now.
struct Restriction {
  std::vector<std::string>
      stale;  ///< "RRset/example.com/www A: ... has changed since the plan was made"
  std::size_t already_done = 0;  ///< the world is as the saved plan wanted it
  std::size_t kept = 0;
};
/// Takes out of `plan` every change that is not, to the digest, in `saved`. A saved line whose
/// object is already as wanted counts as done; one that is neither is stale. Batches are cut
/// accordingly. Refusals of single objects go; one of the run stays where the saved plan had it
/// too.
Restriction restrict_to(plan::Plan& plan,
                        const SavedPlan& saved,
                        const Catalog& catalog,
                        Digest digest);

}  // namespace plumb::describe
