#pragma once

#include <nlohmann/json_fwd.hpp>

#include "controller/describe/plan_text.h"

namespace plumb::describe {

/// The plan as the JSON document that plan_json and saved plans share.
nlohmann::json plan_document(const PlanView& view);

}  // namespace plumb::describe
