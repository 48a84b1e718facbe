#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace plumb::test {

/// One of the vendor's errors.
struct CloudflareError {
  int status = 400;
  int code = 1004;
  std::string message;
  int cause = 0;  ///< of the error_chain; 0: none
};

/// Checks a record that was sent and makes it what the vendor would hold: absolute names, content
/// made of data, TTLs of the proxy. `zone` has no final dot.
std::optional<CloudflareError> cloudflare_record(nlohmann::json& record, const std::string& zone);

}  // namespace plumb::test
