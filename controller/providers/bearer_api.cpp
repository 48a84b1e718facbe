#include "controller/providers/bearer_api.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace plumb::providers {
namespace {

using Json = nlohmann::json;

/// A listing of a large zone takes its time.
constexpr std::chrono::seconds kTimeout{120};

env::Secret bearer(std::string_view token) {
  std::string text;
  text.reserve(7 + token.size());  // no second copy that nobody wipes
  text.append("Bearer ").append(token);
  env::Secret secret(text);
  env::wipe(text);
  return secret;
}

void set_body(env::HttpRequest& request, const Json& body) {
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

BearerApi::BearerApi(std::string vendor, std::string endpoint, env::Secret token, env::Http& http)
    : vendor_(std::move(vendor)),
      endpoint_(std::move(endpoint)),
      token_(std::move(token)),
      bearer_(bearer(token_.reveal())),
      http_(http) {}

std::string BearerApi::whence(const env::HttpRequest& request) const {
  const std::string_view url = request.url;
  const auto host = url.find("://") + 3;
  const auto path = std::min(url.find('/', host), url.size());
  return fmt::format("{}: {} {}", vendor_, request.method, url.substr(path, url.find('?') - path));
}

env::HttpRequest BearerApi::request(std::string method, std::string_view path) const {
  env::HttpRequest out;
  out.method = std::move(method);
  out.url = endpoint_ + std::string(path);
  out.headers = {{"Accept", "application/json"}};
  out.timeout = kTimeout;
  out.secret_headers = {{"Authorization", &bearer_}};
  return out;
}

env::HttpRequest BearerApi::get(std::string_view path) const {
  return request("GET", path);
}

env::HttpRequest BearerApi::post(std::string_view path, const Json& body) const {
  auto out = request("POST", path);
  set_body(out, body);
  return out;
}

env::HttpRequest BearerApi::put(std::string_view path, const Json& body) const {
  auto out = request("PUT", path);
  set_body(out, body);
  out.replayable = true;
  return out;
}

env::HttpRequest BearerApi::remove(std::string_view path) const {
  auto out = request("DELETE", path);
  out.replayable = true;
  return out;
}

Result<env::HttpResponse> BearerApi::send(const env::HttpRequest& request,
                                          std::stop_token stop) const {
  auto response = http_.send(request, std::move(stop));
  if (!response) {
    auto error = std::move(response).error();
    const bool names_call = error.message.starts_with(request.method + " ");
    return tl::unexpected(std::move(error).in(names_call ? vendor_ : whence(request)));
  }
  return response;
}

std::string BearerApi::without_token(std::string text) const {
  const auto token = token_.reveal();
  for (auto at = text.find(token); !token.empty() && at != std::string::npos;
       at = text.find(token, at + 3)) {
    text.replace(at, token.size(), "***");
  }
  return text;
}

std::string query_value(std::string_view text) {
  std::string value;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    value += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return value;
}

bool is_html(const env::HttpResponse& response) {
  return response.header("Content-Type").find("html") != std::string::npos;
}

bool is_json(const env::HttpResponse& response) {
  const auto type = response.header("Content-Type");
  return type.empty() || type.find("json") != std::string::npos;
}

}  // namespace plumb::providers
