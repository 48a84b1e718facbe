#pragma once

#include <string>
#include <string_view>

#include "resources/model/result.h"

// What Postfix tables, a passwd-file and paths can hold. Postfix's tables have no way to write a
// blank or a quote in a key (postmap(1)), Dovecot's passwd-file none to write a colon.

namespace plumb::providers::postfix_dovecot {

/// Where discarded mail is sent to; main.cf gives the domain to discard(8). RFC 2606 keeps .invalid
/// free, so nobody else can own it.
constexpr std::string_view kDiscardAddress = "discard@discard.invalid";

/// A domain in A-labels and lower case, without final dot, that can also be the name of a folder.
bool is_domain(std::string_view text);
/// A local part as keys of mailboxes are: a dot-atom in lower case of letters, digits and
/// `. _ - = & ' ~`, which are all that Dovecot is told to accept in user names.
bool is_mailbox_local(std::string_view text);
/// A local part as keys of aliases are: a dot-atom in lower case that a table can hold. An
/// extension ("jane+lists") may be part of it.
bool is_alias_local(std::string_view text);
/// An address that may stand in a list of targets; its local part in any case.
bool is_target(std::string_view text);

/// The part after the last '@'; the whole text where there is none.
std::string_view domain_of(std::string_view address);
/// The part before the last '@'; empty where there is none.
std::string_view local_of(std::string_view address);

/// A display name as field of a passwd-file: '%', ':' and control octets as %XX.
std::string encode_display_name(std::string_view name);
/// The same back; octets that are no such form stay as they are.
std::string decode_display_name(std::string_view field);

}  // namespace plumb::providers::postfix_dovecot
