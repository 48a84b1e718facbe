#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "controller/cli/workspace.h"
#include "controller/load/rotations.h"

namespace plumb::cli {

/// How far signing keys have come by now.
struct Turned {
  std::vector<load::KeyRotation> rotations;  ///< those that are under way, or turn by themselves
  std::vector<Consent> consents;             ///< keys whose time is over may be deleted
  std::vector<std::string> notes;            ///< what happens when, a sentence each
};

/// Goes on with the rotations of `loaded` as far as the time, the claims and (where a new key is
/// being published) the zone's authoritative servers allow. Writes nothing. Errors: the store's;
/// servers that do not answer only delay.
Result<Turned> turn_rotations(Workspace& workspace,
                              const load::Loaded& loaded,
                              const state::Store& store,
                              std::stop_token stop);

/// The number of the next key: the first whose selector the domain has not declared.
std::uint32_t free_number(const load::Loaded& loaded, const load::KeyRotation& rotation);

/// What happens to one key, and when: "DKIMKey/example.com/s1: s1-2 signs since
/// 2026-11-21T10:00:00Z; s1 goes with the first apply from 2026-11-28T10:00:00Z on". Empty where
/// nothing is under way.
std::string outlook(const load::KeyRotation& rotation);

}  // namespace plumb::cli
