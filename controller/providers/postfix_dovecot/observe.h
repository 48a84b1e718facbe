#pragma once

#include <functional>
#include <optional>
#include <string>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "controller/providers/postfix_dovecot/keys.h"
#include "resources/model/desired.h"
#include "resources/model/observed.h"

namespace plumb::providers::postfix_dovecot {

/// Whether the hash of a mailbox is what is declared; nothing: nobody asks.
using Intact = std::function<std::optional<bool>(std::string_view local, std::string_view hash)>;

/// A domain as rows. `scope` is left to the caller. `declared` is what is wanted of it; may be
/// null. `fingerprint` is handed in since it has to be taken before what it stands for is read;
/// that of a domain that is not there is dropped. Errors: as read_domain and shadowed; a key or
/// policy that cannot be read.
Result<ObservedScope> observe_domain(const std::shared_ptr<const Snapshot>& snapshot,
                                     std::string_view domain,
                                     const Files& files,
                                     Keys& keys,
                                     const DesiredScope* declared,
                                     const Intact& intact,
                                     std::string fingerprint);

/// The keys of a domain alone, with their public halves; `scope` is left to the caller. Errors: a
/// key that cannot be read.
Result<ObservedScope> observe_keys(const Snapshot& snapshot, std::string_view domain, Keys& keys);

}  // namespace plumb::providers::postfix_dovecot
