#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// The TLSA records of MX hosts in the domain, at "_<port>._tcp.<host>" (RFC 7672 §2.2):
/// "3 1 1 <digest>", the digest of the key itself, so that a renewed certificate with the same key
/// stays valid (RFC 7672 §3.1.1). Hosts outside of `domain` lie in another zone and give none.
std::vector<MadeRecord> tlsa_records(const MailSpec& spec, const values::DomainName& domain);

}  // namespace plumb::mail
