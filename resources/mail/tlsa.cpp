#include "resources/mail/tlsa.h"

#include <string>

#include "resources/values/encoding.h"
#include "resources/values/rdata_types.h"

namespace plumb::mail {

std::vector<MadeRecord> tlsa_records(const MailSpec& spec, const values::DomainName& domain) {
  std::vector<MadeRecord> made;
  for (const auto& tlsa : spec.tlsa) {
    if (!tlsa.host.is_subdomain_of(domain)) {
      continue;
    }
    const auto host = tlsa.host.relative_to(domain);
    const auto service = "_" + std::to_string(tlsa.port) + "._tcp";
    for (const auto& digest : tlsa.spki_sha256) {
      const auto hex = values::canonical_hex(digest).value_or(digest);
      made.push_back({host == "@" ? service : service + "." + host,
                      values::RecordType::tlsa,
                      Value{values::Tlsa{3, 1, 1, hex}.text(), tlsa.place},
                      "mail.tlsa (RFC 7672)",
                      tlsa.place});
    }
  }
  return made;
}

}  // namespace plumb::mail
