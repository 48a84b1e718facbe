#pragma once

#include <map>
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

/// Which rule of the whole zone a record breaks; it may itself be among `records`, which are by id.
std::optional<CloudflareError> cloudflare_clash(
    const std::map<std::string, nlohmann::json>& records, const nlohmann::json& record);

}  // namespace plumb::test
