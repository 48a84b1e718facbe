#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"

namespace plumb::mail {

/// How mail programs find their servers, none unless `spec.autoconfig` and a server for people are
/// there. SRV of _imaps, _submissions and _submission for each such server (RFC 6186 §3, RFC 8314
/// §5.1), the one with the lowest MX priority first; _imap, _pop3 and _pop3s say "." for "not
/// offered" (RFC 6186 §3.4). And, not from an RFC but what programs ask for: CNAMEs autoconfig and
/// autodiscover and SRV _autodiscover._tcp, to the first of the servers.
std::vector<MadeRecord> client_config_records(const MailSpec& spec);

}  // namespace plumb::mail
