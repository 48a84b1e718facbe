#pragma once

#include <string>
#include <string_view>

#include "controller/providers/postfix_dovecot/domain_state.h"

// Canonical bodies (resources/kinds/mail_kinds.h) of what the files hold. They state every field,
// so that whatever is declared can be compared.

namespace plumb::providers::postfix_dovecot {

std::string domain_body(const DomainState& state);
std::string mailbox_body(const Mailbox& mailbox);
std::string alias_body(const Alias& alias);
std::string selector_body(std::string_view selector);

/// Whether `body` has all fields of `wanted` with their values.
bool covers(std::string_view body, std::string_view wanted);

}  // namespace plumb::providers::postfix_dovecot
