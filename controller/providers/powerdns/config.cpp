#include "controller/providers/powerdns/config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "controller/providers/settings.h"
#include "resources/model/ascii.h"
#include "resources/values/domain_name.h"
#include "resources/values/duration.h"
#include "resources/values/quoted.h"

namespace plumb::providers::powerdns {
namespace {

using Names = std::span<const std::string_view>;

constexpr auto kFields = std::to_array<std::string_view>(
    {"apiRectify", "auth", "endpoint", "kind", "limits", "server", "soa", "type"});
constexpr auto kAuthFields = std::to_array<std::string_view>({"apiKey"});
constexpr auto kSoaFields = std::to_array<std::string_view>(
    {"contact", "expire", "minimum", "primary", "refresh", "retry"});
constexpr auto kKinds = std::to_array<std::string_view>({"Native", "Master"});

/// The text of an optional field; nullptr where there is none, or where it is no text, which is
/// reported.
const std::string* text_of(const Value& map,
                           std::string_view name,
                           std::string_view example,
                           Diagnostics& problems) {
  const auto* value = map.find(name);
  if (value == nullptr) {
    return nullptr;
  }
  const auto* text = value->as_string();
  if (text == nullptr || text->empty()) {
    problems.error(value->place,
                   fmt::format("{} is {}", name, text != nullptr ? "empty" : type_name(*value)),
                   fmt::format("write `{}: {}`", name, example));
    return nullptr;
  }
  return text;
}

void read_soa_name(const Value& soa, std::string_view name, std::string& into, Diagnostics& out) {
  const auto* text = text_of(soa, name, "ns1.example.com", out);
  if (text == nullptr) {
    return;
  }
  std::string_view domain = *text;
  const auto at = domain.find('@');
  if (name == "contact" && at != std::string_view::npos) {
    domain.remove_prefix(at + 1);
  }
  if (auto parsed = values::DomainName::parse(domain); !parsed || at == 0) {
    out.error(soa.find(name)->place,
              parsed ? Error{.message = fmt::format("soa.{} has nothing before the @", name)}
                     : std::move(parsed).error().in(fmt::format("soa.{}", name)));
    return;
  }
  into = *text;
}

void read_soa_time(const Value& soa, std::string_view name, std::uint32_t& into, Diagnostics& out) {
  const auto* value = soa.find(name);
  if (value == nullptr) {
    return;
  }
  const auto* number = value->as_int();
  const auto* text = value->as_string();
  auto seconds = values::parse_ttl(number != nullptr ? std::to_string(*number)
                                   : text != nullptr ? *text
                                                     : std::string());
  if (!seconds) {
    out.error(value->place, std::move(seconds).error().in(fmt::format("soa.{}", name)));
    return;
  }
  into = *seconds;
}

void read_soa(const Value& soa, SoaDefaults& into, Diagnostics& problems) {
  if (soa.as_map() == nullptr) {
    problems.error(soa.place, "soa is no map", "write `soa: {primary: ns1.example.com}`");
    return;
  }
  check_setting_names(soa, kSoaFields, "soa", problems);
  read_soa_name(soa, "primary", into.primary, problems);
  read_soa_name(soa, "contact", into.contact, problems);
  read_soa_time(soa, "refresh", into.refresh, problems);
  read_soa_time(soa, "retry", into.retry, problems);
  read_soa_time(soa, "expire", into.expire, problems);
  read_soa_time(soa, "minimum", into.minimum, problems);
}

void read_api_key(const Value& spec, SecretRef& into, Diagnostics& problems) {
  const auto* auth = spec.find("auth");
  const auto* key = auth != nullptr ? auth->find("apiKey") : nullptr;
  const auto* secret = key != nullptr ? std::get_if<SecretRef>(&key->data) : nullptr;
  if (auth != nullptr) {
    check_setting_names(*auth, kAuthFields, "auth", problems);
  }
  if (secret == nullptr) {
    const auto& at = key != nullptr ? *key : auth != nullptr ? *auth : spec;
    problems.error(at.place,
                   key != nullptr ? "auth.apiKey does not say where the key is to be had"
                                  : "a powerdns provider needs auth.apiKey",
                   "write `auth: {apiKey: {env: PDNS_API_KEY}}`; keys never stand in a manifest");
    return;
  }
  into = *secret;
}

void read_kind(const Value& spec, std::string& into, Diagnostics& problems) {
  const auto* kind = text_of(spec, "kind", "Native", problems);
  if (kind == nullptr) {
    return;
  }
  if (*kind == "Slave" || *kind == "Secondary") {
    problems.error(spec.find("kind")->place,
                   "kind " + *kind + " is for zones whose records come from another server",
                   "write Native or Master here, and leave secondary zones to their primary");
    return;
  }
  if (std::find(kKinds.begin(), kKinds.end(), *kind) == kKinds.end()) {
    auto hint = did_you_mean(*kind, kKinds);
    problems.error(spec.find("kind")->place,
                   "there is no kind " + values::quoted(*kind) + " of zones",
                   hint.empty() ? "write Native or Master" : std::move(hint));
    return;
  }
  into = *kind;
}

void read_endpoint(const Value& spec, std::string& into, Diagnostics& problems) {
  constexpr std::string_view kExample = "http://127.0.0.1:8081";
  if (spec.find("endpoint") == nullptr) {
    problems.error(spec.place,
                   "a powerdns provider needs an endpoint",
                   fmt::format("write `endpoint: {}`", kExample));
    return;
  }
  const auto* written = text_of(spec, "endpoint", kExample, problems);
  if (written == nullptr) {
    return;
  }
  auto endpoint = normalised_endpoint(*written);
  if (!endpoint) {
    problems.error(spec.find("endpoint")->place, std::move(endpoint).error().in("endpoint"));
    return;
  }
  into = std::move(*endpoint);
}

/// The port of "host:port", "[::1]:port" or "host" (then 0), taken off `authority`; nothing where
/// it is no port.
std::optional<std::uint16_t> take_port(std::string_view& authority) {
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.find(']', colon) != std::string_view::npos) {
    return std::uint16_t{0};
  }
  const auto port = authority.substr(colon + 1);
  authority.remove_suffix(port.size() + 1);
  std::uint16_t number = 0;
  const auto* end = port.data() + port.size();
  const auto [stop, failed] = std::from_chars(port.data(), end, number);
  if (!port.empty() && (failed != std::errc() || stop != end || number == 0)) {
    return std::nullopt;
  }
  return number;
}

bool is_plain(std::string_view url) {
  return std::none_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f ||
           c == '?' || c == '#' || c == '@' || c == '\\';
  });
}

}  // namespace

