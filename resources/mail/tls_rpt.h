#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"

namespace plumb::mail {

/// The TXT at "_smtp._tls" (RFC 8460 §3), none without `spec.tls_rpt`. In URIs "!", "," and ";" are
/// percent-encoded, as that section wants.
std::vector<MadeRecord> tls_rpt_records(const MailSpec& spec);

}  // namespace plumb::mail
