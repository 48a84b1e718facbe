#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "controller/providers/provider.h"
#include "controller/providers/zonefile/config.h"
#include "controller/providers/zonefile/zone.h"

namespace plumb::providers::zonefile {

/// What a batch makes of a zone, before anything is written.
struct Patched {
  std::optional<Zone> zone;  ///< nothing: the zone is to go, or was never there
  bool changed = false;      ///< there is something to write or to take away
  bool refused = false;      ///< at least one change is Refused: nothing may be written
  /// By ProviderChange::number; with `refused` what could have gone is NotSent.
  std::vector<std::pair<std::uint32_t, Outcome>> outcomes;
};

/// Applies `changes` to what the file holds now (nothing: there is no file). A row that is already
/// as wanted is Done; one that is not what `before` says was changed since it was read and is
/// Refused (`conflict`). All or nothing: see Patched::refused. Pure.
Patched patch(const values::DomainName& name,
              std::optional<Zone> current,
              std::span<const ProviderChange> changes,
              const SoaDefaults& soa);

}  // namespace plumb::providers::zonefile
