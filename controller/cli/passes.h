#pragma once

#include <map>
#include <memory>

#include "controller/cli/commands.h"
#include "controller/cli/rotations.h"
#include "controller/reconcile/reconciler.h"

/// What several commands need of a pass.
namespace plumb::cli {

/// A pass and what it was made with.
struct Planned {
  std::shared_ptr<const load::Loaded> loaded;
  state::Store* store = nullptr;
  reconcile::Pass pass;
  bool owes = false;  ///< a server may not know what an earlier run has written; a note says so
  std::vector<load::KeyRotation> rotations;  ///< as the plan takes them; not yet remembered so
};

/// Loads, opens the store and plans.
Result<Planned> make_plan(Workspace& workspace,
                          const PlanOptions& options,
                          state::Access access,
                          std::stop_token stop);

/// The same of what is loaded already, and in part read: `seen` as in PassOptions.
Result<Planned> make_plan_of(Workspace& workspace,
                             std::shared_ptr<const load::Loaded> loaded,
                             const std::map<Scope, std::shared_ptr<const ObservedScope>>* seen,
                             const PlanOptions& options,
                             state::Access access,
                             std::stop_token stop);

/// What a command is restricted to, for a pass. Borrows `catalog`.
reconcile::Selection selection_of(const SelectOptions& options, const Catalog& catalog);

/// Whose change tokens a command believes.
reconcile::Tokens believed(const PlanOptions& options);

/// The options of a pass, with the consents of the command line parsed.
Result<reconcile::PassOptions> pass_options(const PlanOptions& options, const Catalog& catalog);

/// "allow=delete,on=Domain/old.example,including=zone,count=3" as a Consent. `number` tells several
/// apart.
Result<Consent> parse_consent(const std::string& text, std::size_t number);

/// An object as consents and explain name it: "RRset/example.com/www A", "Zone/example.com",
/// "Domain/example.com".
struct ObjectName {
  std::string kind;
  std::string domain;
  std::string label;  ///< empty: the domain as a whole
};
Result<ObjectName> parse_object(const std::string& text);
/// Whether a scope is the one of `domain`.
bool is_scope_of(const Scope& scope, const std::string& domain);

}  // namespace plumb::cli
