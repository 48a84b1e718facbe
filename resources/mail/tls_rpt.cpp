#include "resources/mail/tls_rpt.h"

#include "resources/mail/uri_list.h"

namespace plumb::mail {

std::vector<MadeRecord> tls_rpt_records(const MailSpec& spec) {
  if (spec.tls_rpt.empty()) {
    return {};
  }
  return {{"_smtp._tls",
           values::RecordType::txt,
           Value{"v=TLSRPTv1; rua=" + uri_list(spec.tls_rpt, "!,;"), spec.tls_rpt_place},
           "mail.tlsRpt (RFC 8460)",
           spec.tls_rpt_place}};
}

}  // namespace plumb::mail
