#include "controller/providers/mailcow/config.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/values/byte_size.h"

namespace plumb::providers::mailcow {
namespace {

constexpr auto kFields =
    std::to_array<std::string_view>({"auth", "endpoint", "limits", "newDomains", "type", "verify"});
constexpr auto kAuthFields = std::to_array<std::string_view>({"apiKey"});
constexpr auto kNewFields = std::to_array<std::string_view>(
    {"aliases", "defaultQuota", "mailboxQuota", "mailboxes", "quota"});
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::string_view kApi = "/api/v1";

void cut(std::string& text, std::string_view end) {
  if (text.ends_with(end)) {
    text.resize(text.size() - end.size());
  }
}

void read_server(const Value& spec, std::string& into, Diagnostics& problems) {
  if (spec.find("endpoint") == nullptr) {
    problems.error(spec.place,
                   "a mailcow provider needs the address of its server",
                   "write `endpoint: https://mail.example.com`");
    return;
  }
  read_endpoint(spec, into, problems);
  cut(into, kApi);
  cut(into, into.starts_with("https://") ? ":443" : ":80");
}

void read_key(const Value& spec, SecretRef& into, Diagnostics& problems) {
  const auto* auth = spec.find("auth");
  const auto* key = auth != nullptr ? auth->find("apiKey") : nullptr;
  const auto* secret = key != nullptr ? std::get_if<SecretRef>(&key->data) : nullptr;
  if (auth != nullptr) {
    check_setting_names(*auth, kAuthFields, "auth", problems);
  }
  if (secret == nullptr) {
    const auto& at = key != nullptr ? *key : auth != nullptr ? *auth : spec;
    problems.error(
        at.place,
        key != nullptr ? "auth.apiKey does not say where the key is to be had"
                       : "a mailcow provider needs auth.apiKey",
        "write `auth: {apiKey: {env: MAILCOW_API_KEY}}`; keys never stand in a manifest");
    return;
  }
  into = *secret;
}

void read_count(const Value& map,
                std::string_view name,
                std::optional<std::uint64_t>& into,
                Diagnostics& problems) {
  const auto* written = map.find(name);
  if (written == nullptr) {
    return;
  }
  const auto* number = written->as_int();
  if (number == nullptr || *number < 1) {
    problems.error(written->place,
                   fmt::format("newDomains.{} is no number above 0", name),
                   fmt::format("write `newDomains: {{{}: 500}}`", name));
    return;
  }
  into = static_cast<std::uint64_t>(*number);
}

void read_size(const Value& map,
               std::string_view name,
               std::optional<std::uint64_t>& into,
               Diagnostics& problems) {
  const auto* written = map.find(name);
  if (written == nullptr) {
    return;
  }
  const auto* text = written->as_string();
  const auto* number = written->as_int();
  auto size = values::parse_byte_size(text != nullptr     ? *text
                                      : number != nullptr ? std::to_string(*number)
                                                          : std::string());
  if (!size || *size == 0 || *size % kMiB != 0) {
    problems.error(written->place,
                   fmt::format("newDomains.{} is no size of whole MiB", name),
                   fmt::format("write `newDomains: {{{}: 10GiB}}`", name));
    return;
  }
  into = *size;
}

void read_new_domains(const Value& spec, NewDomains& into, Diagnostics& problems) {
  const auto* map = spec.find("newDomains");
  if (map == nullptr) {
    return;
  }
  if (map->as_map() == nullptr) {
    problems.error(map->place, "newDomains is no map", "write `newDomains: {mailboxes: 500}`");
    return;
  }
  check_setting_names(*map, kNewFields, "newDomains", problems);
  read_count(*map, "mailboxes", into.mailboxes, problems);
  read_count(*map, "aliases", into.aliases, problems);
  read_size(*map, "quota", into.quota, problems);
  read_size(*map, "mailboxQuota", into.mailbox_quota, problems);
  read_size(*map, "defaultQuota", into.default_quota, problems);
}

}  // namespace

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  check_setting_names(spec, kFields, "a mailcow provider", problems);
  read_server(spec, config.endpoint, problems);
  read_key(spec, config.api_key, problems);
  read_new_domains(spec, config.new_domains, problems);
  return config;
}

Result<std::string> account_of(const Value& spec) {
  Diagnostics problems;
  std::string endpoint;
  read_server(spec, endpoint, problems);
  if (problems.has_errors()) {
    return fail(ErrorCode::invalid_input, problems.all()[0].message, problems.all()[0].hint);
  }
  return "mailcow " + endpoint;
}

}  // namespace plumb::providers::mailcow
