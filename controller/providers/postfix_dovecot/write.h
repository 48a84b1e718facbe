#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

/// Domains as they are to be, by name.
using States = std::map<std::string, DomainState, std::less<>>;

/// Which files are written first: each order keeps mail from getting lost if it breaks off.
enum class Direction : std::uint8_t {
  adding,    ///< mailboxes before aliases to them, the domain last
  removing,  ///< the other way round
};

/// What the files are to hold after `states` took the place of what they tell of these domains, and
/// of the alias domains that follow them. All other lines stay octet for octet. Error: a domain
/// behind one of them that cannot be read.
Result<Contents> contents_with(const std::shared_ptr<const Snapshot>& snapshot,
                               const States& states);

/// The files in the order of `direction`.
std::array<File, kFiles> in_order(Direction direction);

}  // namespace plumb::providers::postfix_dovecot
