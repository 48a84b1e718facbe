#pragma once

#include <string>
#include <string_view>

#include "controller/describe/plan_json.h"
#include "resources/model/result.h"

namespace plumb::cli {

/// SHA-256 in hex, as saved plans and their restriction want it.
std::string sha256(std::string_view bytes);

/// Writes a plan to `file`: the JSON of describe::saved_plan with one more member at its end,
/// `sha256`, the digest of that JSON as it was without it.
Result<void> save_plan(const std::string& file, const describe::PlanView& view);

/// Reads what save_plan wrote. Errors: `invalid_input` where it is no saved plan, or not what was
/// saved.
Result<describe::SavedPlan> read_plan(const std::string& file);

}  // namespace plumb::cli
