#include "controller/providers/zonefile/zonefile.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "controller/env/atomic_file.h"
#include "controller/env/command.h"
#include "controller/providers/owing.h"
#include "controller/providers/settings.h"
#include "controller/providers/zonefile/config.h"
#include "controller/providers/zonefile/directory.h"
#include "controller/providers/zonefile/parser.h"
#include "controller/providers/zonefile/patch.h"
#include "controller/providers/zonefile/writer.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::providers::zonefile {
namespace {

namespace fs = std::filesystem;
using values::DomainName;

constexpr std::size_t kFileCap = std::size_t{1} << 28U;
constexpr std::size_t kReloadOutputCap = std::size_t{1} << 16U;
constexpr std::chrono::seconds kReloadDeadline{30};

class ZonefileProvider final : public Provider, public Owing {
 public:
  ZonefileProvider(const Opening& opening, Config config)
      : account_(opening.account),
        env_(opening.env),
        directory_((fs::path(opening.directory) / config.directory).lexically_normal()),
        config_(std::move(config)) {
    for (auto& zone : directory_.unreloaded()) {
      owed_.insert(std::move(zone));
    }
  }

  Result<std::vector<Container>> survey(std::stop_token stop) override;
  void observe(std::span<const Scope> scopes,
               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
               std::stop_token stop) override;
  Result<ObservedScope> locate(const Scope& scope,
                               std::span<const std::string> markers_and_keys,
                               std::stop_token stop) override;
  void apply(const Order& order, const Report& report, std::stop_token stop) override;
  Result<void> mark_owner(const Scope& scope, std::string_view mark, std::stop_token stop) override;
  Diagnosis diagnose(std::stop_token stop) override;
  std::vector<Error> owed() override;
  void tell(std::stop_token stop) override;

 private:
  struct Target {
    DomainName zone;
    fs::path file;
  };
  Result<Target> target_of(const Scope& scope) const;
  Result<ObservedScope> read(const Scope& scope) const;
  /// The zone as the file holds it; nothing where there is no file.
  Result<std::optional<Zone>> load(const Target& target) const;
  Result<void> write(const Target& target, Zone zone, bool is_new) const;
  Result<Patched> carry_out(const Target& target, const Order& order);
  bool names_zone() const {
    return std::find(config_.reload.begin(), config_.reload.end(), "{zone}") !=
           config_.reload.end();
  }
  void reload(const Target& target);
  void tell_of(const std::set<std::string>& zones, const std::stop_token& stop);
  bool run_reload(const std::string& zone, const std::stop_token& stop);

