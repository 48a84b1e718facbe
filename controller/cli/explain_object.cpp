#include "controller/cli/explain_object.h"

#include <algorithm>

#include <fmt/format.h>

#include "controller/cli/origins.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/paint.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/resources_text.h"
#include "controller/load/source.h"

namespace plumb::cli {
namespace {

using describe::printable;

constexpr std::size_t kMostListed = 40;
constexpr std::size_t kMostHistory = 5;

std::string entry_text(std::string_view name, const std::string& text) {
  return text.empty() ? std::string() : fmt::format("  {:<9} {}\n", name, text);
}

std::string domain_of(const Scope& scope) {
  return scope.container.empty() ? scope.account
                                 : scope.container.substr(0, scope.container.size() - 1);
}

/// Everything that is known of one object, as text.
class Explainer {
 public:
  Explainer(Workspace& workspace, const load::Loaded& loaded, state::Store& store)
      : workspace_(workspace),
        loaded_(loaded),
        store_(store),
        catalog_(workspace.parts().catalog),
        origins_(loaded) {}

  Result<std::string> all(const ObjectName& object);

 private:
  using Rows = std::vector<std::pair<const DesiredScope*, std::uint32_t>>;

  Result<std::string> declaration(const load::Declared& declared);
  std::string facts(const load::Declared& declared, std::uint32_t number) const;
  std::string provider(const load::ProviderConfig& config) const;
  std::string users(const load::Declared& declared) const;
  Rows rows_of(const load::Declared& declared) const;
  Result<std::string> resources(const ObjectName& object);
  Result<std::string> resource(const DesiredScope& scope, std::uint32_t row);
  Result<std::string> remembered(const ObjectName& object);
  Result<std::string> claim(const Scope& scope, const Kind& kind, std::string_view key);
  Result<std::string> history(const std::vector<ResourceId>& ids);
  std::string listed(const Rows& rows) const;
  std::string says(const DesiredScope& scope, std::uint32_t row) const;
  std::string commit() const;
  bool is_meant(const ObjectName& object, const Scope& scope, KindId kind, std::string_view key);
  auto unknown(const ObjectName& object) const;

