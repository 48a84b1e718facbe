#include "controller/providers/cloudflare/api.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "controller/providers/json_answer.h"

namespace plumb::providers::cloudflare {
namespace {

constexpr std::size_t kRayShown = 40;
constexpr std::size_t kBodyShown = 200;

/// What a code of the vendor means, whatever the status. Codes, not texts: the texts change.
struct Meaning {
  std::int64_t code;
  ErrorCode is;
  ErrorCategory category;
  const char* hint;
};

constexpr auto* kCheckToken =
    "check auth.token of this provider: `curl -H \"Authorization: Bearer ...\" "
    "https://api.cloudflare.com/client/v4/user/tokens/verify` says whether it is active";
constexpr auto* kPlanAgain = "the zone has changed since it was read: plan again";
constexpr auto* kElsewhere =
    "a zone of that name is there already, out of this token's sight or in another account: give "
    "the "
    "token Zone: Read for all zones of this account, or declare the domain at the account that has "
    "it";
constexpr auto* kMayNotMake = "this token may make no zones: it needs Zone: Edit on all zones";
constexpr auto* kMayNotDelete = "this token may delete no zones: it needs Zone: Edit on this one";
constexpr auto* kInTheWay =
    "something else stands at this name, perhaps what Cloudflare keeps itself: `plumb show` tells; "
    "take it away there, or this record out of the manifest";
constexpr auto* kMayNot =
    "this token may not do that in this zone: it needs Zone: Read and DNS: Edit on it";

constexpr auto kMeanings = std::to_array<Meaning>({
    {10'000, ErrorCode::denied, ErrorCategory::authentication, kCheckToken},
    {9'109, ErrorCode::denied, ErrorCategory::authentication, kCheckToken},
    {6'003, ErrorCode::denied, ErrorCategory::authentication, kCheckToken},
    {6'111, ErrorCode::denied, ErrorCategory::authentication, kCheckToken},
    {1'001, ErrorCode::not_found, ErrorCategory::not_found, kPlanAgain},
    {1'032, ErrorCode::conflict, ErrorCategory::conflict, kPlanAgain},
    {81'044, ErrorCode::conflict, ErrorCategory::conflict, kPlanAgain},
    {81'053, ErrorCode::invalid_input, ErrorCategory::validation, kInTheWay},
    {81'054, ErrorCode::invalid_input, ErrorCategory::validation, kInTheWay},
    {81'057, ErrorCode::invalid_input, ErrorCategory::validation, kPlanAgain},
    {81'058, ErrorCode::invalid_input, ErrorCategory::validation, kPlanAgain},
    {1'061, ErrorCode::conflict, ErrorCategory::conflict, kElsewhere},
    {7'000, ErrorCode::not_found, ErrorCategory::not_found, "check endpoint of this provider"},
    {7'003, ErrorCode::not_found, ErrorCategory::not_found, kPlanAgain},
    {1'105, ErrorCode::unavailable, ErrorCategory::server, "try again later"},
    {971, ErrorCode::unavailable, ErrorCategory::rate_limit, "lower this provider's limits"},
});

/// The vendor's id of a request, by which its support finds it; empty where it is none.
std::string ray_of(const env::HttpResponse& response) {
  auto ray = response.header("CF-RAY");
  const bool plain = std::all_of(ray.begin(), ray.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
  return plain && ray.size() <= kRayShown ? ray : std::string();
}

std::int64_t code_of(const Json& error) {
  const auto* code = member(error, "code");
  return code != nullptr && code->is_number_integer() ? code->get<std::int64_t>() : 0;
}

void append_error(std::string& out, const Json& error) {
  const auto* message = member(error, "message");
  out += out.empty() ? "" : ": ";
  if (const auto code = code_of(error); code != 0) {
    out += std::to_string(code) + " ";
  }
  out += message != nullptr && message->is_string() ? message->get_ref<const std::string&>()
                                                    : std::string("no message");
  // The real cause stands in the chain (1004 alone says "DNS Validation Error").
  const auto* chain = member(error, "error_chain");
  if (chain != nullptr && chain->is_array() && !chain->empty() && out.size() < 300) {
    append_error(out, chain->front());
  }
}

const Meaning* meaning_of(std::int64_t code) {
  const auto* const known =
      std::find_if(kMeanings.begin(), kMeanings.end(), [&](auto& m) { return m.code == code; });
  return known == kMeanings.end() ? nullptr : known;
}

/// The first error whose code says something to us; else the first.
const Json* first_error(const Json* envelope) {
  const auto* errors = envelope != nullptr ? member(*envelope, "errors") : nullptr;
  if (errors == nullptr || !errors->is_array() || errors->empty()) {
    return nullptr;
  }
  const auto known = std::find_if(errors->begin(), errors->end(), [](const Json& error) {
    return meaning_of(code_of(error)) != nullptr;
  });
  return known == errors->end() ? &errors->front() : &*known;
}

/// A token that is good for others is refused by the same codes where a permission is missing.
bool is_permission(const env::HttpRequest& request, const Api& api, int status) {
  return status == 403 &&
         (request.method != "GET" || request.url.starts_with(api.endpoint() + "/zones/"));
}

void set_meaning(
    Error& error, const env::HttpRequest& request, const Api& api, std::int64_t code, int status) {
  if (const auto* known = meaning_of(code)) {
    error.code = known->is;
    error.category = known->category;
    error.hint = known->hint;
  } else if (error.category == ErrorCategory::none) {
    error.code = ErrorCode::invalid_input;
    error.category = ErrorCategory::validation;
    error.hint = "see what the message says; nothing of this call was done";
  }
  if (error.category == ErrorCategory::authentication && is_permission(request, api, status)) {
    error.category = ErrorCategory::authorization;
    error.hint = request.method == "DELETE"                 ? kMayNotDelete
                 : request.url == api.endpoint() + "/zones" ? kMayNotMake
                                                            : kMayNot;
  }
}

}  // namespace

bool is_gone(const Error& error) {
  return is_record_gone(error) || is_zone_gone(error);
}

bool is_record_gone(const Error& error) {
  return error.vendor_code == "81044" || error.vendor_code == "1032";
}

bool is_zone_gone(const Error& error) {
  return error.vendor_code == "7003" || error.vendor_code == "1001";
}

Api::Api(const Config& config, env::Secret token, env::Http& http)
    : BearerApi("cloudflare", config.endpoint, std::move(token), http) {}

Result<Json> Api::call(const env::HttpRequest& request, std::stop_token stop) const {
  PLUMB_TRY(response, send(request, std::move(stop)));
  auto envelope = Json::parse(response.body, nullptr, false);
  if (!is_json(response) || !envelope.is_object()) {
    return tl::unexpected(error_of(request, std::move(response), nullptr));
  }
  const auto* success = member(envelope, "success");
  const bool good = success == nullptr ? request.method == "DELETE" && envelope.contains("result")
                                       : success->is_boolean() && success->get<bool>();
  if (!response.ok() || !good) {
    return tl::unexpected(error_of(request, std::move(response), &envelope));
  }
  return envelope;
}

Error Api::error_of(const env::HttpRequest& request,
                    env::HttpResponse response,
                    const Json* envelope) const {
  const auto* const first = first_error(envelope);
  std::string text;
  if (first != nullptr) {
    append_error(text, *first);
  } else if (is_html(response)) {
    text = "an HTML page";
  } else if (envelope == nullptr) {
    text = response.body.empty()
               ? "an empty answer"
               // What is cut first could leave a part of the token.
               : "the answer is no whole JSON: " +
                     without_token(std::move(response.body)).substr(0, kBodyShown);
  } else {
    text = "the answer does not say success: true";
  }
  response.body = without_token(std::move(text));
  auto error = env::error_of(request, response, "cloudflare");
  if (const auto ray = ray_of(response); !ray.empty()) {
    error.message += " (cf-ray " + ray + ")";
  }
  if (first != nullptr && code_of(*first) != 0) {
    error.vendor_code = std::to_string(code_of(*first));
    set_meaning(error, request, *this, code_of(*first), response.status);
  } else if (response.ok()) {
    error.hint = "check that this provider's endpoint is the API of Cloudflare";
    error.effect = env::is_safe_method(request.method) ? Effect::none : Effect::maybe;
  }
  return error;
}

}  // namespace plumb::providers::cloudflare
