#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/describe/paint.h"
#include "controller/describe/plan_text.h"

namespace plumb::describe {

/// A change of a plan, by index.
struct LineRef {
  std::uint32_t scope = 0;
  std::uint32_t change = 0;
};

/// Whether a change came of the world moving by itself.
bool is_drift(const plan::Change& change);
/// Whether a change puts right what moved by itself.
bool is_heal(const plan::Change& change);
/// Whether it takes something away: these are shown in full, and last.
bool is_destructive(const plan::Change& change);
/// Whether it gets a line at all: silent refreshes do not; in a drift view only drift does.
bool is_shown(const plan::Change& change, bool drift_only);

/// "+", "~", "↺", "-", "=", "!"...
std::string_view symbol(const plan::Change& change);
Paint paint_of(const plan::Change& change);
/// "create", "update", "heal"... for machines.
std::string_view verb_name(plan::Verb verb);
/// "declared", "edited"... for machines.
std::string_view reason_name(plan::Reason reason);
/// "planned", "unread"... for machines.
std::string_view state_name(plan::ScopeState state);
/// "new", "manifest changed", "drift: changed outside"..., and whether it is refused.
std::string reason_text(const plan::Change& change);
/// What changes, without symbol, kind and label: "p=none → p=reject". Printable.
std::string what_text(const plan::ScopePlan& scope,
                      const plan::Change& change,
                      const Catalog& catalog);
/// "_dmarc TXT", printable; empty for a container, which its kind and heading name.
std::string label_of(const plan::ScopePlan& scope,
                     const plan::Change& change,
                     const Catalog& catalog);
/// "example.com", or the provider where a scope has no domain. Printable.
std::string heading(const plan::ScopePlan& scope);

/// The changes that are shown: by heading; in it the container first, then by key.
std::vector<LineRef> shown_lines(const PlanView& view);

/// "41,280".
std::string thousands(std::size_t number);
/// "1 record set", "3,000 record sets".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace plumb::describe
