#include "controller/describe/resources_text.h"

#include <algorithm>
#include <numeric>

#include <nlohmann/json.hpp>

#include "controller/describe/diagnostics_text.h"
#include "controller/describe/json_values.h"
#include "controller/describe/paint.h"

namespace plumb::describe {
namespace {

/// Rows by kind's rank, then label: the order in which a person looks for them.
std::vector<std::uint32_t> display_order(const Table& table, const Catalog& catalog) {
  std::vector<std::uint32_t> rows(table.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<std::string> labels;
  labels.reserve(table.size());
  for (const auto& entry : table.entries()) {
    labels.push_back(catalog.of(entry.kind).label(table.key(entry)));
  }
  std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto rank_a = catalog.of(table[a].kind).rank == 0;
    const auto rank_b = catalog.of(table[b].kind).rank == 0;
    return rank_a != rank_b ? rank_a : labels[a] < labels[b];
  });
  return rows;
}

/// A scalar as YAML: JSON's double-quoted form is YAML too.
std::string yaml_scalar(const nlohmann::json& value) {
  return json_text(value, -1);
}

void add_field(std::string& text, const std::string& name, const nlohmann::json& value) {
  if (value.is_array()) {
    text += "    " + name + ":\n";
    for (const auto& item : value) {
      text += "      - " + yaml_scalar(item) + "\n";
    }
    return;
  }
  text += "    " + name + ": " + yaml_scalar(value) + "\n";
}

/// Ends a line, without the blanks of empty last columns.
void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

nlohmann::json resource_json(const DesiredScope& scope, std::uint32_t row, const Catalog& catalog) {
  const auto& entry = scope.table[row];
  const auto& kind = catalog.of(entry.kind);
  return {{"kind", kind.name},
          {"label", printable(kind.label(scope.table.key(entry)))},
          {"fields", body_json(kind, scope.table.body(entry))}};
}

std::string when_and_what(const state::HistoryRow& row, const Kind* kind) {
  std::string object =
      kind == nullptr ? "" : std::string(kind->name) + " " + printable(kind->label(row.key));
  auto container = row.scope.container;
  if (container.ends_with('.')) {
    container.pop_back();
  }
  return row.when + "  " + padded(row.what, 8) + "  " + padded(container, 20) + "  " +
         padded(object, 30);
}

std::string history_change(const state::HistoryRow& row, const Kind* kind) {
  if (kind == nullptr) {
    return {};
  }
  if (!row.before.empty() && !row.after.empty()) {
    return printable(kind->difference(row.key, row.before, row.after));
  }
  const auto& body = row.after.empty() ? row.before : row.after;
  return body.empty() ? std::string() : printable(kind->summary(row.key, body));
}

}  // namespace

std::string resources_yaml(const DesiredScope& scope, const Catalog& catalog) {
  std::string text = "# " + printable(scope.domain.empty() ? scope.scope.container : scope.domain) +
                     " at " + scope.provider + " (" + printable(scope.scope.account) + ")\n";
  for (const auto row : display_order(scope.table, catalog)) {
    const auto resource = resource_json(scope, row, catalog);
    text += "- kind: " + resource["kind"].get<std::string>() +
            "\n  label: " + yaml_scalar(resource["label"]) + "\n";
    if (!resource["fields"].empty()) {
      text += "  fields:\n";
      for (const auto& [name, value] : resource["fields"].items()) {
        add_field(text, name, value);
      }
    }
  }
  return text;
}

std::string resources_json(const DesiredScope& scope, const Catalog& catalog) {
  auto list = nlohmann::json::array();
  for (const auto row : display_order(scope.table, catalog)) {
    list.push_back(resource_json(scope, row, catalog));
  }
  return json_text({{"format", "plumb.resources/1"},
                    {"domain", printable(scope.domain)},
                    {"provider", scope.provider},
                    {"account", scope.scope.account},
                    {"container", scope.scope.container},
                    {"resources", list}});
}

