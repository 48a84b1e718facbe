#include "controller/providers/settings.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "resources/model/ascii.h"

namespace plumb::providers {
namespace {

constexpr auto kTokenFields = std::to_array<std::string_view>({"token"});

/// Scheme, host and port of an address, in lower case; empty where it has none of the two schemes.
std::string origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  auto origin = ascii_lower(url.substr(0, std::min(url.find('/', scheme + 3), url.size())));
  const bool known = origin.starts_with("https://") || origin.starts_with("http://");
  return known && origin.size() > scheme + 3 ? origin : std::string();
}

bool is_this_machine(std::string_view origin) {
  const auto host = origin.substr(origin.find("://") + 3);
  return host == "localhost" || host.starts_with("localhost:") || host == "127.0.0.1" ||
         host.starts_with("127.0.0.1:") || host.starts_with("[::1]");
}

}  // namespace

void check_setting_names(const Value& settings,
                         std::span<const std::string_view> known,
                         std::string_view of,
                         Diagnostics& problems) {
  const auto* fields = settings.as_map();
  for (const auto& field : fields != nullptr ? *fields : Value::Map()) {
    if (std::find(known.begin(), known.end(), field.name) == known.end()) {
      problems.error(field.place,
                     fmt::format("unknown field `{}` of {}", field.name, of),
                     did_you_mean(field.name, known));
    }
  }
}

void read_endpoint(const Value& spec, std::string& into, Diagnostics& problems) {
  const auto* written = spec.find("endpoint");
  if (written == nullptr) {
    return;
  }
  const auto hint = into.empty() ? std::string("write it as https://mail.example.com")
                                 : fmt::format("leave it out: it is {}", into);
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

void read_token(const Value& spec,
                std::string_view of,
                std::string_view example,
                SecretRef& into,
                Diagnostics& problems) {
  const auto* auth = spec.find("auth");
  const auto* token = auth != nullptr ? auth->find("token") : nullptr;
  const auto* secret = token != nullptr ? std::get_if<SecretRef>(&token->data) : nullptr;
  if (auth != nullptr) {
    check_setting_names(*auth, kTokenFields, "auth", problems);
  }
  if (secret == nullptr) {
    const auto& at = token != nullptr ? *token : auth != nullptr ? *auth : spec;
    problems.error(
        at.place,
        token != nullptr ? std::string("auth.token does not say where the token is to be had")
                         : fmt::format("{} needs auth.token", of),
        fmt::format("write `auth: {{token: {{env: {}}}}}`; tokens never stand in a manifest",
                    example));
    return;
  }
  into = *secret;
}

std::string tidy_path(std::string_view written) {
  auto path = std::filesystem::path(written).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  return path;
}

Error cannot_open(std::string_view provider, const Diagnostics& problems) {
  const auto& first = problems.all()[0];
  return {.code = ErrorCode::invalid_input,
          .message = fmt::format("provider {}: {}", provider, first.message),
          .hint = first.hint};
}

}  // namespace plumb::providers
