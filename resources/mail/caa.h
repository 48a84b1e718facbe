#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"

namespace plumb::mail {

/// The CAA records of the apex (RFC 8659 §4): issue, issuewild, issuemail (RFC 9495 §3), iodef, in
/// the order in which each list is written; none without `spec.caa`.
std::vector<MadeRecord> caa_records(const MailSpec& spec);

}  // namespace plumb::mail
