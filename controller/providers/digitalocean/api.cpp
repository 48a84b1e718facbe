#include "controller/providers/digitalocean/api.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "controller/providers/json_answer.h"
#include "resources/model/ascii.h"

namespace plumb::providers::digitalocean {
namespace {

constexpr auto* kGone = "not_found";
constexpr std::size_t kRequestIdShown = 40;

/// The vendor's id of a request, by which its support finds it; empty where it is none.
std::string request_id(const Json& answer) {
  const auto* id = text_in(answer, "request_id");
  const bool plain = id != nullptr && id->size() <= kRequestIdShown &&
                     std::all_of(id->begin(), id->end(), [](char c) {
                       return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
                     });
  return plain ? *id : std::string();
}

/// How long until the vendor takes another request, where its hourly limit is used up; of that it
/// says nothing in a Retry-After.
std::optional<std::chrono::minutes> until_reset(const env::HttpResponse& response) {
  const auto text = response.header("ratelimit-reset");
  std::int64_t at = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), at);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  const std::chrono::system_clock::time_point reset{std::chrono::seconds(at)};
  const auto wait = std::chrono::ceil<std::chrono::minutes>(reset - response.received);
  constexpr std::chrono::minutes kMost{24 * 60};
  return wait.count() > 0 && wait < kMost ? std::optional(wait) : std::nullopt;
}

std::string hint_of(const Error& error, const env::HttpResponse& response) {
  switch (error.category) {
    case ErrorCategory::authentication:
      return "check auth.token of this provider: it may have been revoked or have expired";
    case ErrorCategory::authorization:
      return "this token may not do that: it needs the scopes domain:read, and to write "
             "domain:create, domain:update and domain:delete";
    case ErrorCategory::rate_limit: {
      const auto wait = until_reset(response);
      return wait ? fmt::format(
                        "the requests of this hour are used up: room comes back from {} "
                        "minutes on; lower this provider's limits",
                        wait->count())
                  : error.hint;
    }
    case ErrorCategory::validation:
      return "see what the message says; nothing of this call was done";
    default:
      return error.hint;
  }
}

}  // namespace

bool is_gone(const Error& error) {
  return error.vendor_code == kGone;
}

Api::Api(const Config& config, env::Secret token, env::Http& http)
    : BearerApi("digitalocean", config.endpoint, std::move(token), http) {}

Result<Json> Api::call(const env::HttpRequest& request, std::stop_token stop) const {
  PLUMB_TRY(response, send(request, std::move(stop)));
  if (response.status == 204 && response.body.empty() && request.method == "DELETE") {
    return Json::object();
  }
  auto answer = Json::parse(response.body, nullptr, false);
  const bool whole = is_json(response) && answer.is_object();
  if (!response.ok() || !whole) {
    return tl::unexpected(error_of(request, std::move(response), whole ? &answer : nullptr));
  }
  return answer;
}

Error Api::error_of(const env::HttpRequest& request,
                    env::HttpResponse response,
                    const Json* answer) const {
  const auto* id = answer != nullptr ? text_in(*answer, "id") : nullptr;
  std::string text;
  if (id != nullptr) {
    const auto* message = text_in(*answer, "message");
    text = *id + ": " + (message != nullptr ? *message : std::string("no message"));
  } else if (is_html(response)) {
    text = "an HTML page";
  } else {
    text = response.body.empty() ? "an empty answer"
           : answer != nullptr   ? "the answer does not say what is wrong"
                                 : "the answer is no whole JSON: " +
                                     without_token(std::move(response.body)).substr(0, 200);
  }
  response.body = without_token(std::move(text));
  auto error = env::error_of(request, response, vendor());
  if (answer != nullptr && !request_id(*answer).empty()) {
    error.message += " (request " + request_id(*answer) + ")";
  }
  if (id != nullptr) {
    error.vendor_code = ascii_lower(std::string_view(*id));
  }
  if (response.ok()) {
    error.hint = "check that this provider's endpoint is the API of DigitalOcean";
    error.effect = env::is_safe_method(request.method) ? Effect::none : Effect::maybe;
  } else {
    error.hint = hint_of(error, response);
  }
  return error;
}

}  // namespace plumb::providers::digitalocean
