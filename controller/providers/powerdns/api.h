#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "controller/env/http.h"
#include "controller/env/secret.h"
#include "controller/providers/powerdns/config.h"
#include "resources/model/result.h"
#include "resources/values/domain_name.h"

namespace plumb::providers::powerdns {

/// The calls of the API, with its errors in our words. Thread-safe.
class Api {
 public:
  /// Requires: `http` outlives this.
  Api(const Config& config, env::Secret key, env::Http& http);

  /// "http://127.0.0.1:8081/".
  const std::string& endpoint() const { return endpoint_; }
  /// "powerdns http://127.0.0.1:8081/: GET /api/v1/...": how messages call a request.
  std::string whence(const env::HttpRequest& request) const;

  /// Requests of `path` below the server's own ("/zones"); "" is the server.
  env::HttpRequest get(std::string_view path) const;
  env::HttpRequest post_zone(std::string body) const;
  env::HttpRequest patch_zone(const values::DomainName& zone, std::string body) const;
  /// Replaces members of the zone itself (PUT): its account.
  env::HttpRequest put_zone(const values::DomainName& zone, std::string body) const;
  env::HttpRequest delete_zone(const values::DomainName& zone) const;

  /// The answer, whatever its status; Errors name the endpoint.
  Result<env::HttpResponse> send(const env::HttpRequest& request, std::stop_token stop) const;
  /// The body of an answer with status 200; any other status is an Error.
  Result<std::string> fetch(const env::HttpRequest& request, std::stop_token stop) const;
  /// What an answer with an unwelcome status means.
  Error error_of(const env::HttpRequest& request, env::HttpResponse response) const;
  /// Whether the body was more than the server takes (webserver-max-bodysize): PowerDNS says 400 to
  /// that, what stands before it may say 413. Nothing was done.
  static bool is_too_large(const env::HttpRequest& request, const env::HttpResponse& response);

 private:
  env::HttpRequest request(std::string method, std::string_view path) const;

  std::string endpoint_;
  std::string base_;  ///< endpoint and path of the server
  env::Secret key_;
  env::Http& http_;
};

/// "/zones/example.com.": octets that no path should hold are =XX, as the API spells them.
std::string zone_path(const values::DomainName& zone);
/// `text` as the value of a query parameter.
std::string query_value(std::string_view text);

}  // namespace plumb::providers::powerdns
