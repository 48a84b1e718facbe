#pragma once

#include <string>
#include <vector>

#include "controller/describe/plan_lines.h"
#include "controller/describe/style.h"

// The parts of a plan's text around its lines. Internal to controller/describe.

namespace plumb::describe {

/// Project, environment, state, commit; what was looked at, how long it took, and where.
std::string header_text(const Header& header, const Style& style);

/// The plan's notes, a line each; beyond a screenful they are counted.
std::string notes_text(const PlanView& view, const Style& style);

/// What became of the scopes that were not planned; those with one story are told together.
std::string scope_states_text(const PlanView& view, const Style& style);

/// What the guards refused, with both ways to consent to it and the other ways out.
std::string refusals_text(const PlanView& view, const Style& style);

/// The totals and what to do next.
std::string closing_text(const PlanView& view, const Style& style);

/// The refusals that belong to what is shown: of a drift view only those of drift.
std::vector<const plan::Refusal*> shown_refusals(const PlanView& view);

}  // namespace plumb::describe
