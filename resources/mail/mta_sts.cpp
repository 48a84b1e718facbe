#include "resources/mail/mta_sts.h"

#include <algorithm>

#include "resources/mail/mx.h"
#include "resources/model/check.h"
#include "resources/model/table.h"

namespace plumb::mail {
namespace {

constexpr std::string_view kMadeBy = "mail.mtaSts (RFC 8461)";

}  // namespace

MtaStsPolicy mta_sts_policy(const MailSpec& spec) {
  PLUMB_CHECK(spec.mta_sts.has_value());
  MtaStsPolicy policy{spec.mta_sts->mode, spec.mta_sts->mx, spec.mta_sts->max_age_s};
  if (policy.mx.empty()) {
    for (const auto& host : mx_hosts(spec)) {
      policy.mx.emplace_back(host.without_dot());
    }
  }
  std::sort(policy.mx.begin(), policy.mx.end());
  policy.mx.erase(std::unique(policy.mx.begin(), policy.mx.end()), policy.mx.end());
  return policy;
}

std::string policy_text(const MtaStsPolicy& policy) {
  auto patterns = policy.mx;
  std::sort(patterns.begin(), patterns.end());
  patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
  std::string text = "version: STSv1\r\nmode: " + policy.mode + "\r\n";
  for (const auto& pattern : patterns) {
    text += "mx: " + pattern + "\r\n";
  }
  return text + "max_age: " + std::to_string(policy.max_age_s) + "\r\n";
}

std::string policy_id(std::string_view policy_text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id;
  for (const char c : hash128(policy_text, 0)) {
    const auto octet = static_cast<unsigned char>(c);
    id += kDigits[octet >> 4U];
    id += kDigits[octet & 0xFU];
  }
  return id;
}

std::vector<MadeRecord> mta_sts_records(const MailSpec& spec) {
  if (!spec.mta_sts || !spec.mta_sts->served) {
    return {};
  }
  const auto place = spec.mta_sts->place;
  const auto id = policy_id(policy_text(mta_sts_policy(spec)));
  std::vector<MadeRecord> made{{"_mta-sts",
                                values::RecordType::txt,
                                Value{"v=STSv1; id=" + id + ";", place},
                                std::string(kMadeBy),
                                place}};
  if (!spec.mta_sts->host_target.empty()) {
    made.push_back({"mta-sts",
                    values::RecordType::cname,
                    Value{spec.mta_sts->host_target, place},
                    std::string(kMadeBy),
                    place});
  }
  return made;
}

}  // namespace plumb::mail
