#pragma once

#include <string>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers::cloudflare {

/// Where the API is, unless `endpoint` says otherwise.
inline constexpr const char* kEndpoint = "https://api.cloudflare.com/client/v4";

/// `Provider.spec` of type cloudflare.
struct Config {
  std::string account;               ///< the account's id: 32 hexadecimal digits, lower case
  std::string endpoint = kEndpoint;  ///< without final slash
  SecretRef token;
};

/// Reads a spec; what is wrong goes to `problems`, each with its place.
Config read_config(const Value& spec, Diagnostics& problems);

/// "cloudflare 0123...": one text for all spellings of one account; another endpoint is named, too.
Result<std::string> account_of(const Value& spec);

}  // namespace plumb::providers::cloudflare
