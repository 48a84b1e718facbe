#include "controller/cli/workspace.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <iostream>

#include <unistd.h>

#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/env/memory.h"
#include "controller/load/load.h"
#include "controller/load/rotations.h"
#include "controller/load/source.h"

namespace plumb::cli {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* text =
      std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes the environment
  return text == nullptr ? std::string() : std::string(text);
}

Result<fs::path> find_project(const std::string& given) {
  std::error_code error;
  if (!given.empty()) {
    auto root = fs::absolute(given, error);
    if (!fs::exists(root / "plumb.yaml", error)) {
      return fail(ErrorCode::not_found,
                  "there is no plumb.yaml in " + given,
                  "give the folder that has it: --project DIR");
    }
    return root.lexically_normal();
  }
  for (auto folder = fs::current_path(error); !error; folder = folder.parent_path()) {
    if (fs::exists(folder / "plumb.yaml", error)) {
      return folder;
    }
    if (folder == folder.parent_path()) {
      break;
    }
  }
  return fail(ErrorCode::not_found,
              "there is no plumb.yaml here or above",
              "go to your project's folder, or give it: --project DIR");
}

env::LogLevel level_of(const std::string& name) {
  if (name == "debug") {
    return env::LogLevel::debug;
  }
  if (name == "info") {
    return env::LogLevel::info;
  }
  return name == "error" ? env::LogLevel::error : env::LogLevel::warn;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// PLUMB_CLOCK_SHIFT, in seconds: rehearses what a later run does.
std::chrono::seconds clock_shift() {
  const auto text = variable("PLUMB_CLOCK_SHIFT");
  std::int64_t seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds(seconds);
}

}  // namespace

struct Workspace::Machine {
  env::ShiftedClock clock;
  env::SystemRandom random;
  env::StreamLog log;
  env::CurlHttp http;
  env::SystemSecrets secrets;

  Machine(const Globals& globals, const fs::path& directory, const std::string& ca_file)
      : clock(clock_shift()),
        log(std::cerr,
            globals.log_format == "json" ? env::LogFormat::json : env::LogFormat::text,
            level_of(globals.log_level)),
        http({.user_agent = "plumb/0.1", .ca_file = ca_file}),
        secrets(directory, {.allow_exec = globals.allow_exec, .allow_file = true}) {
    if (const auto shift = clock_shift(); shift.count() != 0) {
      log.warn("PLUMB_CLOCK_SHIFT: the clock is shifted", {{"seconds", shift.count()}});
    }
  }
};

Workspace::Workspace(const Globals& globals, const Parts& parts, fs::path directory)
    : globals_(globals),
      parts_(parts),
      directory_(std::move(directory)),
      style_(style_for(globals.no_color, globals.verbose)),
      ca_file_(variable("PLUMB_CA_FILE")),
      machine_(std::make_unique<Machine>(globals_, directory_, ca_file_)) {}

Workspace::~Workspace() = default;

Result<std::unique_ptr<Workspace>> Workspace::open(const Globals& globals, const Parts& parts) {
  PLUMB_TRY(directory, find_project(globals.project));
  return std::unique_ptr<Workspace>(new Workspace(globals, parts, std::move(directory)));
}

env::Env Workspace::env() {
  return {machine_->clock, machine_->random, machine_->log, machine_->http, machine_->secrets};
}

Result<load::Loaded> Workspace::load_from(load::Source& source) {
  PLUMB_TRY(loaded, load_once(source));
  if (rotations_read_ || loaded.signing_keys.empty()) {
    return std::move(loaded);
  }
  rotations_read_ = true;
  rotations_ = remembered_rotations(loaded);
  return rotations_.empty() ? Result<load::Loaded>(std::move(loaded)) : load_once(source);
}

/// None where the state cannot be read: whoever needs it says so.
load::Rotations Workspace::remembered_rotations(const load::Loaded& loaded) {
  std::error_code error;
  if (!fs::exists(state_directory(), error)) {
    return {};
  }
  const auto opened = state::Store::open(
      state_directory(),
      {.project = loaded.project.name, .environment = loaded.project.environment},
      state::Access::read,
      env::random_id(machine_->random),
      machine_->random.next());
  if (!opened) {
    return {};
  }
  const auto rotations = load::read_rotations(loaded.signing_keys, **opened);
  return rotations ? load::selectors_of(*rotations) : load::Rotations();
}

