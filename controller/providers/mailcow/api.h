#pragma once

#include <initializer_list>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "controller/env/http.h"
#include "controller/env/secret.h"
#include "controller/providers/mailcow/config.h"
#include "resources/model/result.h"

namespace plumb::providers::mailcow {

using Json = nlohmann::json;

/// One line of the answer to a write: what the server says of one object or side effect.
struct Said {
  bool good = false;              ///< success or info
  bool bad = false;               ///< danger or error; a warning is neither
  std::string key;                ///< "mailbox_added", or free text
  std::vector<std::string> args;  ///< numbers as text; made fit for HTML by the server
};

/// Members of a request that are secret: written into its text at the end, and wiped with it.
using SecretMembers = std::initializer_list<std::pair<std::string_view, const env::Secret*>>;

/// The calls of the API, with its errors in our words. The server says 200 to nearly everything, so
/// what counts is the body. Thread-safe.
///
/// After the first 401 no call is made any more: the server's firewall bans an address that keeps
/// failing.
class Api {
 public:
  /// Requires: `http` outlives this.
  Api(const Config& config, env::Secret key, env::Http& http);

  const std::string& endpoint() const { return endpoint_; }
  /// "mailcow: GET /api/v1/get/domain/all": how messages call the reading of `what`.
  static std::string whence(std::string_view what);

  /// GET of `what` ("domain/all"): an array or an object; `{}` is how nothing is spelled.
  Result<Json> get(std::string_view what, const std::stop_token& stop) const;
  /// POST to `what` ("add/mailbox"). Good only where all that is said is good, and something of it
  /// is one of `expected` (any success where that is empty); gives what is said. Errors: effect
  /// none where the server names a reason and nothing was done, else maybe.
  Result<std::vector<Said>> write(std::string_view what,
                                  const Json& body,
                                  std::initializer_list<std::string_view> expected,
                                  const std::stop_token& stop,
                                  SecretMembers secrets = {}) const;

 private:
  Result<env::HttpResponse> send(env::HttpRequest& request, const std::stop_token& stop) const;
  Error error_of(const env::HttpRequest& request, env::HttpResponse response) const;
  std::string masked(std::string text, SecretMembers secrets) const;

  std::string endpoint_;
  env::Secret key_;
  env::Http& http_;
  mutable std::mutex mutex_;
  mutable std::optional<Error> refused_;  ///< the credentials are no good
};

}  // namespace plumb::providers::mailcow
