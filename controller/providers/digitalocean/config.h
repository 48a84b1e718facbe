#pragma once

#include <string>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers::digitalocean {

/// Where the API is, unless `endpoint` says otherwise.
inline constexpr const char* kEndpoint = "https://api.digitalocean.com";

/// `Provider.spec` of type digitalocean.
struct Config {
  std::string account;               ///< what tells two teams apart; empty: there is one
  std::string endpoint = kEndpoint;  ///< without final slash
  SecretRef token;
};

/// Reads a spec; what is wrong goes to `problems`, each with its place.
Config read_config(const Value& spec, Diagnostics& problems);

/// "digitalocean", "digitalocean sales": one text for all spellings of one account; another
/// endpoint is named, too. A token is of one team, and does not say offline of which.
Result<std::string> account_of(const Value& spec);

}  // namespace plumb::providers::digitalocean
