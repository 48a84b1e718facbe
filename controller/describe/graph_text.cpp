#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/json_values.h"
#include "controller/describe/plan_lines.h"
#include "controller/describe/resources_text.h"

namespace plumb::describe {
namespace {

std::string batch_name(const plan::Plan& plan, std::size_t number) {
  const auto& batch = plan.batches[number];
  return heading(plan.scopes[batch.scope]) + " (" + counted(batch.changes.size(), "change") + ")";
}

/// A string inside of a DOT label.
std::string dot_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

}  // namespace

std::string graph_text(const plan::Plan& plan, const Catalog& catalog) {
  std::string text;
  for (std::size_t i = 0; i < plan.batches.size(); ++i) {
    const auto& batch = plan.batches[i];
    text += std::to_string(i + 1) + ". " + batch_name(plan, i);
    for (std::size_t k = 0; k < batch.after.size(); ++k) {
      text += (k == 0 ? "  after " : ", ") + std::to_string(batch.after[k] + 1) + ". " +
              heading(plan.scopes[plan.batches[batch.after[k]].scope]);
    }
    text += "\n";
    for (const auto number : batch.changes) {
      const auto& scope = plan.scopes[batch.scope];
      text += "     " + change_line(scope, scope.changes[number], catalog) + "\n";
    }
  }
  return text;
}

std::string graph_dot(const plan::Plan& plan, const Catalog& catalog) {
  std::string text = "digraph plumb {\n  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < plan.batches.size(); ++i) {
    const auto& batch = plan.batches[i];
    auto label = dot_escaped(batch_name(plan, i));
    constexpr std::size_t kMost = 12;
    for (std::size_t k = 0; k < batch.changes.size() && k < kMost; ++k) {
      const auto& scope = plan.scopes[batch.scope];
      const auto& change = scope.changes[batch.changes[k]];
      label += "\\l" + dot_escaped(std::string(symbol(change)) + " " +
                                   printable(object_name(scope, change, catalog)));
    }
    if (batch.changes.size() > kMost) {
      label += "\\land " + counted(batch.changes.size() - kMost, "more change");
    }
    text += "  b" + std::to_string(i) + " [label=\"" + label + "\\l\"];\n";
    for (const auto earlier : batch.after) {
      text += "  b" + std::to_string(earlier) + " -> b" + std::to_string(i) + ";\n";
    }
  }
  return text + "}\n";
}

std::string graph_json(const plan::Plan& plan, const Catalog& catalog, std::size_t left_out) {
  auto batches = nlohmann::json::array();
  for (std::size_t i = 0; i < plan.batches.size(); ++i) {
    const auto& batch = plan.batches[i];
    auto changes = nlohmann::json::array();
    for (const auto number : batch.changes) {
      const auto& scope = plan.scopes[batch.scope];
      changes.push_back(printable(object_name(scope, scope.changes[number], catalog)));
    }
    batches.push_back({{"number", i},
                       {"domain", heading(plan.scopes[batch.scope])},
                       {"changes", changes},
                       {"after", batch.after}});
  }
  return json_text(
      {{"format", "plumb.graph/1"}, {"scopesLeftOut", left_out}, {"batches", batches}});
}

}  // namespace plumb::describe