  Workspace& workspace_;
  const load::Loaded& loaded_;
  state::Store& store_;
  const Catalog& catalog_;
  const Origins origins_;
};

std::string Explainer::commit() const {
  auto revision = loaded_.revision;
  if (auto described = load::describe_revision(workspace_.directory())) {
    revision = std::move(*described);
  }
  return revision.commit.empty() ? std::string()
                                 : " at commit " + revision.commit.substr(0, 7) +
                                       (revision.dirty ? " + uncommitted changes" : "");
}

std::string Explainer::says(const DesiredScope& scope, std::uint32_t row) const {
  const auto& entry = scope.table[row];
  if ((entry.flags & has_references) != 0) {
    return describe::fields_text(catalog_.of(entry.kind), scope.table.body(entry));
  }
  return printable(
      catalog_.of(entry.kind).summary(scope.table.key(entry), scope.table.body(entry)));
}

Result<std::string> Explainer::claim(const Scope& scope, const Kind& kind, std::string_view key) {
  PLUMB_TRY(claimed, store_.claims(scope));
  const auto row = claimed == nullptr ? std::nullopt : claimed->table.find(kind.id, key);
  if (!row) {
    return entry_text("claim", "none: not ours (yet)");
  }
  const auto& entry = claimed->table[*row];
  const auto& owned = claimed->side[entry.side - 1];
  const auto body = printable(kind.summary(key, claimed->table.body(entry)));
  return entry_text("claim",
                    fmt::format("{} by us{}{}",
                                owned.made ? "created" : "adopted",
                                owned.origin.empty() ? "" : ", commit " + owned.origin.substr(0, 7),
                                owned.policy.protect ? ", protected" : "")) +
         (body.empty() ? "" : "            last applied: " + body + "\n");
}

Result<std::string> Explainer::history(const std::vector<ResourceId>& ids) {
  std::vector<state::HistoryRow> rows;
  for (const auto& id : ids) {
    PLUMB_TRY(some, store_.history({.resource = id, .limit = kMostHistory}));
    std::move(some.begin(), some.end(), std::back_inserter(rows));
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.seq > b.seq; });
  rows.resize(std::min(rows.size(), kMostHistory));
  return rows.empty() ? std::string()
                      : "  history\n" + describe::history_text(rows, catalog_, workspace_.style());
}

Result<std::string> Explainer::resource(const DesiredScope& scope, std::uint32_t row) {
  const auto& entry = scope.table[row];
  const auto& kind = catalog_.of(entry.kind);
  const auto key = scope.table.key(entry);
  const auto& policy = scope.policies[scope.policy[row]];
  auto text = fmt::format(
      "{} {}at {} ({})\n",
      kind.name,
      key.empty()            ? printable(scope.domain) + "  "
      : scope.domain.empty() ? printable(kind.label(key)) + "  "
                             : printable(kind.label(key)) + "  in " + printable(scope.domain) + " ",
      printable(scope.provider),
      printable(scope.scope.account));
  text += entry_text("declared", origins_.of_row(scope, row) + commit());
  text += entry_text("made by", std::string(scope.made_by(row)));
  text += entry_text("says", says(scope, row));
  text += entry_text("policy",
                     fmt::format("drift is {}{}{}",
                                 policy.heal ? "healed" : "reported",
                                 policy.protect ? ", protected" : "",
                                 policy.paused || scope.paused ? ", paused" : ""));
  PLUMB_TRY(claimed, claim(scope.scope, kind, key));
  PLUMB_TRY(past, history({{scope.scope, entry.kind, std::string(key)}}));
  return text + claimed + past;
}

/// One line each: what, what it says, and where that comes from.
std::string Explainer::listed(const Rows& rows) const {
  const auto shown = workspace_.style().verbose ? rows.size() : std::min(rows.size(), kMostListed);
  std::vector<std::array<std::string, 3>> cells;
  std::array<std::size_t, 2> widths{};
  for (const auto& [scope, row] : Rows(rows.begin(), rows.begin() + static_cast<long>(shown))) {
    const auto& entry = scope->table[row];
    const auto& kind = catalog_.of(entry.kind);
    const auto key = scope->table.key(entry);
    auto name = std::string(kind.name);
    name += key.empty() ? " " + printable(scope->domain) : " " + printable(kind.label(key));
    name += key.empty() || scope->domain.empty() ? "" : " in " + printable(scope->domain);
    const auto made = scope->made_by(row);
    cells.push_back(
        {std::move(name),
         describe::cut(says(*scope, row), workspace_.style().verbose ? 0 : 40),
         origins_.of_row(*scope, row) + (made.empty() ? "" : ", by " + std::string(made))});
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], describe::columns(cells.back()[i]));
    }
  }
  std::string text;
  for (const auto& cell : cells) {
    text += "    " + describe::padded(cell[0], widths[0]) + "  " +
            describe::padded(cell[1], widths[1]) + "  " + cell[2] + "\n";
  }
  return shown == rows.size()
             ? text
             : text + "    and " + describe::counted(rows.size() - shown, "more object") +
                   " (-v shows them)\n";
}

Explainer::Rows Explainer::rows_of(const load::Declared& declared) const {
  Rows rows;
  const auto add = [&](const Scope& wanted) {
    const auto scope = std::lower_bound(
        loaded_.scopes.begin(), loaded_.scopes.end(), wanted, [](const auto& a, const Scope& b) {
          return a->scope < b;
        });
    for (std::uint32_t row = 0;
         scope != loaded_.scopes.end() && (*scope)->scope == wanted && row < (*scope)->table.size();
         ++row) {
      if (declared.kind == "Domain" || origins_.is_of(declared, **scope, row)) {
        rows.emplace_back(scope->get(), row);
      }
    }
  };
  for (const auto& scope : declared.scopes) {
    add(scope);
  }
  for (const auto user : declared.users) {
    for (const auto& scope : loaded_.declared[user].scopes) {
      add(scope);
    }
  }
  if (declared.kind == "Server") {
    for (const auto& scope : loaded_.scopes) {
      const auto made =
          std::find(scope->makers.begin(), scope->makers.end(), "Server/" + declared.name);
      if (made != scope->makers.end() &&
          std::find(declared.scopes.begin(), declared.scopes.end(), scope->scope) ==
              declared.scopes.end()) {
        add(scope->scope);
      }
    }
  }
  return rows;
}

