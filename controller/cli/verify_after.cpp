#include "controller/cli/verify_after.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/plan_lines.h"
#include "controller/env/resolver.h"
#include "controller/verify/look.h"
#include "controller/verify/serving.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"

namespace plumb::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{3'000};  ///< a server that loads its zones has until then
constexpr std::size_t kTold = 10;

/// What a change leaves behind; nothing where it is no record set.
std::optional<verify::RecordSet> set_of(const plan::ScopePlan& scope, const plan::Change& change) {
  const auto origin = values::DomainName::parse(scope.scope.container);
  if (!origin || scope.kind(change) != kinds::kRRset) {
    return std::nullopt;
  }
  const auto [owner, type_name] = kinds::split_rrset_key(scope.key(change));
  const auto type = values::find_record_type(type_name);
  const auto name = values::DomainName::parse_master_file(owner, *origin);
  if (!type || !name) {
    return std::nullopt;
  }
  verify::RecordSet set{.name = *name, .type = *type, .applied = true};
  if (const auto body = scope.after(change); !body.empty()) {
    const auto views = kinds::rrset_values(body);
    set.values.assign(views.begin(), views.end());
  }
  return set;
}

struct Lookup {
  std::vector<verify::RecordSet> sets;
  std::vector<verify::Served> served;
};

/// Asks, and again those that are not everywhere yet.
Lookup look_up(std::vector<verify::RecordSet> sets,
               const std::vector<std::string>& servers,
               env::Clock& clock,
               const std::stop_token& stop) {
  env::AresResolver resolver({.try_time = milliseconds(500), .tries = 2, .deadline = kPatience});
  const auto end = clock.steady() + kPatience;
  Lookup lookup{std::move(sets), {}};
  lookup.served.resize(lookup.sets.size());
  for (milliseconds pause{50};; pause = std::min(pause * 2, milliseconds(500))) {
    std::vector<std::size_t> open;
    std::vector<verify::RecordSet> asked;
    for (std::size_t i = 0; i < lookup.sets.size(); ++i) {
      if (!lookup.served[i].everywhere()) {
        open.push_back(i);
        asked.push_back(lookup.sets[i]);
      }
    }
    const auto served = verify::served_everywhere(resolver, servers, asked, stop);
    bool all = true;
    for (std::size_t i = 0; i < open.size(); ++i) {
      all = all && served[i].everywhere();
      lookup.served[open[i]] = served[i];
    }
    if (all || clock.steady() + pause >= end || !clock.wait_until(clock.steady() + pause, stop)) {
      return lookup;
    }
  }
}

std::string text_of(const Lookup& lookup, std::size_t servers) {
  std::string text;
  std::size_t good = 0;
  std::size_t told = 0;
  for (std::size_t i = 0; i < lookup.sets.size(); ++i) {
    const auto& set = lookup.sets[i];
    const auto& served = lookup.served[i];
    if (served.everywhere()) {
      ++good;
    } else if (++told <= kTold) {
      std::vector<std::string> others;
      for (const auto& [server, said] : served.otherwise) {
        others.push_back(server + " has " + said);
      }
      text += fmt::format("! {} {}: {} of {} serve {}; {}\n",
                          set.name.without_dot(),
                          values::record_type_name(set.type),
                          served.served,
                          served.of,
                          verify::shown(set.type, set.values),
                          describe::printable(verify::listed(others)));
    }
  }
  if (told > kTold) {
    text += fmt::format("! and {}\n", describe::counted(told - kTold, "more record set"));
  }
  if (told != 0) {
    text += "    hint: plumb verify looks again, once the servers have loaded it\n";
  }
  if (good != 0) {
    text += fmt::format(
        "{} served by {} of {}\n", describe::counted(good, "record set"), servers, servers);
  }
  return text;
}

}  // namespace

void AfterApply::note(const plan::Plan& plan, const apply::Summary& summary) {
  for (const auto& result : summary.results) {
    const auto& scope = plan.scopes[result.scope];
    const auto& change = scope.changes[result.change];
    if (result.ending != apply::Ending::done) {
      continue;
    }
    if (auto set = set_of(scope, change)) {
      touched_[scope.provider].insert_or_assign(
          {scope.scope.container, std::string(scope.key(change))}, std::move(*set));
    }
  }
}

std::string AfterApply::look(Workspace& workspace,
                             const load::Loaded& loaded,
                             std::stop_token stop) const {
  std::string text;
  for (const auto& provider : loaded.providers) {
    const auto touched = touched_.find(provider.name);
    if (provider.name_servers.empty() || touched == touched_.end()) {
      continue;
    }
    std::vector<verify::RecordSet> sets;
    for (const auto& [key, set] : touched->second) {
      sets.push_back(set);
    }
    const auto lookup =
        look_up(std::move(sets), provider.name_servers, workspace.env().clock, stop);
    text += text_of(lookup, provider.name_servers.size());
  }
  return text;
}

}  // namespace plumb::cli
