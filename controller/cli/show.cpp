#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/diagnostics_text.h"
#include "controller/describe/json_values.h"
#include "controller/describe/paint.h"
#include "controller/describe/plan_lines.h"
#include "controller/reconcile/observer.h"
#include "resources/model/glob.h"

namespace plumb::cli {
namespace {

/// Whose a row of the world is.
struct Seen {
  std::string domain, provider, account, kind, label, summary, owner;
  nlohmann::json fields;
  std::vector<Field> outputs;        ///< what others may refer to
  std::vector<std::string> foreign;  ///< values beside ours in a set that is shared
  bool left_alone = false;           ///< as a whole
};

/// The values of a set that is claimed value by value; empty for any other.
std::vector<std::string> united_values(const Kind& kind,
                                       std::string_view key,
                                       std::string_view body) {
  const auto number = kind.union_field(key);
  const auto* rule = number == 0 ? nullptr : kind.field(number);
  const auto tree =
      rule == nullptr ? Result<Value>(fail(ErrorCode::not_found, "")) : body_tree(kind, body);
  const auto* field = tree ? tree->find(rule->name) : nullptr;
  std::vector<std::string> values;
  if (field != nullptr && field->as_list() != nullptr) {
    for (const auto& value : *field->as_list()) {
      if (value.as_string() != nullptr) {
        values.push_back(*value.as_string());
      }
    }
  }
  return values;
}

/// One scope as it is, beside what is declared and remembered of it.
struct Sight {
  const ObservedScope& seen;
  const DesiredScope* desired = nullptr;
  const ClaimedScope* claimed = nullptr;
  std::string heading;
  std::string provider;

  bool exclusive() const {
    return desired != nullptr && desired->exclusive && claimed != nullptr && claimed->taken_over;
  }
};

template <class Side>
std::optional<std::string_view> body_in(const Side* side, KindId kind, std::string_view key) {
  const auto row = side == nullptr ? std::nullopt : side->table.find(kind, key);
  return row ? std::optional(side->table.body(side->table[*row])) : std::nullopt;
}

struct Viewer {
  const Catalog& catalog;
  bool unmanaged_only = false;

  std::string owner_of(const Sight& sight, const Entry& entry) const {
    const auto key = sight.seen.table.key(entry);
    const bool is_claimed = body_in(sight.claimed, entry.kind, key).has_value();
    if (body_in(sight.desired, entry.kind, key)) {
      return is_claimed ? "ours" : "declared, not yet ours";
    }
    if ((entry.flags & opaque) != 0) {
      return "left alone: " + sight.seen.side[entry.side - 1].opaque_because;
    }
    if ((entry.flags & system_owned) != 0) {
      return "left alone: the zone's own";
    }
    const auto label = catalog.of(entry.kind).label(key);
    if (sight.desired != nullptr) {
      for (const auto& glob : sight.desired->unmanaged) {
        if (label_matches(glob, label)) {
          return "left alone: unmanaged '" + glob + "'";
        }
      }
    }
    if (is_claimed) {
      return "ours, no longer declared";
    }
    return sight.exclusive() ? "foreign: would be deleted" : "left alone: not ours";
  }

  /// Values that neither a manifest nor our memory knows, in a set of which a part is ours.
  std::vector<std::string> foreign_values(const Sight& sight, const Entry& entry) const {
    const auto& kind = catalog.of(entry.kind);
    const auto key = sight.seen.table.key(entry);
    const auto declared = body_in(sight.desired, entry.kind, key);
    const auto remembered = body_in(sight.claimed, entry.kind, key);
    if (sight.exclusive() || (!declared && !remembered)) {
      return {};
    }
    auto values = united_values(kind, key, sight.seen.table.body(entry));
    for (const auto& body : {declared, remembered}) {
      const auto ours = body ? united_values(kind, key, *body) : std::vector<std::string>();
      std::erase_if(values, [&](const std::string& value) {
        return std::find(ours.begin(), ours.end(), value) != ours.end();
      });
    }
    return values;
  }

