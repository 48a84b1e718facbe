#include "controller/providers/postfix_dovecot/policy.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "controller/env/atomic_file.h"
#include "resources/kinds/mail_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

bool is_plain(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) {
    return fail(ErrorCode::denied,
                fmt::format("cannot make directory {}: {}", folder.string(), code.message()),
                "give this user the right to do so, or choose another directory");
  }
  return {};
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
  std::string_view mode;
  std::vector<std::string_view> mx;
  std::uint64_t age = 0;
  bool version = false;
  bool aged = false;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto colon = line.find(':');
    const auto name = without_blanks(line.substr(0, colon));
    if (name.empty() && colon == std::string_view::npos) {
      continue;
    }
    const auto value = colon == std::string_view::npos ? std::string_view()
                                                       : without_blanks(line.substr(colon + 1));
    if (name == "version") {
      version = value == "STSv1";
    } else if (name == "mode") {
      mode = value;
    } else if (name == "mx") {
      mx.push_back(value);
    } else if (name == "max_age") {
      const auto* end = value.data() + value.size();
      const auto [stop, failed] = std::from_chars(value.data(), end, age);
      aged = failed == std::errc() && stop == end;
    } else {
      return std::nullopt;
    }
  }
  if (!version || mode.empty() || !aged) {
    return std::nullopt;
  }
  std::sort(mx.begin(), mx.end());
  mx.erase(std::unique(mx.begin(), mx.end()), mx.end());
  std::string body;
  cbor::map(body, 3);
  cbor::unsigned_number(body, kinds::kPolicyMode);
  cbor::octets(body, mode);
  cbor::unsigned_number(body, kinds::kPolicyMx);
  cbor::array(body, mx.size());
  for (const auto pattern : mx) {
    cbor::octets(body, pattern);
  }
  cbor::unsigned_number(body, kinds::kPolicyMaxAge);
  cbor::unsigned_number(body, age);
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
    return fail(ErrorCode::denied,
                fmt::format("cannot remove {}: {}", path.string(), code.message()));
  }
  // Other people's files keep their folders: only empty ones go.
  std::error_code ignored;
  fs::remove(path.parent_path(), ignored);
  fs::remove(path.parent_path().parent_path(), ignored);
  return {};
}

}  // namespace plumb::providers::postfix_dovecot
