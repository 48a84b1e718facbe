#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// The text of a policy record: v and p first (RFC 7489 §6.4), then sp, np, adkim, aspf, t, pct,
/// fo, rua, ruf as far as stated. In URIs "," and ";" are percent-encoded (RFC 7489 §6.2).
std::string dmarc_text(const DmarcSpec& dmarc);

/// The TXT at "_dmarc" (RFC 7489 §6.1), none without `spec.dmarc`.
std::vector<MadeRecord> dmarc_records(const MailSpec& spec);

/// The domain of a mailto: URI, without the size limit that may follow it; nothing for other URIs.
std::optional<values::DomainName> report_domain(std::string_view uri);

/// The domains of `rua` and `ruf` that receive reports for another: neither `domain` itself nor
/// above or below it. Each of them must agree with a record (RFC 7489 §7.1); each once, in order.
std::vector<values::DomainName> dmarc_report_domains(const DmarcSpec& dmarc,
                                                     const values::DomainName& domain);

/// The record by which `destination`, which lies in the zone of `zone`, agrees to receive the
/// reports for `domain`: TXT "v=DMARC1" at "<domain>._report._dmarc.<destination>" (RFC 7489 §7.1).
/// Its owner is relative to `zone`. Error: the name would be too long.
Result<MadeRecord> dmarc_report_record(const values::DomainName& domain,
                                       const values::DomainName& destination,
                                       const values::DomainName& zone,
                                       Place place);

}  // namespace plumb::mail
