#include "controller/providers/postfix_dovecot/policy.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "controller/env/atomic_file.h"
#include "controller/providers/postfix_dovecot/folders.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/mail/mta_sts.h"
#include "resources/model/cbor.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

bool is_plain(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

Result<std::string> policy_text(std::string_view body) {
  const auto mode = cbor::field_octets(body, kinds::kPolicyMode).value_or("");
  const auto age = cbor::field_number(body, kinds::kPolicyMaxAge);
  if ((mode != "enforce" && mode != "testing" && mode != "none") || !age) {
    return fail(ErrorCode::invalid_input, "an MTA-STS policy needs a mode and a maxAge");
  }
  std::string text = fmt::format("version: STSv1\r\nmode: {}\r\n", mode);
  for (const auto pattern : cbor::field_list(body, kinds::kPolicyMx)) {
    if (!is_plain(pattern)) {
      return fail(ErrorCode::invalid_input, "an mx of the MTA-STS policy is no host name");
    }
    text += fmt::format("mx: {}\r\n", pattern);
  }
  return text + fmt::format("max_age: {}\r\n", *age);
}

std::optional<std::string> policy_body(std::string_view text) {
  const auto policy = mail::read_policy(text);
  if (!policy.versioned || policy.mode.empty() || !policy.max_age_s || policy.has_others) {
    return std::nullopt;
  }
  auto mx = policy.mx;
  std::sort(mx.begin(), mx.end());
  mx.erase(std::unique(mx.begin(), mx.end()), mx.end());
  std::string body;
  cbor::map(body, 3);
  cbor::unsigned_number(body, kinds::kPolicyMode);
  cbor::octets(body, policy.mode);
  cbor::unsigned_number(body, kinds::kPolicyMx);
  cbor::array(body, mx.size());
  for (const auto& pattern : mx) {
    cbor::octets(body, pattern);
  }
  cbor::unsigned_number(body, kinds::kPolicyMaxAge);
  cbor::unsigned_number(body, *policy.max_age_s);
  return body;
}

Result<void> write_policy(const fs::path& path, std::string_view text) {
  if (auto made = make_folder(path.parent_path()); !made) {
    return made;
  }
  return env::write_file_atomically(path, text);
}

Result<void> remove_policy(const fs::path& path) {
  std::error_code code;
  fs::remove(path, code);
  if (code) {
    return tl::unexpected(cannot("remove", path, code));
  }
  // Other people's files keep their folders: only empty ones go.
  std::error_code ignored;
  fs::remove(path.parent_path(), ignored);
  fs::remove(path.parent_path().parent_path(), ignored);
  return {};
}

}  // namespace plumb::providers::postfix_dovecot
