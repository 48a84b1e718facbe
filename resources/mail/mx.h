#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// The MX records of the apex (RFC 5321 §5.1): our servers that receive, then hosts of others, by
/// priority and name. A host that is named twice has its lowest priority.
std::vector<MadeRecord> mx_records(const MailSpec& spec);

/// The hosts that receive for the domain, in the order of mx_records(), each once.
std::vector<values::DomainName> mx_hosts(const MailSpec& spec);

}  // namespace plumb::mail
