#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "controller/load/loaded.h"
#include "resources/mail/dkim_rotation.h"
#include "state/store.h"

/// How far signing keys have come, as the state remembers it.
namespace plumb::load {

/// One declared key with its rotation.
struct KeyRotation {
  SigningKey key;
  mail::DkimRotation rotation;
};

/// The rotations of `keys`, in their order; of those of which nothing is remembered the first
/// state. Errors: the store's.
Result<std::vector<KeyRotation>> read_rotations(std::span<const SigningKey> keys,
                                                const state::Store& store);
/// Of one mail domain, by the selector that was declared.
using DomainRotations = std::vector<std::pair<std::string, mail::DkimRotation>>;
/// What is remembered of all keys, whether they are declared or not. Errors: the store's.
Result<std::map<Scope, DomainRotations>> remembered_rotations(const state::Store& store);
/// Remembers them: those that are so already are passed over. They are kept among the outputs,
/// under the domain's DKIMSigning, and so go into exports, and to another account with the rest.
Result<void> put_rotations(std::span<const KeyRotation> rotations, state::Store& store);

/// What load() takes: those that are not in their first state.
Rotations selectors_of(std::span<const KeyRotation> rotations);

}  // namespace plumb::load