  void add(const Sight& sight, std::vector<Seen>& rows) const {
    for (const auto& entry : sight.seen.table.entries()) {
      const auto& kind = catalog.of(entry.kind);
      const auto key = sight.seen.table.key(entry);
      const auto body = sight.seen.table.body(entry);
      Seen row{.domain = sight.heading,
               .provider = sight.provider,
               .account = sight.seen.scope.account,
               .kind = std::string(kind.name),
               .label = kind.label(key),
               .summary = body.empty() ? std::string() : kind.summary(key, body),
               .owner = owner_of(sight, entry),
               .fields = describe::body_json(kind, body),
               .outputs =
                   entry.side != 0 ? sight.seen.side[entry.side - 1].outputs : std::vector<Field>(),
               .foreign = foreign_values(sight, entry)};
      row.left_alone = row.owner.starts_with("left alone");
      if (!unmanaged_only || row.left_alone || !row.foreign.empty()) {
        rows.push_back(std::move(row));
      }
    }
  }
};

/// "3 objects and 1 value beside ours are left alone."
std::string left_alone_text(const std::vector<Seen>& rows) {
  std::size_t objects = 0;
  std::size_t values = 0;
  for (const auto& row : rows) {
    objects += row.left_alone ? 1U : 0U;
    values += row.foreign.size();
  }
  std::string text;
  if (objects != 0) {
    text += describe::counted(objects, "object");
  }
  if (values != 0) {
    text += (text.empty() ? "" : " and ") + describe::counted(values, "value") + " beside ours";
  }
  return text.empty() ? text
                      : "\n" + text + (objects + values == 1 ? " is" : " are") + " left alone.\n";
}

std::string quoted(const std::string& value) {
  return '"' + describe::printable(value) + '"';
}

/// What a zone above has to be told: "nameServers: a, b".
std::string zone_outputs_text(const Seen& row) {
  std::string text;
  for (const auto& output : row.outputs) {
    const auto* list = output.value.as_list();
    if (row.kind != "Zone" || list == nullptr) {
      continue;
    }
    std::string values;
    for (const auto& value : *list) {
      values +=
          value.as_string() != nullptr ? (values.empty() ? "" : ", ") + *value.as_string() : "";
    }
    text += output.name + ": " + describe::printable(values) + "\n";
  }
  return text;
}

std::string rows_text(std::vector<Seen> rows, bool unmanaged_only) {
  std::stable_sort(rows.begin(), rows.end(), [](const Seen& a, const Seen& b) {
    return std::tie(a.domain, a.provider, a.label) < std::tie(b.domain, b.provider, b.label);
  });
  constexpr std::size_t kFirstColumn = 36;
  std::string text;
  std::pair<std::string, std::string> heading;
  for (const auto& row : rows) {
    if (std::pair(row.domain, row.provider) != heading) {
      heading = {row.domain, row.provider};
      text += (text.empty() ? "" : "\n") + describe::printable(row.domain) + "  at " +
              describe::printable(row.provider) + "\n";
    }
    const auto name = "  " + row.kind + "  " + describe::printable(row.label);
    const auto column = std::max<std::size_t>(describe::columns(name) + 2, kFirstColumn);
    if (!unmanaged_only || row.left_alone) {
      text += describe::padded(name, column) + describe::printable(row.summary) + "  (" +
              describe::printable(row.owner) + ")\n";
      if (const auto outputs = zone_outputs_text(row); !outputs.empty()) {
        text += std::string(column, ' ') + outputs;
      }
    }
    for (std::size_t i = 0; i < row.foreign.size(); ++i) {
      const bool first = unmanaged_only && i == 0;
      text += (first ? describe::padded(name, column) : std::string(column, ' ')) +
              quoted(row.foreign[i]) + "  (left alone: a value beside ours)\n";
    }
  }
  return text + left_alone_text(rows);
}

nlohmann::json outputs_json(const Seen& row) {
  auto outputs = nlohmann::json::object();
  for (const auto& output : row.outputs) {
    outputs[output.name] = describe::to_json(output.value);
  }
  return outputs;
}

std::string rows_json(const std::vector<Seen>& rows, std::size_t left_out) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows) {
    auto foreign = nlohmann::json::array();
    for (const auto& value : row.foreign) {
      foreign.push_back(describe::printable(value));
    }
    list.push_back({{"domain", describe::printable(row.domain)},
                    {"provider", row.provider},
                    {"account", row.account},
                    {"kind", row.kind},
                    {"label", describe::printable(row.label)},
                    {"fields", row.fields},
                    {"summary", describe::printable(row.summary)},
                    {"owner", describe::printable(row.owner)},
                    {"outputs", outputs_json(row)},
                    {"foreignValues", foreign}});
  }
  return describe::json_text(
             {{"format", "plumb.show/1"}, {"scopesLeftOut", left_out}, {"objects", list}}) +
         "\n";
}

/// The name of the Provider behind a scope; its account where none is declared any more.
std::string provider_of(const reconcile::Roster& roster, const Scope& scope) {
  const auto* member = roster.find(scope.account);
  return member != nullptr ? member->name : scope.account;
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
  PLUMB_TRY(
      scopes,
      reconcile::select(
          selection_of(options, workspace.parts().catalog), *loaded, {all.begin(), all.end()}));
  const auto left_out = all.size() - scopes.size();
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
    const auto container = scopes[i].container.substr(
        0, scopes[i].container.empty() ? 0 : scopes[i].container.size() - 1);
    const auto heading =
        declared != nullptr && !declared->domain.empty() ? declared->domain : container;
    if (!looks[i].observed) {
      unread = true;
      complain(describe::printable(heading.empty() ? scopes[i].account : heading) +
               "  ! could not be read: " + describe::printable(looks[i].error.message) + "\n");
      continue;
    }
    PLUMB_TRY(claims, store->claims(scopes[i]));
    const auto provider = provider_of(roster, scopes[i]);
    viewer.add({*looks[i].observed,
                declared,
                claims.get(),
                heading.empty() ? provider : heading,
                provider},
               rows);
  }
  if (options.output == "json") {
    say(rows_json(rows, left_out));
  } else {
    say(!rows.empty()       ? rows_text(rows, options.unmanaged)
        : options.unmanaged ? "Nothing is left alone: everything there is declared.\n"
                            : "Nothing is there.\n");
    say(describe::left_out_text(left_out));
  }
  return unread ? ExitCode::unread : ExitCode::ok;
}

}  // namespace plumb::cli
