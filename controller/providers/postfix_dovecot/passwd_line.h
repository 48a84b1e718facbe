#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "resources/model/result.h"

// Dovecot's passwd-file: `user:password:uid:gid:(gecos):home:(shell):extra_fields`. We keep the
// display name in the gecos field, which Dovecot does not read.

namespace plumb::providers::postfix_dovecot {

/// What is wrong with a line; empty: `into` has all of it. Views into `line`.
std::string read_passwd_line(std::string_view line, Mailbox& into);

/// Appends the line of `address`, with its newline.
void append_passwd_line(std::string& out, std::string_view domain, const Mailbox& mailbox);

}  // namespace plumb::providers::postfix_dovecot
