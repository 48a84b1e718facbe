#include "controller/providers/postfix_dovecot/passwd_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "controller/providers/postfix_dovecot/address.h"

namespace plumb::providers::postfix_dovecot {
namespace {

constexpr std::string_view kQuotaRule = "userdb_quota_rule=";
constexpr std::string_view kNoLogin = "nologin";

/// Octets of "*:bytes=1073741824", with the units that Dovecot reads (powers of 1024), or of
/// "*:storage=", which counts in KiB.
bool read_quota(std::string_view rule, std::uint64_t& into) {
  std::uint64_t unit = 1;
  if (rule.starts_with("*:bytes=")) {
    rule.remove_prefix(8);
  } else if (rule.starts_with("*:storage=")) {
    rule.remove_prefix(10);
    unit = 1024;
  } else {
    return false;
  }
  std::uint64_t number = 0;
  const auto* end = rule.data() + rule.size();
  const auto [stop, failed] = std::from_chars(rule.data(), end, number);
  if (failed != std::errc()) {
    return false;
  }
  if (stop != end) {
    constexpr std::string_view kUnits = "bkmgt";
    const auto power = kUnits.find(static_cast<char>(*stop | 0x20));
    if (stop + 1 != end || power == std::string_view::npos) {
      return false;
    }
    unit = std::uint64_t{1} << (10 * power);
  }
  if (number > std::numeric_limits<std::uint64_t>::max() / unit) {
    return false;
  }
  into = number * unit;
  return true;
}

/// Its fields; the last one has all that stands behind the seventh colon.
std::array<std::string_view, 8> fields_of(std::string_view line) {
  std::array<std::string_view, 8> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto end = i + 1 < fields.size() ? line.find(':') : std::string_view::npos;
    fields[i] = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return fields;
}

std::string read_extras(std::string_view extras, Mailbox& into) {
  std::string trouble;
  const auto take = [&](std::string_view extra) {
    if (extra.starts_with(kQuotaRule)) {
      if (!read_quota(extra.substr(kQuotaRule.size()), into.quota)) {
        trouble = "the quota rule is none that plumb knows";
      }
    } else if (extra == kNoLogin || extra.starts_with("nologin=")) {
      into.nologin = true;
    } else {
      into.extras.push_back(extra);
    }
  };
  for_each_item(extras, take, " ");
  return trouble;
}

}  // namespace

std::string read_passwd_line(std::string_view line, Mailbox& into) {
  if (std::any_of(line.begin(), line.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
      })) {
    return "it has a control character in it";
  }
  const auto fields = fields_of(line);
  into.local = local_of(fields[0]);
  if (!is_mailbox_local(into.local)) {
    return "it begins with no address that a mailbox can have";
  }
  into.hash = fields[1];
  into.uid = fields[2];
  into.gid = fields[3];
  into.display_name = fields[4];
  into.home = fields[5];
  into.shell = fields[6];
  into.has_user = true;
  return read_extras(fields[7], into);
}

std::vector<std::string> extra_fields(std::string_view line) {
  std::vector<std::string> found;
  const auto take = [&](std::string_view extra) {
    std::uint64_t octets = 0;
    const bool quota =
        extra.starts_with(kQuotaRule) && read_quota(extra.substr(kQuotaRule.size()), octets);
    found.push_back(quota ? fmt::format("{}*:bytes={}", kQuotaRule, octets) : std::string(extra));
  };
  for_each_item(fields_of(line).back(), take, " ");
  return found;
}

void append_passwd_line(std::string& out, std::string_view domain, const Mailbox& mailbox) {
  fmt::format_to(std::back_inserter(out),
                 "{}@{}:{}:{}:{}:{}:{}:{}:",
                 mailbox.local,
                 domain,
                 mailbox.hash,
                 mailbox.uid,
                 mailbox.gid,
                 mailbox.display_name,
                 mailbox.home,
                 mailbox.shell);
  std::string_view separator;
  if (mailbox.quota != 0) {
    fmt::format_to(std::back_inserter(out), "{}*:bytes={}", kQuotaRule, mailbox.quota);
    separator = " ";
  }
  if (mailbox.nologin) {
    out.append(separator).append(kNoLogin);
    separator = " ";
  }
  for (const auto extra : mailbox.extras) {
    out.append(separator).append(extra);
    separator = " ";
  }
  out += '\n';
}

}  // namespace plumb::providers::postfix_dovecot
