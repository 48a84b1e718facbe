#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "controller/providers/bearer_api.h"
#include "controller/providers/cloudflare/config.h"
#include "resources/model/result.h"

namespace plumb::providers::cloudflare {

using Json = nlohmann::json;

/// The calls of the API, with its errors in our words. Thread-safe.
///
/// An answer counts as good where its status is 2xx, it is whole JSON, and `success` is true or not
/// there (a DELETE has none). All else is an Error: "cloudflare: POST /client/v4/zones: 400 Bad
/// Request: 1061 example.com already exists (cf-ray 8f0c...)", with the first of the vendor's own
/// codes as `vendor_code`. What an envelope with success=false reports was not done; a status 2xx
/// without such an envelope may have been.
class Api : public BearerApi {
 public:
  /// Requires: `http` outlives this.
  Api(const Config& config, env::Secret token, env::Http& http);

  /// The whole envelope of a good answer.
  Result<Json> call(const env::HttpRequest& request, std::stop_token stop) const;

 private:
  Error error_of(const env::HttpRequest& request,
                 env::HttpResponse response,
                 const Json* envelope) const;
};

/// Whether the vendor itself says that a record or zone with this id is not there (any more); a
/// status alone does not, which a wrong endpoint gives as well.
bool is_gone(const Error& error);
bool is_record_gone(const Error& error);
bool is_zone_gone(const Error& error);

}  // namespace plumb::providers::cloudflare
