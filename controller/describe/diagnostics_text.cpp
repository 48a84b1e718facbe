#include "controller/describe/diagnostics_text.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/describe/json_values.h"
#include "controller/describe/paint.h"

namespace plumb::describe {
namespace {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "";
}

Paint severity_paint(Severity severity) {
  return severity == Severity::error     ? Paint::red
         : severity == Severity::warning ? Paint::yellow
                                         : Paint::cyan;
}

/// "[mx-target-address, RFC 5321 §5.1]"
std::string rule_text(const Diagnostic& diagnostic) {
  if (diagnostic.rule.empty() && diagnostic.reference.empty()) {
    return {};
  }
  const auto* comma = diagnostic.rule.empty() || diagnostic.reference.empty() ? "" : ", ";
  return "  [" + diagnostic.rule + comma + diagnostic.reference + "]";
}

/// The source line with a caret below the column; long lines are cut around it.
std::string excerpt_text(const Diagnostic& diagnostic, const Style& style) {
  if (diagnostic.excerpt.empty()) {
    return {};
  }
  const std::size_t room = style.width > 30 ? style.width - 12 : 90;
  std::size_t column = diagnostic.place.column == 0 ? 0 : diagnostic.place.column - 1U;
  auto line = diagnostic.excerpt;
  column = std::min(column, line.size());
  if (line.size() > room) {
    const auto from = column > room / 2 ? column - room / 2 : 0;
    line = line.substr(from, room);
    column -= from;
  }
  const auto before = printable(line.substr(0, column));
  const auto number = std::to_string(std::uint32_t{diagnostic.place.line});
  return fmt::format("{:>5} | {}\n      | {}{}\n",
                     number,
                     printable(line),
                     std::string(columns(before), ' '),
                     painted("^", Paint::green, style));
}

std::string one(const Diagnostic& diagnostic, const Files& files, const Style& style) {
  std::string text;
  if (diagnostic.place.known()) {
    text += painted(printable(files.text(diagnostic.place)) + ":", Paint::bold, style) + " ";
  }
  text += painted(std::string(severity_name(diagnostic.severity)) + ":",
                  severity_paint(diagnostic.severity),
                  style) +
          " " + printable(diagnostic.message) + painted(rule_text(diagnostic), Paint::dim, style) +
          "\n";
  text += excerpt_text(diagnostic, style);
  if (diagnostic.related.known()) {
    text += "      see also " + printable(files.text(diagnostic.related)) + "\n";
  }
  if (!diagnostic.hint.empty()) {
    text +=
        "      " + painted("hint:", Paint::cyan, style) + " " + printable(diagnostic.hint) + "\n";
  }
  return text;
}

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// GitHub's escapes for the data of a workflow command.
std::string github_escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      case ':':
        out += property ? "%3A" : ":";
        break;
      case ',':
        out += property ? "%2C" : ",";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string diagnostics_text(const Diagnostics& diagnostics,
                             const Files& files,
                             const Style& style) {
  std::string text;
  for (const auto& diagnostic : diagnostics.all()) {
    text += one(diagnostic, files, style);
  }
  if (!diagnostics.empty()) {
    text += counted(diagnostics.error_count(), "error") + ", " +
            counted(diagnostics.warning_count(), "warning") + "\n";
  }
  return text;
}

std::string diagnostics_brief(const Diagnostics& diagnostics,
                              const Files& files,
                              const Style& style) {
  constexpr std::size_t kMost = 50;
  std::string text;
  std::size_t shown = 0;
  std::map<std::string, std::size_t> warnings;
  for (const auto& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::note) {
      continue;
    }
    if (diagnostic.severity == Severity::warning) {
      warnings[diagnostic.rule.empty() ? "other" : diagnostic.rule] += 1;
    } else if (++shown <= kMost) {
      text += one(diagnostic, files, style);
    }
  }
  if (shown > kMost) {
    text += "and " + counted(shown - kMost, "more error") + ": plumb validate shows them all\n";
  }
  if (!warnings.empty()) {
    std::string rules;
    for (const auto& [rule, count] : warnings) {
      rules += (rules.empty() ? "" : ", ") + std::to_string(count) + " " + rule;
    }
    text += painted("warning:", Paint::yellow, style) + " " +
            counted(diagnostics.warning_count(), "warning") + " (" + rules +
            "); plumb validate shows them\n";
  }
  return text;
}

std::string diagnostics_json(const Diagnostics& diagnostics, const Files& files) {
  auto list = nlohmann::json::array();
  for (const auto& diagnostic : diagnostics.all()) {
    nlohmann::json row{{"severity", severity_name(diagnostic.severity)},
                       {"file", printable(files.path(diagnostic.place.file))},
                       {"line", std::uint32_t{diagnostic.place.line}},
                       {"column", std::uint32_t{diagnostic.place.column}},
                       {"message", printable(diagnostic.message)},
                       {"hint", printable(diagnostic.hint)},
                       {"rule", diagnostic.rule},
                       {"reference", diagnostic.reference}};
    if (diagnostic.related.known()) {
      row["related"] = printable(files.text(diagnostic.related));
    }
    list.push_back(std::move(row));
  }
  return json_text({{"format", "plumb.diagnostics/1"},
                    {"errors", diagnostics.error_count()},
                    {"warnings", diagnostics.warning_count()},
                    {"diagnostics", std::move(list)}});
}

std::string diagnostics_github(const Diagnostics& diagnostics, const Files& files) {
  std::string text;
  for (const auto& diagnostic : diagnostics.all()) {
    const auto* command = diagnostic.severity == Severity::error     ? "error"
                          : diagnostic.severity == Severity::warning ? "warning"
                                                                     : "notice";
    text += "::" + std::string(command) + " ";
    if (diagnostic.place.known()) {
      text += fmt::format("file={},line={},col={},",
                          github_escaped(printable(files.path(diagnostic.place.file)), true),
                          std::uint32_t{diagnostic.place.line},
                          std::uint32_t{diagnostic.place.column});
    }
    text += fmt::format(
        "title={}::{}{}\n",
        github_escaped(diagnostic.rule.empty() ? "plumb" : diagnostic.rule, true),
        github_escaped(printable(diagnostic.message) + rule_text(diagnostic), false),
        diagnostic.hint.empty() ? ""
                                : github_escaped("\nhint: " + printable(diagnostic.hint), false));
  }
  return text;
}

std::string error_text(const Error& error, const Style& style) {
  auto text = painted("error:", Paint::red, style) + " " + printable(error.message) + "\n";
  if (!error.hint.empty()) {
    text += "  " + painted("hint:", Paint::cyan, style) + " " + printable(error.hint) + "\n";
  }
  return text;
}

}  // namespace plumb::describe
