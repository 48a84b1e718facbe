#pragma once

#include <cstdint>
#include <string_view>

#include "controller/plan/plan.h"
#include "resources/model/result.h"

namespace plumb::apply {

/// How one change of a plan ended.
enum class Ending : std::uint8_t {
  done,
  refused,      ///< surely not done; the error says why
  skipped,      ///< not tried: something it needs was not done
  in_doubt,     ///< may have been done; settled by the next run
  not_reached,  ///< we were asked to stop, or memory could not be written
};

/// One change and how it ended. `scope` and `change` are indices into the plan.
struct ChangeResult {
  std::uint32_t scope = 0;
  std::uint32_t change = 0;
  Ending ending = Ending::not_reached;
  Error error = {};  ///< for all but done
};

/// A step of the journal protocol; each is a point at which a crash must lose and repeat nothing.
enum class Milestone : std::uint8_t {
  before_intent,
  after_intent,   ///< txn A is durable, nothing is sent
  answered,       ///< the provider has reported, txn B is not written
  after_outcome,  ///< txn B is durable
  before_settle,  ///< an observation for keys in doubt is at hand, txn C is not written
  after_settle,   ///< txn C is durable
};

/// Watches an apply. Called from several threads, never with a lock held.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void scope_begun(std::uint32_t /*scope*/) {}
  /// The scope is locked and as planned: its changes go out from now on.
  virtual void scope_writes(std::uint32_t /*scope*/) {}
  virtual void changed(const ChangeResult& /*result*/) {}
  virtual void scope_ended(std::uint32_t /*scope*/) {}
  virtual void reached(Milestone /*milestone*/) {}
};

}  // namespace plumb::apply
