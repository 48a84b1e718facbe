#pragma once

#include <string>
#include <string_view>

#include "controller/providers/postfix_dovecot/domain_state.h"

namespace plumb::providers::postfix_dovecot {

constexpr std::string_view kOnlyReceives = "REJECT 5.7.1 this mailbox only receives";
constexpr std::string_view kDisabledAccess = "REJECT 5.7.1 this mailbox is disabled";
/// The value of a domain's line where there is no quota to note; Postfix does not read it.
constexpr std::string_view kMailValue = "mail";
constexpr std::string_view kQuotaValue = "quota=";

/// The lines of a domain in each file, sorted; `senders` is left empty: its lines belong to several
/// domains. The same lines for the same state.
std::array<std::string, kFiles> render(const DomainState& state);

/// The lines of an alias domain: each address of its target leads there, each reject is repeated.
/// An address that the target does not have is thus refused at once, not taken and bounced, as
/// "@alias @target" would have it. nullptr: the target is not known, and all is passed on.
std::array<std::string, kFiles> render_alias_domain(const DomainState& state,
                                                    const DomainState* target);

}  // namespace plumb::providers::postfix_dovecot
