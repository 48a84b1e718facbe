#include "controller/providers/digitalocean/config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/model/ascii.h"

namespace plumb::providers::digitalocean {
namespace {

constexpr auto kFields =
    std::to_array<std::string_view>({"account", "auth", "endpoint", "limits", "type"});
constexpr std::size_t kLongest = 64;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongest &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
                  c == '.';
         });
}

void read_account(const Value& spec, std::string& into, Diagnostics& problems) {
  const auto* written = spec.find("account");
  if (written == nullptr) {
    return;
  }
  const auto* text = written->as_string();
  auto word = text != nullptr ? ascii_lower(std::string_view(*text)) : std::string();
  if (!is_word(word)) {
    problems.error(written->place,
                   "account is no word of letters, digits, dots and hyphens",
                   "write the name or the id of the token's team, which tells it from others");
    return;
  }
  into = std::move(word);
}

}  // namespace

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  check_setting_names(spec, kFields, "a digitalocean provider", problems);
  read_account(spec, config.account, problems);
  read_endpoint(spec, config.endpoint, problems);
  read_token(spec, "a digitalocean provider", "DIGITALOCEAN_TOKEN", config.token, problems);
  return config;
}

Result<std::string> account_of(const Value& spec) {
  Diagnostics problems;
  Config config;
  read_account(spec, config.account, problems);
  read_endpoint(spec, config.endpoint, problems);
  if (problems.has_errors()) {
    return fail(ErrorCode::invalid_input, problems.all()[0].message, problems.all()[0].hint);
  }
  std::string account = "digitalocean";
  if (!config.account.empty()) {
    account += " " + config.account;
  }
  if (config.endpoint != kEndpoint) {
    account += " at " + config.endpoint;
  }
  return account;
}

}  // namespace plumb::providers::digitalocean
