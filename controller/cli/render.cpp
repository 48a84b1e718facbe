#include <algorithm>

#include "controller/cli/commands.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/resources_text.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/values/rdata.h"

namespace plumb::cli {
namespace {

/// The record sets of a scope as a master file (RFC 1035 §5.1), without the SOA that the provider
/// adds.
std::string zone_text(const DesiredScope& scope) {
  std::vector<std::string> lines;
  for (const auto& entry : scope.table.entries()) {
    if (entry.kind != kinds::kRRset) {
      continue;
    }
    const auto [owner, type_name] = kinds::split_rrset_key(scope.table.key(entry));
    const auto body = scope.table.body(entry);
    const auto type = values::parse_record_type(type_name);
    if ((entry.flags & has_references) != 0) {
      lines.push_back("; " + std::string(owner) + " " + std::string(type_name) +
                      " has values that other resources give");
      continue;
    }
    const auto ttl = kinds::rrset_ttl(body);
    for (const auto value : kinds::rrset_values(body)) {
      lines.push_back(std::string(owner) + "\t" + (ttl ? std::to_string(*ttl) + "\t" : "") +
                      "IN\t" + std::string(type_name) + "\t" +
                      (type ? values::wire_presentation(*type, value) : std::string(value)));
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text = "$ORIGIN " + scope.scope.container + "\n";
  for (const auto& line : lines) {
    text += line + "\n";
  }
  return text;
}

}  // namespace

Result<ExitCode> render(Workspace& workspace, const RenderOptions& options) {
  PLUMB_TRY(object, parse_object(options.what));
  PLUMB_TRY(loaded, workspace.load_or_complain());
  std::string text;
  for (const auto& scope : loaded->scopes) {
    const bool by_name =
        std::any_of(loaded->declared.begin(), loaded->declared.end(), [&](const load::Declared& d) {
          return d.kind == object.kind && d.name == object.domain &&
                 std::find(d.scopes.begin(), d.scopes.end(), scope->scope) != d.scopes.end();
        });
    if (!by_name && !(object.kind == "Domain" && is_scope_of(scope->scope, object.domain))) {
      continue;
    }
    const auto entries = scope->table.entries();
    const bool zone = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
      return entry.kind == kinds::kRRset;
    });
    if (options.format == "zone") {
      text += zone ? zone_text(*scope) : "";
    } else if (options.format == "json") {
      text += describe::resources_json(*scope, workspace.parts().catalog) + "\n";
    } else {
      text += describe::resources_yaml(*scope, workspace.parts().catalog);
    }
  }
  if (text.empty() && object.kind == "Profile") {
    return fail(ErrorCode::not_found,
                options.what + " makes nothing by itself",
                "render a Domain that uses it: plumb explain " + options.what + " names them");
  }
  if (text.empty()) {
    std::vector<std::string> names;
    for (const auto& declared : loaded->declared) {
      names.push_back(declared.kind + "/" + declared.name);
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    return fail(
        ErrorCode::not_found, options.what + " is not declared", did_you_mean(options.what, views));
  }
  say(text);
  return ExitCode::ok;
}

}  // namespace plumb::cli
