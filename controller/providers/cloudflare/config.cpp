#include "controller/providers/cloudflare/config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/model/ascii.h"
#include "resources/values/quoted.h"

namespace plumb::providers::cloudflare {
namespace {

constexpr auto kFields =
    std::to_array<std::string_view>({"account", "auth", "endpoint", "limits", "type"});
constexpr std::size_t kIdSize = 32;

bool is_id(std::string_view text) {
  return text.size() == kIdSize && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void read_account(const Value& spec, std::string& into, Diagnostics& problems) {
  constexpr auto* kHint = "write the account id that the dashboard shows: 32 hexadecimal digits";
  const auto* written = spec.find("account");
  if (written == nullptr) {
    problems.error(spec.place, "a cloudflare provider needs the id of its account", kHint);
    return;
  }
  const auto* text = written->as_string();
  auto id = ascii_lower(text != nullptr ? *text : std::string());
  if (!is_id(id)) {
    problems.error(written->place,
                   text != nullptr
                       ? "account " + values::quoted(*text) + " is no id"
                       : fmt::format("account is {}, not an id in quotes", type_name(*written)),
                   kHint);
    return;
  }
  into = std::move(id);
}

}  // namespace

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  check_setting_names(spec, kFields, "a cloudflare provider", problems);
  read_account(spec, config.account, problems);
  read_endpoint(spec, config.endpoint, problems);
  read_token(spec, "a cloudflare provider", "CLOUDFLARE_API_TOKEN", config.token, problems);
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
  return config.endpoint == kEndpoint
             ? "cloudflare " + config.account
             : fmt::format("cloudflare {} at {}", config.account, config.endpoint);
}

}  // namespace plumb::providers::cloudflare