/// None where no state is yet, or where it cannot be written. To be closed when manifests are read:
/// its pages count as ours while it is open.
std::unique_ptr<state::CompiledFiles> Workspace::open_compiled() const {
  std::error_code error;
  if (!fs::exists(state_directory(), error)) {
    return nullptr;
  }
  auto opened = state::CompiledFiles::open(state_directory() / "compiled");
  return opened ? std::move(*opened) : nullptr;
}

Result<load::Loaded> Workspace::load_once(load::Source& source) {
  std::vector<const ProviderTraits*> traits;
  for (const auto& type : parts_.provider_types) {
    traits.push_back(type.traits);
  }
  const auto environment =
      globals_.environment.empty() ? variable("PLUMB_ENV") : globals_.environment;
  const auto compiled = open_compiled();
  auto loaded = load::load(source,
                           {.environment = environment.empty() ? "default" : environment,
                            .catalog = parts_.catalog,
                            .provider_types = traits,
                            .threads = 2,
                            .rotations = rotations_,
                            .compiled = compiled.get()});
  env::give_back_memory();
  return loaded;
}

Result<std::shared_ptr<const load::Loaded>> Workspace::load() {
  PLUMB_TRY(source, load::open_worktree(directory_));
  PLUMB_TRY(loaded, load_from(*source));
  return std::make_shared<const load::Loaded>(std::move(loaded));
}

Result<std::shared_ptr<const load::Loaded>> Workspace::load_or_complain() {
  PLUMB_TRY(source, load::open_worktree(directory_));
  return load_or_complain(*source);
}

Result<std::shared_ptr<const load::Loaded>> Workspace::load_or_complain(load::Source& source) {
  PLUMB_TRY(read, load_from(source));
  auto loaded = std::make_shared<const load::Loaded>(std::move(read));
  if (!loaded->diagnostics.empty()) {
    complain(describe::diagnostics_brief(loaded->diagnostics, loaded->files, style_));
  }
  if (loaded->diagnostics.has_errors()) {
    return fail(ErrorCode::invalid_input,
                "the manifests have errors: nothing was planned, nothing applied");
  }
  return loaded;
}

fs::path Workspace::state_directory() const {
  const auto given = globals_.state.empty() ? variable("PLUMB_STATE") : globals_.state;
  return given.empty() ? directory_ / ".plumb" : fs::absolute(given);
}

Result<state::Store*> Workspace::store(const load::Project& project, state::Access access) {
  PLUMB_TRY(opened,
            state::Store::open(state_directory(),
                               {.project = project.name, .environment = project.environment},
                               access,
                               env::random_id(machine_->random),
                               machine_->random.next()));
  store_ = std::move(opened);
  return store_.get();
}

reconcile::Reconciler Workspace::reconciler(state::Store& store) {
  return {env(), store, parts_.catalog, parts_.provider_types, directory_};
}

apply::Run Workspace::run(const load::Loaded& loaded) {
  apply::Run run;
  run.id = env::random_id(machine_->random);
  run.commit = loaded.revision.commit;
  run.lock_directory = state_directory();
  run.self = {.host = host_name(),
              .pid = static_cast<std::uint64_t>(::getpid()),
              .commit = loaded.revision.commit,
              .since = env::rfc3339(machine_->clock.now())};
  return run;
}

describe::Header Workspace::header(const reconcile::Pass& pass,
                                   const state::Store& store,
                                   bool refreshed) {
  const auto& loaded = *pass.loaded;
  auto revision = loaded.revision;
  if (auto described = load::describe_revision(directory_)) {
    revision = std::move(*described);
  }
  describe::Header header;
  header.project = loaded.project.name;
  header.environment = loaded.project.environment;
  header.serial = store.serial();
  header.commit = revision.commit;
  header.summary = revision.summary;
  header.dirty = revision.dirty;
  header.domains = pass.domains;
  header.resources = pass.resources;
  header.scopes = pass.plan.scopes.size();
  header.left_out = pass.left_out;
  header.refreshed = refreshed;
  header.observe_milliseconds = static_cast<std::uint64_t>(pass.observe_time.count());
  for (const auto& provider : loaded.providers) {
    header.accounts.push_back({.provider = provider.name, .account = provider.account});
  }
  return header;
}

}  // namespace plumb::cli
