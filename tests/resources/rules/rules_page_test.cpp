// docs/rules.md lists every id that a finding can have.

#include <sstream>

#include <gtest/gtest.h>

#include "resources/model/mistakes.h"
#include "resources/rules/rules.h"
#include "tests/support/golden.h"

namespace plumb::test {
namespace {

std::string row(std::string_view id,
                Severity severity,
                std::string_view reference,
                std::string_view summary) {
  const auto* word = severity == Severity::error     ? "error"
                     : severity == Severity::warning ? "warning"
                                                     : "note";
  std::ostringstream out;
  out << "| `" << id << "` | " << word << " | " << reference << " | " << summary << " |\n";
  return out.str();
}

TEST(RulesPage, ListsEveryIdThatAFindingCanHave) {
  std::string page =
      "# Rules\n\n"
      "What `plumb validate` finds, by the id that each finding carries in brackets (and in\n"
      "`--output json` and `github`). Ids are stable. All findings of all files come in one run; "
      "what\n"
      "could not be read counts as present, so that one mistake is one message.\n\n"
      "## Rules of zones\n\n"
      "These look at whole zones, after everything is put together. Where one does not apply, it "
      "can\n"
      "be switched off with a reason: `lint: {off: [id], reason: text}`, at a record or a Domain. "
      "The\n"
      "severity is the worst that a rule says.\n\n"
      "| Id | Severity | Source | What is wrong |\n|---|---|---|---|\n";
  for (const auto& rule : rules::rules()) {
    page += row(rule.id, rule.severity, rule.reference, rule.summary);
  }
  page +=
      "\n## Everything else\n\n"
      "Syntax, schemas, values, and what documents say of one another. None of these can be "
      "switched\n"
      "off. A value is reported with the RFC that defines the text form of its record type.\n\n"
      "| Id | Severity | Source | What is wrong |\n|---|---|---|---|\n";
  for (const auto& one : mistakes()) {
    page += row(one.id, one.severity, one.reference, one.summary);
  }
  expect_golden("../docs/rules.md", page);
}

}  // namespace
}  // namespace plumb::test