std::string Explainer::provider(const load::ProviderConfig& config) const {
  std::size_t scopes = 0;
  std::size_t resources = 0;
  for (const auto& scope : loaded_.scopes) {
    if (scope->scope.account == config.account) {
      ++scopes;
      resources += scope->table.size();
    }
  }
  return entry_text("type", config.type) + entry_text("account", printable(config.account)) +
         entry_text("holds",
                    describe::counted(resources, "resource") + " in " +
                        describe::counted(scopes, "scope"));
}

std::string Explainer::users(const load::Declared& declared) const {
  std::string text;
  for (std::size_t i = 0; i < declared.users.size(); ++i) {
    if (i == kMostListed && !workspace_.style().verbose) {
      return text + " and " + describe::thousands(declared.users.size() - i) + " more";
    }
    text += (i == 0 ? "Domain/" : ", Domain/") + loaded_.declared[declared.users[i]].name;
  }
  return text.empty() ? "no Domain" : text;
}

std::string Explainer::facts(const load::Declared& declared, std::uint32_t number) const {
  auto text = entry_text("declared", loaded_.files.text(declared.place) + commit());
  std::string labels;
  for (const auto& [name, value] : declared.labels) {
    labels += (labels.empty() ? "" : ", ") + name + "=" + value;
  }
  text += entry_text("labels", labels);
  if (declared.kind == "Domain") {
    std::string profiles;
    for (const auto& other : loaded_.declared) {
      if (std::find(other.users.begin(), other.users.end(), number) != other.users.end()) {
        profiles += (profiles.empty() ? "" : ", ") + std::string("Profile/") + other.name + " (" +
                    loaded_.files.text(other.place) + ")";
      }
    }
    text += entry_text("profiles", profiles);
  }
  text += declared.kind == "Profile" ? entry_text("used by", users(declared)) : "";
  for (const auto& config : loaded_.providers) {
    if (declared.kind == "Provider" && config.name == declared.name) {
      text += provider(config);
    }
  }
  return text;
}

