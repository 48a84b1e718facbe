#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/env/password_hash.h"
#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers::postfix_dovecot {

/// The type of Postfix table that a map is read as; all but texthash need `postmap`.
enum class MapType : std::uint8_t { texthash, lmdb, hash };
std::string_view map_type_name(MapType type);

/// Where signing keys are.
struct DkimConfig {
  std::string directory;  ///< as written, normalised
  bool flat = false;      ///< `<domain>.<selector>.key`, else `<domain>/<selector>.pem`
  std::string owner;      ///< the user who reads them; empty: ours
};

/// `Provider.spec` of type postfix-dovecot. Paths are as written, normalised: relative to the
/// project's root.
struct Config {
  std::string directory = "mail";
  MapType maps = MapType::texthash;
  std::string mail_home = "/var/vmail";
  env::PasswordScheme scheme = env::PasswordScheme::argon2id;
  std::string web_root;  ///< empty: no policies are served
  std::optional<DkimConfig> dkim;
  std::vector<std::vector<std::string>> reload;  ///< commands and their arguments
};

/// Reads a spec; what is wrong goes to `problems`, each with its place.
Config read_config(const Value& spec, Diagnostics& problems);

/// "postfix-dovecot mail": the directory as written, normalised.
Result<std::string> account_of(const Value& spec);
/// Whether the spec has a `webRoot`.
bool serves_policies(const Value& spec);

/// Whether DKIM keys have a place: with `dkim` only.
bool makes_keys(const Value& spec);

}  // namespace plumb::providers::postfix_dovecot
