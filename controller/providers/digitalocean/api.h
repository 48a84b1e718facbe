#pragma once

#include <stop_token>

#include <nlohmann/json_fwd.hpp>

#include "controller/providers/bearer_api.h"
#include "controller/providers/digitalocean/config.h"
#include "resources/model/result.h"

namespace plumb::providers::digitalocean {

using Json = nlohmann::json;

/// The calls of the API, with its errors in our words. Thread-safe.
///
/// An answer counts as good where its status is 2xx and it is a JSON object, or, to a DELETE, has
/// no body. All else is an Error: "digitalocean: POST /v2/domains: 422 Unprocessable Content:
/// unprocessable_entity: Name is already in use (request 4d9d8375)", with the vendor's own word as
/// `vendor_code`.
class Api : public BearerApi {
 public:
  /// Requires: `http` outlives this.
  Api(const Config& config, env::Secret token, env::Http& http);

  /// The whole answer; an empty object for that to a DELETE.
  Result<Json> call(const env::HttpRequest& request, std::stop_token stop) const;

 private:
  Error error_of(const env::HttpRequest& request,
                 env::HttpResponse response,
                 const Json* answer) const;
};

/// Whether the vendor itself says that what was named is not there; a status alone does not, which
/// a wrong endpoint gives as well.
bool is_gone(const Error& error);

}  // namespace plumb::providers::digitalocean