Result<std::string> normalised_endpoint(std::string_view written) {
  const auto colon = written.find("://");
  const auto scheme = ascii_lower(written.substr(0, colon));
  constexpr auto* kHint = "write the API's address: http://127.0.0.1:8081";
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return values::invalid("the address does not begin with http:// or https://", kHint);
  }
  if (!is_plain(written)) {
    return values::invalid(
        "the address has a user name, a query, a fragment or a character that no address has",
        kHint);
  }
  auto rest = written.substr(colon + 3);
  const auto slash = std::min(rest.find('/'), rest.size());
  auto authority = rest.substr(0, slash);
  auto path = std::string(rest.substr(slash)) + "/";
  const auto port = take_port(authority);
  if (authority.empty() || !port) {
    return values::invalid(authority.empty() ? "the address has no host" : "the port is no port",
                           kHint);
  }
  path.erase(
      std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }),
      path.end());
  constexpr std::string_view kApi = "/api/v1/";
  if (path.ends_with(kApi)) {
    path.resize(path.size() - kApi.size() + 1);
  }
  const bool is_default = *port == 0 || *port == (scheme == "http" ? 80 : 443);
  return fmt::format("{}://{}{}{}",
                     scheme,
                     ascii_lower(authority),
                     is_default ? std::string() : fmt::format(":{}", *port),
                     path);
}

Config read_config(const Value& spec, Diagnostics& problems) {
  Config config;
  check_setting_names(spec, kFields, "a powerdns provider", problems);
  read_endpoint(spec, config.endpoint, problems);
  read_api_key(spec, config.api_key, problems);
  read_kind(spec, config.kind, problems);
  if (const auto* server = text_of(spec, "server", "localhost", problems)) {
    config.server = *server;
    if (!is_plain(*server) || server->find('/') != std::string::npos) {
      problems.error(spec.find("server")->place,
                     "server " + values::quoted(*server) + " is no server id",
                     "leave it out: PowerDNS calls its one server localhost");
    }
  }
  if (const auto* rectify = spec.find("apiRectify")) {
    if (rectify->as_bool() == nullptr) {
      problems.error(rectify->place, "apiRectify is no boolean", "write true or false");
    } else {
      config.api_rectify = *rectify->as_bool();
    }
  }
  if (const auto* soa = spec.find("soa")) {
    read_soa(*soa, config.soa, problems);
  }
  return config;
}

Result<std::string> account_of(const Value& spec) {
  Diagnostics problems;
  std::string endpoint;
  read_endpoint(spec, endpoint, problems);
  const auto* server = text_of(spec, "server", "localhost", problems);
  if (problems.has_errors()) {
    return fail(ErrorCode::invalid_input, problems.all()[0].message, problems.all()[0].hint);
  }
  return fmt::format("powerdns {} {}", endpoint, server != nullptr ? *server : "localhost");
}

}  // namespace plumb::providers::powerdns
