#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/env/clock.h"
#include "controller/env/limiter.h"
#include "controller/env/random.h"
#include "controller/env/retry.h"
#include "controller/env/secret.h"
#include "resources/model/result.h"

namespace plumb::env {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One call to a vendor.
struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< http or https, absolute
  HttpHeaders headers;
  std::string body;
  /// Whether sending it twice is as good as once. GET, HEAD and OPTIONS always are.
  bool replayable = false;
  std::chrono::milliseconds timeout{30'000};          ///< for the whole call
  std::size_t response_cap = std::size_t{256} << 20;  ///< octets, decompressed
  /// The address and port that is connected to, whatever the name in `url` leads to:
  /// "192.0.2.1:443". Empty: what the machine's resolver says.
  std::string connect_to;
  /// Headers whose values are secret: never part of an error. Requires: they outlive the call.
  std::vector<std::pair<std::string, const Secret*>> secret_headers;
};

/// What came back, whatever its status.
struct HttpResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
  std::chrono::system_clock::time_point received = {};

  bool ok() const { return status >= 200 && status < 300; }
  /// The first header called `name`, upper and lower case alike; empty where there is none.
  std::string header(std::string_view name) const;
};

/// Sends requests. Thread-safe. No implementation sends a request that is not replayable twice.
class Http {
 public:
  virtual ~Http() = default;
  /// Any status is a response (see error_of). Errors: unavailable (network: no or no whole answer),
  /// cancelled, invalid_input (the request itself). `effect` is maybe as soon as any of a request
  /// that is not GET, HEAD or OPTIONS went out.
  virtual Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) = 0;
};

struct CurlOptions {
  std::string user_agent = "plumb";
  std::string ca_file;  ///< PEM of the authorities to trust; empty: the system's
};

/// Http over libcurl: HTTP/1.1, connections kept alive, TLS verified, redirects not followed,
/// compression undone. Costs nothing until the first send. Thread-safe.
///
/// libcurl by itself re-sends a request when a reused connection dies under it, even when the
/// server had already acted. What is not replayable is therefore checked before every sending, and
/// its body comes from a callback that cannot rewind: it goes out once, or ends as an Error with
/// effect maybe.
class CurlHttp final : public Http {
 public:
  explicit CurlHttp(CurlOptions options = {});
  ~CurlHttp() override;
  CurlHttp(const CurlHttp&) = delete;
  CurlHttp& operator=(const CurlHttp&) = delete;
  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override;

 private:
  class Pool;
  std::unique_ptr<Pool> pool_;
};

/// Http within one account's limits, tried again by `policy` where that is safe: nothing reached
/// the vendor, or the request is replayable. After the last attempt its answer is given as it is. A
/// "too many requests" pauses all that share the limiter. Thread-safe.
class LimitedHttp final : public Http {
 public:
  /// Requires: all references outlive this.
  LimitedHttp(
      Http& http, Limiter& limiter, Clock& clock, Random& random, const RetryPolicy& policy = {})
      : http_(http), limiter_(limiter), clock_(clock), random_(random), policy_(policy) {}
  Result<HttpResponse> send(const HttpRequest& request, std::stop_token stop) override;

 private:
  Result<HttpResponse> send_once(const HttpRequest& request, const std::stop_token& stop);

  Http& http_;
  Limiter& limiter_;
  Clock& clock_;
  Random& random_;
  RetryPolicy policy_;
};

/// Whether the method by itself changes nothing: GET, HEAD, OPTIONS (RFC 9110 §9.2.1).
bool is_safe_method(std::string_view method);

/// The failure that a response without a 2xx status is. Message: "<vendor>: PATCH /api/zones/x: 422
/// <what the body says>": one line, at most 300 octets of the body, no query, no secret header.
/// vendor_code is the status.
///   400 422 413  invalid_input, validation     401  denied, authentication
///   404 410      not_found                     403  denied, authorization
///   409 412      conflict                      429  unavailable, rate_limit, Retry-After
///   5xx 408      unavailable, server, Retry-After; effect maybe unless the method is safe
///   else         internal
/// Retry-After in seconds or as a date (RFC 9110 §10.2.3), measured by the response's own Date.
Error error_of(const HttpRequest& request, const HttpResponse& response, std::string_view vendor);

}  // namespace plumb::env
