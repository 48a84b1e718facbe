#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "controller/env/http.h"
#include "controller/env/secret.h"
#include "resources/model/result.h"

namespace plumb::providers {

/// The requests of an API that speaks JSON and knows people by a bearer token. Thread-safe.
class BearerApi {
 public:
  /// `vendor` as messages call it: "cloudflare". Requires: `http` outlives this.
  BearerApi(std::string vendor, std::string endpoint, env::Secret token, env::Http& http);

  const std::string& vendor() const { return vendor_; }
  const std::string& endpoint() const { return endpoint_; }
  /// "cloudflare: GET /client/v4/zones": how messages call a request.
  std::string whence(const env::HttpRequest& request) const;

  /// A request of `path` below the endpoint ("/zones?page=1").
  env::HttpRequest get(std::string_view path) const;
  /// Never replayable: what was created would be there twice, or be refused as being there.
  env::HttpRequest post(std::string_view path, const nlohmann::json& body) const;
  /// Replayable, as is remove(): it says what shall be, not what shall happen.
  env::HttpRequest put(std::string_view path, const nlohmann::json& body) const;
  env::HttpRequest remove(std::string_view path) const;

  /// Whatever was answered; errors name the vendor and the call.
  Result<env::HttpResponse> send(const env::HttpRequest& request, std::stop_token stop) const;
  /// `text` without the token, which a vendor may well repeat.
  std::string without_token(std::string text) const;

 private:
  env::HttpRequest request(std::string method, std::string_view path) const;

  std::string vendor_;
  std::string endpoint_;
  env::Secret token_;
  env::Secret bearer_;
  env::Http& http_;
};

/// `text` as the value of a query parameter, or as a part of a path.
std::string query_value(std::string_view text);

/// Whether a page is HTML, whatever was asked for.
bool is_html(const env::HttpResponse& response);
/// Whether it says that it is JSON, or says nothing.
bool is_json(const env::HttpResponse& response);

}  // namespace plumb::providers
