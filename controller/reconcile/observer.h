#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "controller/reconcile/roster.h"
#include "resources/model/observed.h"
#include "state/store.h"

namespace plumb::reconcile {

/// What became of looking at one scope.
struct Look {
  std::shared_ptr<const ObservedScope> observed;  ///< null where it could not be read
  Error error;                                    ///< then: why
};

/// How much of a scope is read.
enum class Part : std::uint8_t {
  whole,
  outputs,  ///< what others refer to: Provider::observe_outputs
};

/// Reads scopes, in parallel within what each provider bears, and hands each to `each` as soon as
/// it is there (from several threads; `index` is into `scopes`). A provider whose credentials are
/// refused is asked no further.
void observe(const Roster& roster,
             const std::vector<Scope>& scopes,
             const std::function<void(std::size_t index, Look look)>& each,
             std::stop_token stop,
             Part part = Part::whole);

/// The claims of a scope taken for the world: `--refresh=false`.
std::shared_ptr<const ObservedScope> remembered(const ClaimedScope& claimed);

}  // namespace plumb::reconcile
