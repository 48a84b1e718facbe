#pragma once

#include <optional>
#include <string_view>

#include "controller/plan/plan.h"
#include "resources/model/kind.h"
#include "state/journal.h"

namespace plumb::apply {

/// What an observation says of a change whose outcome is not known.
enum class Settlement : std::uint8_t {
  done,      ///< the world is as the change wanted it
  not_done,  ///< it had no effect: plan anew
  conflict,  ///< neither before nor after: somebody else was there too; plan anew, nothing is
             ///< claimed
};

/// Whether every field of `wanted` stands in `observed` with the same bytes.
bool covers(std::string_view observed, std::string_view wanted);

/// Decides an intended change by what is there now; `observed` is empty where nothing is. Pure,
/// idempotent.
///   create   after: done       absent: not done    other body: conflict
///   update   after: done       before: not done    else: conflict
///   remove   absent: done      else: not done
/// `kind` says which fields cannot be read back: an update of nothing else leaves no trace, so it
/// counts as not done and is made again, which does not matter for a value that is set.
/// Requires: the observation began after the call ended or its process died (J4, J5).
Settlement settle(const state::IntentKey& key,
                  std::optional<std::string_view> observed,
                  const Kind* kind = nullptr);

}  // namespace plumb::apply
