#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/providers/postfix_dovecot/domain_state.h"
#include "resources/model/result.h"

// Dovecot's passwd-file: `user:password:uid:gid:(gecos):home:(shell):extra_fields`. We keep the
// display name in the gecos field, which Dovecot does not read.

namespace plumb::providers::postfix_dovecot {

/// What is wrong with a line; empty: `into` has all of it. Views into `line`.
std::string read_passwd_line(std::string_view line, Mailbox& into);

/// The extra fields of a line, a quota in octets. All of them, also what a Mailbox has no place
/// for: a second quota rule, one that says "unlimited", what is said to who may not log in.
std::vector<std::string> extra_fields(std::string_view line);

/// Appends the line of `address`, with its newline.
void append_passwd_line(std::string& out, std::string_view domain, const Mailbox& mailbox);

}  // namespace plumb::providers::postfix_dovecot
