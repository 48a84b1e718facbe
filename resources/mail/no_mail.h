#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"
#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::mail {

/// The no-mail set of a domain (`mail: {none: true}`): null MX (RFC 7505 §3), "v=spf1 -all"
/// (RFC 7208 §10.1.2) and a DMARC policy of reject (RFC 7489 §6.3); none unless `spec.none`.
std::vector<MadeRecord> no_mail_records(const MailSpec& spec);

/// One value that is declared for a zone, whoever declares it.
struct DeclaredData {
  std::string_view owner;  ///< relative to the zone, canonical, "@" is the apex
  values::RecordType type{};
  std::string_view text;  ///< canonical; of TXT the octets; empty where it is not known yet
};

/// The no-mail set for names below the apex that have addresses but no mail: mail to an address
/// there would be tried, and mail from there be believed (RFC 7505 §1, RFC 7208 §10.1.2). None
/// unless `spec.no_mail_names`. Names that have A or AAAA, but no MX, no CNAME, are no mail host of
/// ours, can be a host name, and are not handed over to another zone. What such a name declares
/// itself (SPF, "_dmarc" below it) is kept and not made. `declared` in any order; the result by
/// owner.
std::vector<MadeRecord> no_mail_names(std::span<const DeclaredData> declared,
                                      const MailSpec& spec,
                                      const values::DomainName& domain);

}  // namespace plumb::mail
