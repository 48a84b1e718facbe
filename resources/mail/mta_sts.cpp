#include "resources/mail/mta_sts.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "resources/mail/mx.h"
#include "resources/model/ascii.h"
#include "resources/model/check.h"
#include "resources/model/table.h"

namespace plumb::mail {
namespace {

constexpr std::string_view kMadeBy = "mail.mtaSts (RFC 8461)";

/// 1*10(DIGIT)
std::optional<std::uint64_t> max_age(std::string_view text) {
  constexpr std::size_t kMostDigits = 10;
  std::uint64_t age = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, age);
  return text.size() <= kMostDigits && failed == std::errc() && stop == end ? std::optional(age)
                                                                            : std::nullopt;
}

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

WrittenPolicy read_policy(std::string_view text) {
  WrittenPolicy policy;
  std::set<std::string_view> seen;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = trimmed(line.substr(0, colon), " \t\r");
    const auto value = trimmed(line.substr(std::min(colon + 1, line.size())), " \t\r");
    if (name.empty() && colon == line.size()) {
      continue;
    }
    if (name == "mx") {
      policy.mx.push_back(ascii_lower(value));
    } else if (!seen.insert(name).second) {
      continue;
    } else if (name == "version") {
      policy.versioned = value == "STSv1";
    } else if (name == "mode") {
      policy.mode = value;
    } else if (name == "max_age") {
      policy.max_age_s = max_age(value);
    } else {
      policy.has_others = true;
    }
  }
  return policy;
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
