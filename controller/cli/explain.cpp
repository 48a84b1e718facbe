#include "controller/load/explain.h"

#include <fmt/format.h>

#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/paint.h"
#include "controller/describe/resources_text.h"
#include "resources/model/cbor.h"

namespace plumb::cli {
namespace {

void append_claim(std::string& text,
                  const ClaimedScope* claimed,
                  const Kind& kind,
                  std::string_view key) {
  const auto row = claimed == nullptr ? std::nullopt : claimed->table.find(kind.id, key);
  if (!row) {
    text += "  claim     none: not ours (yet)\n";
    return;
  }
  const auto& entry = claimed->table[*row];
  const auto& owned = claimed->side[entry.side - 1];
  text += fmt::format("  claim     {} by us{}{}\n            last applied: {}\n",
                      owned.made ? "created" : "adopted",
                      owned.origin.empty() ? "" : ", commit " + owned.origin.substr(0, 7),
                      owned.policy.protect ? ", protected" : "",
                      kind.summary(key, claimed->table.body(entry)));
}

/// A field as the schemas describe it, its members in a column.
std::string schema_text(const load::Explanation& field, const describe::Style& style) {
  std::string text =
      fmt::format("{}  ({}{})\n", field.path, field.type, field.required ? ", required" : "");
  const auto add = [&](std::string_view line) {
    text += line.empty() ? std::string() : fmt::format("  {}\n", line);
  };
  add(field.description);
  add(field.default_value.empty() ? std::string() : "default: " + field.default_value);
  add(field.allowed.empty() ? std::string()
                            : fmt::format("one of: {}", fmt::join(field.allowed, ", ")));
  for (const auto& example : field.examples) {
    add("example: " + example);
  }
  if (!field.members.empty()) {
    text += "\n";
  }
  for (const auto& member : field.members) {
    const auto what = describe::cut(
        member.description, output_is_terminal() && style.width > 60 ? style.width - 44 : 0);
    text += fmt::format("  {:<18} {:<20} {}{}\n",
                        member.name,
                        describe::cut(member.type, 20),
                        what,
                        member.required ? " (required)" : "");
  }
  return text;
}

/// " in Profile/mail-domain": the declaration that a place lies in, the last that begins before it.
std::string declaration_around(const load::Loaded& loaded, const Place& place) {
  const load::Declared* nearest = nullptr;
  for (const auto& declared : loaded.declared) {
    const bool before = declared.place.file == place.file && declared.place <= place;
    if (before && (nearest == nullptr || nearest->place < declared.place)) {
      nearest = &declared;
    }
  }
  return nearest == nullptr ? std::string() : " in " + nearest->kind + "/" + nearest->name;
}

Result<std::string> explain_row(Workspace& workspace,
                                const load::Loaded& loaded,
                                state::Store& store,
                                const DesiredScope& scope,
                                std::uint32_t row) {
  const auto& catalog = workspace.parts().catalog;
  const auto& entry = scope.table[row];
  const auto& kind = catalog.of(entry.kind);
  const auto key = scope.table.key(entry);
  const auto& policy = scope.policies[scope.policy[row]];
  std::string text = fmt::format("{} {}  in {} at {} ({})\n",
                                 kind.name,
                                 kind.label(key),
                                 scope.domain,
                                 scope.provider,
                                 scope.scope.account);
  text +=
      "  declared  " +
      (scope.places[row].known()
           ? loaded.files.text(scope.places[row]) + declaration_around(loaded, scope.places[row])
           : std::string("by Plumb itself")) +
      (loaded.revision.commit.empty() ? "" : " at commit " + loaded.revision.commit.substr(0, 7)) +
      "\n";
  const bool refers = (entry.flags & has_references) != 0;
  text += "  says      " +
          (refers ? std::string("(has references; plumb render shows them)")
                  : kind.summary(key, scope.table.body(entry))) +
          "\n";
  text += fmt::format("  policy    drift is {}{}{}\n",
                      policy.heal ? "healed" : "reported",
                      policy.protect ? ", protected" : "",
                      policy.paused ? ", paused" : "");
  PLUMB_TRY(claimed, store.claims(scope.scope));
  append_claim(text, claimed.get(), kind, key);
  PLUMB_TRY(rows,
            store.history(
                {.resource = ResourceId{scope.scope, entry.kind, std::string(key)}, .limit = 5}));
  if (!rows.empty()) {
    text += "  history\n" + describe::history_text(rows, catalog, workspace.style());
  }
  return text;
}

Result<std::string> explain_object(Workspace& workspace, const ObjectName& object) {
  PLUMB_TRY(loaded, workspace.load_or_complain());
  PLUMB_TRY(store, workspace.store(loaded->project, state::Access::read));
  const auto& catalog = workspace.parts().catalog;
  std::string text;
  for (const auto& scope : loaded->scopes) {
    const bool here = is_scope_of(scope->scope, object.domain) || scope->scope.container.empty();
    for (std::uint32_t row = 0; here && row < scope->table.size(); ++row) {
      const auto& kind = catalog.of(scope->table[row].kind);
      const auto label = kind.label(scope->table.key(scope->table[row]));
      const bool in_domain =
          !scope->scope.container.empty() &&
          (object.kind == "Domain" ||
           (object.kind == kind.name && (object.label.empty() || label == object.label)));
      const bool by_name =
          scope->scope.container.empty() && object.kind == kind.name && label == object.domain;
      if (in_domain || by_name) {
        PLUMB_TRY(part, explain_row(workspace, *loaded, *store, *scope, row));
        text += part;
      }
    }
  }
  if (text.empty()) {
    return fail(
        ErrorCode::not_found,
        object.kind + "/" + object.domain + (object.label.empty() ? "" : "/" + object.label) +
            " is not declared",
        "plumb render Domain/NAME lists what is; RRsets are named 'RRset/example.com/www A'");
  }
  return text;
}

}  // namespace

Result<ExitCode> explain(Workspace* workspace, const ExplainOptions& options) {
  if (options.what.find('/') == std::string::npos) {
    PLUMB_TRY(explanation, load::explain_schema(options.what));
    say(schema_text(explanation, style_for(false, false)));
    return ExitCode::ok;
  }
  if (workspace == nullptr) {
    return fail(ErrorCode::not_found,
                "there is no plumb.yaml here or above",
                "give the project's folder: --project DIR");
  }
  PLUMB_TRY(object, parse_object(options.what));
  PLUMB_TRY(text, explain_object(*workspace, object));
  say(text);
  return ExitCode::ok;
}

}  // namespace plumb::cli
