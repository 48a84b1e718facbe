#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/providers/provider.h"
#include "resources/model/observed.h"

namespace plumb::providers::memory {

/// What goes wrong with one change.
enum class Fault : std::uint8_t {
  refuse,                  ///< Refused, without effect
  unknown_after_effect,    ///< it works, the answer gets lost
  unknown_without_effect,  ///< neither the call nor an answer arrives
  silent,                  ///< it works, and is never reported
  pending,                 ///< accepted: the effect comes with the second resume()
};

/// When World calls its hook.
enum class Moment : std::uint8_t { before_effect, after_effect };

/// A world of containers and rows that lives in this process: for tests, and for rehearsing a plan
/// on a copy of what was observed. Several providers may share one. Thread-safe.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Replaces a container by what was observed of it; a `missing` one is taken out.
  void put(const ObservedScope& observed);
  /// Creates or replaces one row, and its container: somebody else's edit.
  void put_row(const ResourceId& id,
               std::string_view body,
               std::uint8_t flags = 0,
               std::string opaque_because = {});
  /// Somebody else's deletions. False where there was nothing.
  bool remove_row(const ResourceId& id);
  bool remove_container(const Scope& scope);

  /// The truth, whatever faults are waiting.
  ObservedScope look(const Scope& scope) const;
  std::vector<Scope> scopes() const;
  /// How often a change really took effect on this row: creations, updates and deletions.
  std::uint64_t effects(const ResourceId& id) const;
  std::uint64_t all_effects() const;
  /// How many calls of Provider's functions there were.
  std::uint64_t calls() const;

  /// The next `calls` calls fail with `error`: changes are Refused, or Unknown (without effect)
  /// where `error.effect` is maybe.
  void fail_next(unsigned calls, Error error);
  /// What the change gets that comes after `skip` others from now.
  void inject(Fault fault, std::uint64_t skip = 0);
  /// The next observation of each container shows it as it was before the last batch.
  void read_stale_once();
  /// Called around each effect, without a lock held; throws nothing.
  void set_hook(std::function<void(Moment, const ResourceId&)> hook);

  // What a provider of this world calls.

  /// Counts a call; an Error where it is to fail.
  Result<void> begin_call();
  /// look(), or the old sight of it where it is to be stale.
  ObservedScope observe(const Scope& scope);
  /// A batch begins: what the scope looks like now is what a stale read shows later.
  void begin_batch(const Scope& scope);
  /// Carries out one change, with the fault that waits for it; nothing where there is no answer.
  std::optional<Outcome> change(const Scope& scope, const ProviderChange& change);
  Outcome resume(const Pending& pending);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace plumb::providers::memory
