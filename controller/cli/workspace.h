#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "controller/apply/executor.h"
#include "controller/describe/plan_text.h"
#include "controller/describe/style.h"
#include "controller/env/env.h"
#include "controller/load/loaded.h"
#include "controller/load/source.h"
#include "controller/providers/provider.h"
#include "controller/reconcile/reconciler.h"
#include "resources/model/kind.h"
#include "state/compiled.h"
#include "state/store.h"

namespace plumb::cli {

/// What main gives the commands. Borrowed.
struct Parts {
  const Catalog& catalog;
  std::span<const providers::ProviderType> provider_types;
};

/// Options that every command has.
struct Globals {
  std::string
      project;  ///< --project: the folder with plumb.yaml; empty: looked for upwards from here
  std::string state;        ///< --state; empty: `.plumb` in the project
  std::string environment;  ///< --env
  std::string log_level = "warn";
  std::string log_format = "text";
  bool no_color = false;
  bool verbose = false;
  bool allow_exec = false;  ///< `exec:` secrets may run commands
};

/// One project as a command works on it: its folder, the environment around it, and on demand its
/// manifests and its memory. Not thread-safe.
class Workspace {
 public:
  /// Finds the project. Errors: no plumb.yaml here or above.
  static Result<std::unique_ptr<Workspace>> open(const Globals& globals, const Parts& parts);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// Reads the manifests. Everything wrong with them is in the result's diagnostics.
  Result<std::shared_ptr<const load::Loaded>> load();
  /// The same of another Source: manifests that are not written yet.
  Result<load::Loaded> load_from(load::Source& source);
  /// As load(), and says what is wrong on standard error; an Error where there are errors.
  Result<std::shared_ptr<const load::Loaded>> load_or_complain();
  Result<std::shared_ptr<const load::Loaded>> load_or_complain(load::Source& source);

  /// The selectors that stand for declared ones from the next load on: at first, those that the
  /// state remembers.
  const load::Rotations& rotations() const { return rotations_; }
  void rotations(load::Rotations rotations) { rotations_ = std::move(rotations); }

  /// The project's memory.
  Result<state::Store*> store(const load::Project& project, state::Access access);
  std::filesystem::path state_directory() const;
  const std::filesystem::path& directory() const { return directory_; }

  /// PLUMB_CA_FILE: the authorities that are trusted instead of the machine's; empty: not set.
  const std::string& ca_file() const { return ca_file_; }
  env::Env env();
  const Parts& parts() const { return parts_; }
  const describe::Style& style() const { return style_; }
  reconcile::Reconciler reconciler(state::Store& store);
  /// Who we are, for intents, locks and history.
  apply::Run run(const load::Loaded& loaded);
  /// What the first lines of a plan say.
  describe::Header header(const reconcile::Pass& pass, const state::Store& store, bool refreshed);

 private:
  struct Machine;
  Result<load::Loaded> load_once(load::Source& source);
  std::unique_ptr<state::CompiledFiles> open_compiled() const;
  load::Rotations remembered_rotations(const load::Loaded& loaded);
  Workspace(const Globals& globals, const Parts& parts, std::filesystem::path directory);

  Globals globals_;
  Parts parts_;
  std::filesystem::path directory_;
  describe::Style style_;
  std::string ca_file_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<state::Store> store_;
  load::Rotations rotations_;
  bool rotations_read_ = false;
};

}  // namespace plumb::cli
