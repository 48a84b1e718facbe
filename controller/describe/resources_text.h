#pragma once

#include <span>
#include <string>
#include <vector>

#include "controller/describe/style.h"
#include "controller/plan/plan.h"
#include "resources/model/claimed.h"
#include "resources/model/desired.h"
#include "resources/model/kind.h"
#include "resources/model/observed.h"
#include "state/journal.h"

namespace plumb::describe {

/// The expanded resources of a scope as YAML, in canonical order: kind, label, fields. References
/// are shown as
/// `${Kind/name:output}`, secrets as where they come from.
std::string resources_yaml(const DesiredScope& scope, const Catalog& catalog);
std::string resources_json(const DesiredScope& scope, const Catalog& catalog);

/// The fields of one body in a line: "ttl 300 · values ${Server/mx1:ipv4}, 192.0.2.1".
std::string fields_text(const Kind& kind, std::string_view body);

/// History newest first: when, what, object, difference, commit, result.
std::string history_text(std::span<const state::HistoryRow> rows,
                         const Catalog& catalog,
                         const Style& style);
std::string history_json(std::span<const state::HistoryRow> rows, const Catalog& catalog);

/// Claims of a scope: label, made or adopted, handle, policy, what was last applied.
std::string claims_text(const ClaimedScope& claimed, const Catalog& catalog, const Style& style);
std::string claims_json(const ClaimedScope& claimed, const Catalog& catalog);

/// The plan's graph: batches and what they wait for.
std::string graph_text(const plan::Plan& plan, const Catalog& catalog);
std::string graph_dot(const plan::Plan& plan, const Catalog& catalog);
/// `left_out`: scopes outside of the selection.
std::string graph_json(const plan::Plan& plan, const Catalog& catalog, std::size_t left_out);

}  // namespace plumb::describe
