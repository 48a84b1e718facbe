#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/reconcile/observer.h"
#include "resources/model/glob.h"

namespace plumb::cli {
namespace {

/// Whose a row of the world is.
struct Seen {
  std::string domain, kind, label, summary, owner;
};

struct Viewer {
  const Catalog& catalog;
  bool unmanaged_only = false;

  std::string owner_of(const ObservedScope& seen,
                       const Entry& entry,
                       const DesiredScope* desired,
                       const ClaimedScope* claimed) const {
    const auto key = seen.table.key(entry);
    if (desired != nullptr && desired->table.find(entry.kind, key)) {
      return claimed != nullptr && claimed->table.find(entry.kind, key) ? "ours"
                                                                        : "declared, not yet ours";
    }
    if ((entry.flags & opaque) != 0) {
      return "left alone: " + seen.side[entry.side - 1].opaque_because;
    }
    if ((entry.flags & system_owned) != 0) {
      return "left alone: the zone's own";
    }
    const auto label = catalog.of(entry.kind).label(key);
    if (desired != nullptr) {
      for (const auto& glob : desired->unmanaged) {
        if (label_matches(glob, label)) {
          return "left alone: unmanaged '" + glob + "'";
        }
      }
    }
    if (claimed != nullptr && claimed->table.find(entry.kind, key)) {
      return "ours, no longer declared";
    }
    const bool exclusive =
        desired != nullptr && desired->exclusive && claimed != nullptr && claimed->taken_over;
    return exclusive ? "foreign: would be deleted" : "left alone: not ours";
  }

  void add(const ObservedScope& seen,
           const DesiredScope* desired,
           const ClaimedScope* claimed,
           const std::string& domain,
           std::vector<Seen>& rows) const {
    for (const auto& entry : seen.table.entries()) {
      auto owner = owner_of(seen, entry, desired, claimed);
      if (unmanaged_only && !owner.starts_with("left alone")) {
        continue;
      }
      const auto& kind = catalog.of(entry.kind);
      const auto key = seen.table.key(entry);
      rows.push_back(
          {domain,
           std::string(kind.name),
           kind.label(key),
           entry.body_size == 0 ? std::string() : kind.summary(key, seen.table.body(entry)),
           std::move(owner)});
    }
  }
};

std::string rows_text(std::vector<Seen> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Seen& a, const Seen& b) {
    return std::tie(a.domain, a.label) < std::tie(b.domain, b.label);
  });
  std::string text;
  std::string domain;
  for (const auto& row : rows) {
    if (row.domain != domain) {
      domain = row.domain;
      text += (text.empty() ? "" : "\n") + domain + "\n";
    }
    auto line = "  " + row.kind + "  " + row.label;
    line.resize(std::max<std::size_t>(line.size() + 2, 36), ' ');
    text += line + row.summary + "  (" + row.owner + ")\n";
  }
  return text;
}

std::string rows_json(const std::vector<Seen>& rows) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows) {
    list.push_back({{"domain", row.domain},
                    {"kind", row.kind},
                    {"label", row.label},
                    {"summary", describe::printable(row.summary)},
                    {"owner", row.owner}});
  }
  return nlohmann::json{{"format", "plumb.show/1"}, {"objects", list}}.dump(2) + "\n";
}

}  // namespace

Result<ExitCode> show(Workspace& workspace, const ShowOptions& options) {
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::read));
  PLUMB_TRY(claimed_scopes, store->scopes());
  std::set<Scope> all(claimed_scopes.begin(), claimed_scopes.end());
  std::map<Scope, const DesiredScope*> desired;
  for (const auto& scope : loaded->scopes) {
    all.insert(scope->scope);
    desired[scope->scope] = scope.get();
  }
  reconcile::Selection selection;
  selection.targets = options.words;
  PLUMB_TRY(scopes, reconcile::select(selection, *loaded, {all.begin(), all.end()}));
  const reconcile::Roster roster(
      workspace.parts().provider_types, workspace.env(), workspace.directory().string(), *loaded);
  std::vector<reconcile::Look> looks(scopes.size());
  reconcile::observe(
      roster, scopes, [&](std::size_t i, reconcile::Look look) { looks[i] = std::move(look); }, {});

  const Viewer viewer{workspace.parts().catalog, options.unmanaged};
  std::vector<Seen> rows;
  bool unread = false;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const auto* declared = desired.contains(scopes[i]) ? desired[scopes[i]] : nullptr;
    const auto heading = declared != nullptr && !declared->domain.empty()
                             ? declared->domain
                             : scopes[i].account + " " + scopes[i].container;
    if (!looks[i].observed) {
      unread = true;
      complain(heading + "  ! could not be read: " + describe::printable(looks[i].error.message) +
               "\n");
      continue;
    }
    PLUMB_TRY(claims, store->claims(scopes[i]));
    viewer.add(*looks[i].observed, declared, claims.get(), heading, rows);
  }
  say(options.output == "json" ? rows_json(rows) : rows_text(rows));
  if (rows.empty() && options.output != "json") {
    say(options.unmanaged ? "Nothing is left alone: everything there is declared.\n"
                          : "Nothing is there.\n");
  }
  return unread ? ExitCode::unread : ExitCode::ok;
}

}  // namespace plumb::cli
