#pragma once

#include <cstdint>
#include <string>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers::powerdns {

/// What a new zone's SOA says; texts that are empty follow from the zone. Times in seconds.
struct SoaDefaults {
  std::string primary;  ///< empty: the first apex NS, else ns1.<zone>
  std::string contact;  ///< empty: hostmaster.<zone>; an e-mail address or a name
  std::uint32_t refresh = 10'800;
  std::uint32_t retry = 3'600;
  std::uint32_t expire = 1'209'600;
  std::uint32_t minimum = 3'600;
};

/// `Provider.spec` of type powerdns.
struct Config {
  std::string endpoint;              ///< normalised, with final slash, without "api/v1/"
  std::string server = "localhost";  ///< the API's server id
  SecretRef api_key;
  std::string kind = "Native";  ///< of new zones
  bool api_rectify = true;      ///< of new zones
  SoaDefaults soa;              ///< of new zones
};

/// Reads a spec; what is wrong goes to `problems`, each with its place.
Config read_config(const Value& spec, Diagnostics& problems);

/// "powerdns http://127.0.0.1:8081/ localhost": one text for all spellings of one API.
Result<std::string> account_of(const Value& spec);

/// An http or https address with lower-case host, without default port, with final slash. Errors
/// (`invalid_input`) for other schemes, for what has no host, and for user names, queries and
/// fragments.
Result<std::string> normalised_endpoint(std::string_view written);

}  // namespace plumb::providers::powerdns