  std::string account_;
  env::Env env_;
  Directory directory_;
  Config config_;
  std::mutex reloading_;
  std::set<std::string> owed_;  ///< written zones of which the server was not told; by reloading_
};

Result<ZonefileProvider::Target> ZonefileProvider::target_of(const Scope& scope) const {
  auto zone = DomainName::parse(scope.container);
  if (!zone) {
    return tl::unexpected(std::move(zone).error().in("zone " + scope.container));
  }
  PLUMB_TRY(file, directory_.file_of(*zone));
  return Target{std::move(*zone), std::move(file)};
}

Result<std::vector<Container>> ZonefileProvider::survey(std::stop_token /*stop*/) {
  PLUMB_TRY(files, directory_.list());
  std::vector<Container> containers;
  containers.reserve(files.size());
  for (auto& file : files) {
    containers.push_back({{account_, std::move(file.zone)}, std::move(file.fingerprint)});
  }
  return containers;
}

Result<std::optional<Zone>> ZonefileProvider::load(const Target& target) const {
  auto text = env::read_file(target.file, kFileCap);
  std::error_code code;
  if (!text && text.error().code == ErrorCode::not_found &&
      (!fs::exists(directory_.path(), code) || fs::is_directory(directory_.path(), code))) {
    return std::optional<Zone>();
  }
  if (!text) {
    return tl::unexpected(std::move(text).error());
  }
  PLUMB_TRY(zone, parse_zone(*text, target.zone, target.file.string()));
  zone.owner = owner_of(*text);
  return std::optional<Zone>(std::move(zone));
}

Result<ObservedScope> ZonefileProvider::read(const Scope& scope) const {
  PLUMB_TRY(target, target_of(scope));
  auto fingerprint = Directory::fingerprint(target.file, env_.clock.now());
  PLUMB_TRY(zone, load(target));
  auto observed = zone ? observed_zone(*zone) : ObservedScope();
  observed.scope = scope;
  observed.owner = zone ? zone->owner : std::string();
  observed.reading = zone ? Reading::read : Reading::missing;
  observed.fingerprint = zone ? std::move(fingerprint) : std::string();
  return observed;
}

void ZonefileProvider::observe(std::span<const Scope> scopes,
                               const std::function<void(const Scope&, Result<ObservedScope>)>& each,
                               std::stop_token stop) {
  for (const auto& scope : scopes) {
    if (stop.stop_requested()) {
      each(scope, fail(ErrorCode::cancelled, "zone " + scope.container + " was not read: stopped"));
      continue;
    }
    each(scope, read(scope));
  }
}

Result<ObservedScope> ZonefileProvider::locate(const Scope& scope,
                                               std::span<const std::string> /*markers_and_keys*/,
                                               std::stop_token /*stop*/) {
  return read(scope);
}

/// Writes the zone with its next serial. What was rendered must read back as what was meant.
Result<void> ZonefileProvider::write(const Target& target, Zone zone, bool is_new) const {
  zone.soa.serial = next_serial(is_new ? 0 : zone.soa.serial, env_.clock.now());
  const auto text = render_zone(zone);
  auto again = parse_zone(text, target.zone, target.file.string());
  if (!again) {
    return tl::unexpected(std::move(again).error().in("what would be written cannot be read back"));
  }
  constexpr std::uint64_t kSeed = 0;
  if (observed_zone(*again).table.digest(kSeed) != observed_zone(zone).table.digest(kSeed)) {
    return fail(
        ErrorCode::internal,
        fmt::format("what would be written to {} reads back differently", target.file.string()),
        "report this with the plan's output; nothing was written");
  }
  if (auto made = directory_.make(); !made) {
    return made;
  }
  if (!config_.reload.empty()) {
    directory_.mark_unreloaded(target.zone);
  }
  auto written = env::write_file_atomically(target.file, text, config_.mode);
  if (!written) {
    auto error = std::move(written).error();
    const auto now = env::read_file(target.file, kFileCap);
    error.effect = now && *now == text ? Effect::maybe : Effect::none;  // the last sync failed
    return tl::unexpected(std::move(error));
  }
  return {};
}

Result<Patched> ZonefileProvider::carry_out(const Target& target, const Order& order) {
  PLUMB_TRY(current, load(target));
  const bool existed = current.has_value();
  auto patched = patch(target.zone, std::move(current), order.changes, config_.soa);
  if (patched.refused || !patched.changed) {
    return patched;
  }
  if (patched.zone && !order.owner.empty()) {
    patched.zone->owner = order.owner;
  }
  if (!patched.zone && !config_.reload.empty()) {
    directory_.mark_unreloaded(target.zone);
  }
  auto written = patched.zone ? write(target, *patched.zone, !existed)
                              : directory_.put_away(target.file, env_.clock.now());
  if (!written) {
    return tl::unexpected(std::move(written).error());
  }
  return patched;
}

void ZonefileProvider::apply(const Order& order, const Report& report, std::stop_token stop) {
  if (stop.stop_requested()) {
    report_all(order, NotSent{}, report);
    return;
  }
  auto target = target_of(order.scope);
  if (!target) {
    report_all(order, Refused{std::move(target).error()}, report);
    return;
  }
  auto patched = carry_out(*target, order);
  if (!patched) {
    report_all(order, outcome_of(std::move(patched).error()), report);
    return;
  }
  if (patched->changed && !patched->refused && !config_.reload.empty()) {
    reload(*target);
  }
  for (auto& [number, outcome] : patched->outcomes) {
    report(number, std::move(outcome));
  }
}

/// A comment is all that changes: the serial stays, and the server need not know.
Result<void> ZonefileProvider::mark_owner(const Scope& scope,
                                          std::string_view mark,
                                          std::stop_token /*stop*/) {
  PLUMB_TRY(target, target_of(scope));
  PLUMB_TRY(zone, load(target));
  if (!zone) {
    return {};
  }
  zone->owner = mark;
  return env::write_file_atomically(target.file, render_zone(*zone), config_.mode);
}

/// Tells the server of this zone; by a command that speaks of no zone of all that are owed.
void ZonefileProvider::reload(const Target& target) {
  const std::lock_guard<std::mutex> lock(reloading_);
  const std::string zone(target.zone.without_dot());
  owed_.insert(zone);
  tell_of(names_zone() ? std::set<std::string>{zone} : std::set<std::string>(owed_),
          {});  // what is written is told: nothing stops it
}

void ZonefileProvider::tell(std::stop_token stop) {
  if (config_.reload.empty()) {
    return;
  }
  const std::lock_guard<std::mutex> lock(reloading_);
  for (auto& zone : directory_.unreloaded()) {
    owed_.insert(std::move(zone));  // also what another run has written since
  }
  tell_of(std::set<std::string>(owed_), stop);
}

/// Requires: `reloading_` is held.
void ZonefileProvider::tell_of(const std::set<std::string>& zones, const std::stop_token& stop) {
  const bool once = !names_zone();
  bool told = false;
  for (const auto& zone : zones) {
    if (!(once && told)) {
      told = !stop.stop_requested() && run_reload(zone, stop);
    }
    if (told) {
      directory_.mark_reloaded(zone);
      owed_.erase(zone);
    } else if (once) {
      return;  // the same command again would fail again
    }
  }
}

/// Whether the command for `zone` worked.
bool ZonefileProvider::run_reload(const std::string& zone, const std::stop_token& stop) {
  auto command = config_.reload;
  std::replace(command.begin(), command.end(), std::string("{zone}"), zone);
  auto ran = env::run_command(
      command, directory_.path(), kReloadOutputCap, kReloadDeadline, env::Complaints::kept, stop);
  if (!ran) {
    env_.log.error("zone is written, but the reload command failed",
                   {{"zone", zone}, {"command", command[0]}, {"error", ran.error().message}});
  }
  return ran.has_value();
}

Diagnosis ZonefileProvider::diagnose(std::stop_token /*stop*/) {
  Diagnosis diagnosis;
  auto files = directory_.list();
  if (!files) {
    diagnosis.bad.push_back(std::move(files).error());
    return diagnosis;
  }
  diagnosis.good.push_back(
      fmt::format("directory {} holds {} zones", directory_.path().string(), files->size()));
  for (auto& error : owed()) {
    diagnosis.bad.push_back(std::move(error));
  }
  return diagnosis;
}

std::vector<Error> ZonefileProvider::owed() {
  const auto zones = config_.reload.empty() ? std::vector<std::string>() : directory_.unreloaded();
  if (zones.empty()) {
    return {};
  }
  const auto others = zones.size() - 1;
  return {{.code = ErrorCode::unavailable,
           .message = fmt::format("zone {}{} written, but the server may not know",
                                  zones.front(),
                                  others == 0 ? " is" : fmt::format(" and {} more are", others)),
           .hint = "mend what keeps the provider's reload command from working: plumb apply runs "
                   "it again; or tell the server yourself and remove " +
                   (directory_.path() / ".reload" / zones.front()).string()}};
}

Result<std::string> adapt(const Kind& kind, std::string_view key, std::string_view body) {
  if (kind.id == kinds::kRRset && cbor::field(body, kinds::kRRsetAt)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: a zonefile provider has no fields of its own", kind.label(key)),
                "take the `at` of this provider away");
  }
  return std::string(body);
}

void check(const Value& spec, Diagnostics& problems) {
  read_config(spec, problems);
}

constexpr ProviderTraits kTraits{.type = "zonefile",
                                 .limits = {},
                                 .dns = true,
                                 .atomic = true,
                                 .fuses_container = true,
                                 .exact_tokens = true,
                                 .account = account_of,
                                 .adapt = adapt,
                                 .check = check};

Result<std::unique_ptr<Provider>> open(const Opening& opening) {
  Diagnostics problems;
  auto config = read_config(opening.spec, problems);
  if (problems.has_errors()) {
    return tl::unexpected(cannot_open(opening.name, problems));
  }
  return std::unique_ptr<Provider>(std::make_unique<ZonefileProvider>(opening, std::move(config)));
}

}  // namespace

ProviderType zonefile_provider() {
  return {&kTraits, open};
}

}  // namespace plumb::providers::zonefile