Result<std::string> Explainer::declaration(const load::Declared& declared) {
  const auto number = static_cast<std::uint32_t>(&declared - loaded_.declared.data());
  auto text = declared.kind + "/" + printable(declared.name) + "\n" + facts(declared, number);
  const auto rows = rows_of(declared);
  if (rows.size() == 1 || (declared.kind == "Server" && !rows.empty())) {
    PLUMB_TRY(alone, resource(*rows.front().first, rows.front().second));
    const auto more = Rows(rows.begin() + 1, rows.end());
    return text + alone + (more.empty() ? "" : "  also makes\n" + listed(more));
  }
  std::vector<ResourceId> ids;
  std::size_t ours = 0;
  for (const auto& [scope, row] : rows) {
    const auto& entry = scope->table[row];
    ids.push_back({scope->scope, entry.kind, std::string(scope->table.key(entry))});
  }
  std::shared_ptr<const ClaimedScope> claimed;
  for (const auto& id : ids) {
    if (claimed == nullptr || claimed->scope != id.scope) {
      PLUMB_TRY(claims, store_.claims(id.scope));
      claimed = claims;
    }
    ours += claimed != nullptr && claimed->table.find(id.kind, id.key) ? 1U : 0U;
  }
  if (!rows.empty()) {
    text += entry_text("makes",
                       describe::counted(rows.size(), "object") + ", " + describe::thousands(ours) +
                           " of them ours already");
    text += listed(rows);
  }
  PLUMB_TRY(past, ids.size() > 1'000 ? Result<std::string>("") : history(ids));
  return text + past;
}

bool Explainer::is_meant(const ObjectName& object,
                         const Scope& scope,
                         KindId kind_id,
                         std::string_view key) {
  const auto* kind = catalog_.find(kind_id);
  if (kind == nullptr || object.kind != kind->name) {
    return false;
  }
  if (scope.container.empty()) {
    return kind->label(key) == object.domain && object.label.empty();
  }
  return is_scope_of(scope, object.domain) &&
         (object.label.empty() || kind->label(key) == object.label);
}

Result<std::string> Explainer::resources(const ObjectName& object) {
  std::string text;
  for (const auto& scope : loaded_.scopes) {
    for (std::uint32_t row = 0; row < scope->table.size(); ++row) {
      const auto& entry = scope->table[row];
      if (is_meant(object, scope->scope, entry.kind, scope->table.key(entry))) {
        PLUMB_TRY(part, resource(*scope, row));
        text += part;
      }
    }
  }
  return text;
}

/// Of what nobody declares any more: the claim that is left, and what was done.
Result<std::string> Explainer::remembered(const ObjectName& object) {
  std::vector<ResourceId> ids;
  PLUMB_TRY(scopes, store_.scopes());
  for (const auto& scope : scopes) {
    PLUMB_TRY(claims, store_.claims(scope));
    for (std::size_t row = 0; claims && row < claims->table.size(); ++row) {
      const auto& entry = claims->table[row];
      if (is_meant(object, scope, entry.kind, claims->table.key(entry))) {
        ids.push_back({scope, entry.kind, std::string(claims->table.key(entry))});
      }
    }
  }
  constexpr std::size_t kAll = 1'000'000;
  PLUMB_TRY(past, store_.history({.limit = ids.empty() ? kAll : 0}));
  for (const auto& row : past) {
    const ResourceId id{row.scope, row.kind, row.key};
    if (is_meant(object, row.scope, row.kind, row.key) &&
        std::find(ids.begin(), ids.end(), id) == ids.end()) {
      ids.push_back(id);
    }
  }
  std::string text;
  for (const auto& id : ids) {
    const auto& kind = catalog_.of(id.kind);
    text += fmt::format("{} {}  in {} ({})\n",
                        kind.name,
                        printable(kind.label(id.key)),
                        printable(domain_of(id.scope)),
                        printable(id.scope.account));
    text += entry_text("declared", "no more");
    PLUMB_TRY(claimed, claim(id.scope, kind, id.key));
    PLUMB_TRY(rows, history({id}));
    text += claimed + rows;
  }
  return text;
}

auto Explainer::unknown(const ObjectName& object) const {
  const auto name =
      object.kind + "/" + object.domain + (object.label.empty() ? "" : "/" + object.label);
  std::vector<std::string> names;
  for (const auto& declared : loaded_.declared) {
    names.push_back(declared.kind + "/" + declared.name);
  }
  for (const auto& scope : loaded_.scopes) {
    for (const auto& entry : scope->table.entries()) {
      if (!object.label.empty() && is_scope_of(scope->scope, object.domain)) {
        const auto& kind = catalog_.of(entry.kind);
        names.push_back(std::string(kind.name) + "/" + object.domain + "/" +
                        kind.label(scope->table.key(entry)));
      }
    }
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  const auto hint = did_you_mean(name, views);
  return fail(ErrorCode::not_found,
              name + " is neither declared nor remembered",
              hint.empty() ? "plumb explain Domain/NAME lists what a domain has; record sets are "
                             "named as in 'RRset/example.com/www A'"
                           : hint);
}

Result<std::string> Explainer::all(const ObjectName& object) {
  const auto name = object.domain + (object.label.empty() ? "" : "/" + object.label);
  for (const auto& declared : loaded_.declared) {
    const bool same =
        declared.name == name ||
        (declared.kind == "Domain" && object.label.empty() && !declared.scopes.empty() &&
         is_scope_of(declared.scopes.front(), object.domain));
    if (declared.kind == object.kind && same) {
      return declaration(declared);
    }
  }
  PLUMB_TRY(text, resources(object));
  if (text.empty()) {
    PLUMB_TRY(left, remembered(object));
    text = std::move(left);
  }
  if (text.empty()) {
    return unknown(object);
  }
  return text;
}

}  // namespace

Result<std::string> explain_object(Workspace& workspace, const ObjectName& object) {
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::read));
  return Explainer(workspace, *loaded, *store).all(object);
}

}  // namespace plumb::cli
