#pragma once

#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"
#include "resources/values/domain_name.h"

namespace plumb::mail {

/// A TXT per selector, at "<selector>._domainkey" (RFC 6376 §3.6.1, §3.6.2.1; RFC 8463 §4):
/// "v=DKIM1; k=rsa; p=" and the given key, or a Reference to the output `publicKey` of
/// "DKIMKey/<domain without final dot>/<selector>". A selector whose key neither is given nor made
/// by a provider gives none.
std::vector<MadeRecord> dkim_records(const MailSpec& spec, const values::DomainName& domain);

/// The name of the DKIMKey that makes a selector's key: "DKIMKey/example.com/default".
std::string dkim_key_target(const values::DomainName& domain, const DkimSpec& key);

}  // namespace plumb::mail
