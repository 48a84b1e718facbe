#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"

namespace plumb::mail {

/// The SPF record of the apex (RFC 7208 §4.6.1), none without `spec.spf`. Terms in the order in
/// which a receiver is done soonest: own addresses (`ip4`, `ip6`, then the list output `spf` of
/// each outbound Server by an `all` Reference), `a`, `mx`, includes, then `redirect` or `all`.
/// Without outbound servers it is plain text, with them an Expression.
std::vector<MadeRecord> spf_records(const MailSpec& spec);

}  // namespace plumb::mail