std::string fields_text(const Kind& kind, std::string_view body) {
  const auto scalar = [](const nlohmann::json& value) {
    return value.is_string() ? printable(value.get<std::string>()) : json_text(value, -1);
  };
  std::string text;
  const auto fields = body_json(kind, body);
  for (const auto& [name, value] : fields.items()) {
    text += (text.empty() ? "" : " · ") + name + " ";
    if (!value.is_array()) {
      text += scalar(value);
      continue;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      text += (i == 0 ? "" : ", ") + scalar(value[i]);
    }
  }
  return text;
}

std::string history_text(std::span<const state::HistoryRow> rows,
                         const Catalog& catalog,
                         const Style& style) {
  std::string text;
  for (const auto& row : rows) {
    const auto* kind = catalog.find(row.kind);
    auto line = when_and_what(row, kind) + "  " +
                cut(history_change(row, kind), style.width > 120 ? style.width - 80 : 48);
    if (row.result != "done") {
      line += "  " + painted(printable(row.result), Paint::yellow, style);
    }
    line += row.detail.empty() ? "" : "  " + printable(row.detail);
    line += row.commit.empty() ? "" : "  " + painted(row.commit.substr(0, 7), Paint::dim, style);
    text += line;
    end_line(text);
  }
  return text;
}

std::string history_json(std::span<const state::HistoryRow> rows, const Catalog& catalog) {
  auto list = nlohmann::json::array();
  for (const auto& row : rows) {
    const auto* kind = catalog.find(row.kind);
    nlohmann::json item{{"seq", row.seq},
                        {"when", row.when},
                        {"run", row.run},
                        {"commit", row.commit},
                        {"account", row.scope.account},
                        {"container", row.scope.container},
                        {"what", row.what},
                        {"result", row.result},
                        {"detail", printable(row.detail)}};
    if (kind != nullptr) {
      item["kind"] = kind->name;
      item["label"] = printable(kind->label(row.key));
      item["before"] = body_json(*kind, row.before);
      item["after"] = body_json(*kind, row.after);
    }
    list.push_back(std::move(item));
  }
  return json_text({{"format", "plumb.history/1"}, {"rows", list}});
}

std::string claims_text(const ClaimedScope& claimed, const Catalog& catalog, const Style& style) {
  std::string text = printable(claimed.scope.container) + " at " +
                     printable(claimed.scope.account) +
                     (claimed.taken_over ? "  (taken over)" : "") + "\n";
  for (const auto row : display_order(claimed.table, catalog)) {
    const auto& entry = claimed.table[row];
    const auto& kind = catalog.of(entry.kind);
    const auto key = claimed.table.key(entry);
    const auto& owned = claimed.side[entry.side - 1];
    const auto summary = printable(kind.summary(key, claimed.table.body(entry)));
    text += "  " + padded(kind.name, 6) + "  " + padded(printable(kind.label(key)), 30) + "  " +
            (owned.made ? "created" : "adopted") + (owned.policy.protect ? ", protected" : "") +
            "  " + cut(summary, style.width > 80 ? style.width - 52 : 0);
    end_line(text);
  }
  return text;
}

std::string claims_json(const ClaimedScope& claimed, const Catalog& catalog) {
  auto list = nlohmann::json::array();
  for (const auto row : display_order(claimed.table, catalog)) {
    const auto& entry = claimed.table[row];
    const auto& kind = catalog.of(entry.kind);
    const auto key = claimed.table.key(entry);
    const auto& owned = claimed.side[entry.side - 1];
    list.push_back({{"kind", kind.name},
                    {"label", printable(kind.label(key))},
                    {"made", owned.made},
                    {"handle", printable(owned.handle)},
                    {"protect", owned.policy.protect},
                    {"commit", owned.origin},
                    {"lastApplied", body_json(kind, claimed.table.body(entry))}});
  }
  return json_text({{"format", "plumb.claims/1"},
                    {"account", claimed.scope.account},
                    {"container", claimed.scope.container},
                    {"takenOver", claimed.taken_over},
                    {"claims", list}});
}

}  // namespace plumb::describe
