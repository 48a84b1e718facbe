#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resources/mail/made_record.h"
#include "resources/mail/mail_spec.h"

namespace plumb::mail {

/// What an MTA-STS policy says (RFC 8461 §3.2).
struct MtaStsPolicy {
  std::string mode;             ///< enforce | testing | none
  std::vector<std::string> mx;  ///< patterns without final dot, sorted, each once
  std::uint32_t max_age_s = 0;  ///< seconds
};

/// The policy of a domain: the stated patterns, else the hosts of its MX. Requires: spec.mta_sts.
MtaStsPolicy mta_sts_policy(const MailSpec& spec);

/// The file behind https://mta-sts.<domain>/.well-known/mta-sts.txt (RFC 8461 §3.2): lines end in
/// CRLF. Equal policies have equal texts, whatever the order of their patterns.
std::string policy_text(const MtaStsPolicy& policy);

/// What somebody's policy file says (RFC 8461 §3.2), as far as it can be read: lines end in LF or
/// CRLF, and of a field that may stand once the first one counts.
struct WrittenPolicy {
  bool versioned = false;  ///< it says version: STSv1
  std::string mode;
  std::vector<std::string> mx;  ///< lower case, in the order of the file
  std::optional<std::uint64_t> max_age_s;
  bool has_others = false;  ///< there are fields or lines besides these
};
WrittenPolicy read_policy(std::string_view text);

/// The `id` of a policy: 32 hexadecimal digits of a hash over its text, so that it changes exactly
/// when the policy does (RFC 8461 §3.1).
std::string policy_id(std::string_view policy_text);

/// The TXT at "_mta-sts" and, where a target is given, the CNAME at "mta-sts" (RFC 8461 §3.1,
/// §3.3). None unless something serves the policy (`served`): a record without its policy is
/// a promise that every sender finds broken.
std::vector<MadeRecord> mta_sts_records(const MailSpec& spec);

}  // namespace plumb::mail
