#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/plan/decide.h"
#include "controller/plan/plan.h"

namespace plumb::plan {

/// What a Consent calls a scope: "Domain/example.com", or "Provider/lab" where it has no domain.
std::string scope_name(const ScopePlan& scope);
/// What a Consent calls an object: "RRset/example.com/www A", "Zone/example.com", "Server/mx1".
std::string object_name(const ScopePlan& scope,
                        KindId kind,
                        std::string_view key,
                        const Catalog& catalog);
/// "zone": the kind as `including` names it.
std::string data_word(const Kind& kind);

/// What `including` must name where a container goes with objects in it that are not ours.
constexpr std::string_view kForeignWord = "foreign";

/// Whether the deletion of a `kind` takes objects along that are not ours: a zone's foreign record
/// sets.
bool takes_strangers(const ScopePlan& scope, const Kind& kind);

/// A permission that is looked for.
struct Wanted {
  Guard guard = Guard::none;
  std::string object;                ///< object_name; empty for a whole scope or run
  const ScopePlan* scope = nullptr;  ///< null: the run ("Project")
  std::uint32_t count = 1;           ///< objects in the scope (run) that trip this guard
  const Kind* data = nullptr;        ///< the kind, where it holds data: `including` must name it
};
/// 1 + index of the first consent that permits exactly that; 0 where none does. A consent on the
/// object itself needs no `including`.
std::uint8_t find_consent(const std::vector<Consent>& consents, const Wanted& wanted);

/// Whether `count` of `total` is over a limit. Shares count only from 5 objects on.
bool over(const GuardLimits::Limit& limit, std::uint32_t count, std::uint32_t total);

/// A line of the decision and the guards it trips; parallel to ScopePlan::changes.
struct Tripped {
  Guards guards{};
  bool conflict = false;
};

/// Holds each change whose guards nobody consents to; frees the others. Where `whole`, the scope's
/// container goes with everything in it or not at all.
void guard_objects(ScopePlan& scope,
                   const std::vector<Tripped>& tripped,
                   bool whole,
                   const PlanContext& context);
/// Holds all removals of a scope that would remove too much. Requires: guard_objects was here.
void guard_scope(ScopePlan& scope, std::uint32_t claimed_rows, const PlanContext& context);
/// Holds what cannot be created while a removal of its group is held (CNAME and others at one
/// name), and what cannot be created without its container. Requires: changes are in order.
void hold_dependents(ScopePlan& scope, bool missing, const Catalog& catalog);

/// Holds what would lead to something that is neither there nor made now: mail to it would bounce.
void hold_without_target(ScopePlan& scope, const Catalog& catalog);

/// Notes what leads to something that goes and is itself left as it is, since it is not ours.
/// Requires: the observation is at hand.
void note_left_behind(ScopePlan& scope, const Catalog& catalog);

/// Guards over the run: deletes and domains of one origin.
void guard_run(Plan& plan, const PlanContext& context);
/// Holds what exceeds a consent's count over all scopes.
void ration_consents(Plan& plan);
/// One Refusal per scope and guard, with the Consent that would permit it.
void collect_refusals(Plan& plan, const PlanContext& context);

}  // namespace plumb::plan
