#include "controller/providers/cloudflare/config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/values/quoted.h"

namespace plumb::providers::cloudflare {
namespace {

constexpr auto kFields =
    std::to_array<std::string_view>({"account", "auth", "endpoint", "limits", "type"});
constexpr auto kAuthFields = std::to_array<std::string_view>({"token"});
constexpr std::size_t kIdSize = 32;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

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
  auto id = lower(text != nullptr ? *text : std::string());
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

/// Scheme, host and port of an address, in lower case; empty where it has none of the two schemes.
std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  auto origin = lower(url.substr(0, std::min(url.find('/', scheme + 3), url.size())));
  const bool known = origin.starts_with("https://") || origin.starts_with("http://");
  return known && origin.size() > scheme + 3 ? origin : std::string();
}

bool is_this_machine(std::string_view origin) {
  const auto host = origin.substr(origin.find("://") + 3);
  return host == "localhost" || host.starts_with("localhost:") || host == "127.0.0.1" ||
         host.starts_with("127.0.0.1:") || host.starts_with("[::1]");
}

void read_endpoint(const Value& spec, std::string& into, Diagnostics& problems) {
  const auto* written = spec.find("endpoint");
  if (written == nullptr) {
    return;
  }
  const auto hint = fmt::format("leave it out: it is {}", kEndpoint);
  const auto* text = written->as_string();
  const std::string_view url = text != nullptr ? std::string_view(*text) : std::string_view();
  const auto origin = origin_of(url);
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '?' && c != '#' && c != '@' && c != '\\';
  });
  if (origin.empty() || !plain) {
    problems.error(written->place, "endpoint is no http or https address", hint);
    return;
  }
  if (origin.starts_with("http://") && !is_this_machine(origin)) {
    problems.error(written->place,
                   "endpoint is plain http, which would show the token to the network",
                   "write https://");
    return;
  }
  into = origin + std::string(url.substr(origin.size()));
  while (into.ends_with('/')) {
    into.pop_back();
  }
}

void read_token(const Value& spec, SecretRef& into, Diagnostics& problems) {
  const auto* auth = spec.find("auth");
  const auto* token = auth != nullptr ? auth->find("token") : nullptr;
  const auto* secret = token != nullptr ? std::get_if<SecretRef>(&token->data) : nullptr;
  if (auth != nullptr) {
    check_setting_names(*auth, kAuthFields, "auth", problems);
  }
  if (secret == nullptr) {
    const auto& at = token != nullptr ? *token : auth != nullptr ? *auth : spec;
    problems.error(at.place,
                   token != nullptr ? "auth.token does not say where the token is to be had"
                                    : "a cloudflare provider needs auth.token",
                   "write `auth: {token: {env: CLOUDFLARE_API_TOKEN}}`; tokens never stand in a "
                   "manifest");
    return;
  }
  into = *secret;
}

}  // namespace

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  check_setting_names(spec, kFields, "a cloudflare provider", problems);
  read_account(spec, config.account, problems);
  read_endpoint(spec, config.endpoint, problems);
  read_token(spec, config.token, problems);
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
