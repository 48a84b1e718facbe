#include "controller/load/explain.h"

#include <fmt/format.h>

#include "controller/cli/commands.h"
#include "controller/cli/explain_object.h"
#include "controller/cli/passes.h"
#include "controller/cli/terminal.h"
#include "controller/describe/paint.h"

namespace plumb::cli {
namespace {

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
