#pragma once

#include <cstdint>
#include <string_view>

#include "controller/plan/plan.h"

/// Values that can be set and not read back: what a plan says of them.
namespace plumb::plan {

/// Says that a declared row cannot be made, since its secret cannot be had here, and `why` ("secret
/// env JANE is not set (export JANE ...)").
void refuse_without_secret(ScopePlan& scope,
                           std::uint32_t desired_row,
                           std::string_view why,
                           const Catalog& catalog);
/// Says that what is declared in a row must not be set, and why ("secret env JANE is shorter than 8
/// characters"). It is a mistake of who wrote it: nothing at all is applied then.
void refuse_flawed(ScopePlan& scope,
                   std::uint32_t desired_row,
                   std::string_view flaw,
                   const Catalog& catalog);
/// Holds what would be made under the key of something that lacks its secret: a mailbox is not made
/// without its declared password.
void hold_without_secret(ScopePlan& scope);

/// How many write-only values would be set anew on what exists, over all scopes.
std::uint32_t set_anew(const Plan& plan, const Catalog& catalog);
/// How many write-only values are declared, in the scopes that the plan looks at.
std::uint32_t declared_write_only(const Plan& plan, const Catalog& catalog);
/// Says once per provider how many values could not be read, and why the first could not.
void note_left_alone(Plan& plan, const Catalog& catalog);

}  // namespace plumb::plan
