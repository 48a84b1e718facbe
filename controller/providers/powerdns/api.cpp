#include "controller/providers/powerdns/api.h"

#include <utility>

#include <fmt/format.h>

#include "controller/providers/powerdns/answer.h"

namespace plumb::providers::powerdns {
namespace {

/// A PATCH of thousands of sets into a large zone takes seconds at the server.
constexpr std::chrono::seconds kTimeout{120};

/// Bodies of this size are taken by every server: one that is refused has another fault.
constexpr std::size_t kSmallBody = 65'536;

std::string hint_of(int status, std::size_t body_size) {
  switch (status) {
    case 401:
      return "check auth.apiKey of this provider against the server's api-key";
    case 403:
      return "check the server's webserver-allow-from";
    case 404:
      return "check endpoint and server of this provider";
    case 409:
      return "plan again";
    case 400:  // what PowerDNS says of a body that is too large
    case 413:
      return body_size > kSmallBody ? "raise the server's webserver-max-bodysize (in MB)" : "";
    default:
      return {};
  }
}

bool is_html(const env::HttpResponse& response) {
  return response.header("Content-Type").find("html") != std::string::npos;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_';
}

}  // namespace

std::string zone_path(const values::DomainName& zone) {
  std::string path = "/zones/";
  for (const char c : zone.text()) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    path += plain ? std::string(1, c) : fmt::format("={:02X}", static_cast<unsigned char>(c));
  }
  return path;
}

std::string query_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    value += is_unreserved(c) ? std::string(1, c)
                              : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return value;
}

bool Api::is_too_large(const env::HttpRequest& request, const env::HttpResponse& response) {
  return (response.status == 400 || response.status == 413) && request.body.size() > kSmallBody;
}

Api::Api(const Config& config, env::Secret key, env::Http& http)
    : endpoint_(config.endpoint),
      base_(config.endpoint + "api/v1/servers/" + config.server),
      key_(std::move(key)),
      http_(http) {}

std::string Api::whence(const env::HttpRequest& request) const {
  const std::string_view url = request.url;
  return fmt::format("powerdns {}: {} /{}",
                     endpoint_,
                     request.method,
                     url.substr(endpoint_.size(), url.find('?') - endpoint_.size()));
}

env::HttpRequest Api::request(std::string method, std::string_view path) const {
  env::HttpRequest out;
  out.method = std::move(method);
  out.url = base_ + std::string(path);
  out.headers = {{"Accept", "application/json"}};
  out.timeout = kTimeout;
  out.secret_headers = {{"X-API-Key", &key_}};
  return out;
}

env::HttpRequest Api::get(std::string_view path) const {
  return request("GET", path);
}

env::HttpRequest Api::post_zone(std::string body) const {
  // The answer need not repeat all that was sent.
  auto out = request("POST", "/zones?rrsets=false");
  out.headers.emplace_back("Content-Type", "application/json");
  out.body = std::move(body);
  return out;
}

env::HttpRequest Api::patch_zone(const values::DomainName& zone, std::string body) const {
  auto out = request("PATCH", zone_path(zone));
  out.headers.emplace_back("Content-Type", "application/json");
  out.body = std::move(body);
  // REPLACE and DELETE of whole sets: twice is as good as once.
  out.replayable = true;
  return out;
}

env::HttpRequest Api::put_zone(const values::DomainName& zone, std::string body) const {
  auto out = request("PUT", zone_path(zone));
  out.headers.emplace_back("Content-Type", "application/json");
  out.body = std::move(body);
  out.replayable = true;
  return out;
}

env::HttpRequest Api::delete_zone(const values::DomainName& zone) const {
  auto out = request("DELETE", zone_path(zone));
  out.replayable = true;
  return out;
}

Result<env::HttpResponse> Api::send(const env::HttpRequest& request, std::stop_token stop) const {
  auto response = http_.send(request, std::move(stop));
  if (!response) {
    auto error = std::move(response).error();
    const bool names_call = error.message.starts_with(request.method + " ");
    return tl::unexpected(std::move(error).in(names_call ? "powerdns" : whence(request)));
  }
  return response;
}

Result<std::string> Api::fetch(const env::HttpRequest& request, std::stop_token stop) const {
  PLUMB_TRY(response, send(request, std::move(stop)));
  if (response.status != 200) {
    return tl::unexpected(error_of(request, std::move(response)));
  }
  return std::move(response.body);
}

Error Api::error_of(const env::HttpRequest& request, env::HttpResponse response) const {
  const auto status = response.status;
  response.body =
      is_html(response) ? std::string("an HTML page") : error_text(std::move(response.body));
  auto error = env::error_of(request, response, "powerdns " + endpoint_);
  if (auto hint = hint_of(status, request.body.size()); !hint.empty()) {
    error.hint = std::move(hint);
  }
  if (response.ok()) {
    error.hint = "check that this provider's endpoint is a PowerDNS API";
    error.effect = env::is_safe_method(request.method) ? Effect::none : Effect::maybe;
  }
  return error;
}

}  // namespace plumb::providers::powerdns
