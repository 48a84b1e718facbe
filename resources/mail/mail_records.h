#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"
#include "resources/model/diagnostic.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// All records that a domain's mail puts into its zone: MX, SPF, DKIM, DMARC, MTA-STS, TLS-RPT,
/// client configuration, CAA and TLSA; or the no-mail set and CAA, where it has no mail. Each comes
/// from a builder in a file of its own. Pure, always in the same order; one record per value.
/// Not here: what needs the other records of the project, see no_mail_names() and
/// dmarc_report_record().
std::vector<MadeRecord> mail_records(const MailSpec& spec, const values::DomainName& domain);

/// What is wrong with `spec` in ways that no schema sees, each at its place: an SPF record with
/// addresses of servers in it that is sure to be too long or to need too many lookups, a DKIM key
/// that nobody makes, hosts of TLSA outside of the domain, MTA-STS without MX, client configuration
/// without a server for people.
void check_mail_spec(const MailSpec& spec, const values::DomainName& domain, Diagnostics& problems);

}  // namespace plumb::mail
