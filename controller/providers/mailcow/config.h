#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers::mailcow {

/// The limits that a mail domain is made with; what is not there is as the server's own template
/// says. Sizes are octets, whole MiB.
struct NewDomains {
  std::optional<std::uint64_t> mailboxes;      ///< how many it may have
  std::optional<std::uint64_t> aliases;        ///< the same
  std::optional<std::uint64_t> quota;          ///< of all its mailboxes together
  std::optional<std::uint64_t> mailbox_quota;  ///< the most that one mailbox may be given
  std::optional<std::uint64_t> default_quota;  ///< what one is given where nobody says
};

/// `Provider.spec` of type mailcow.
struct Config {
  std::string endpoint;  ///< "https://mail.example.com", without final slash and without /api/v1
  SecretRef api_key;
  NewDomains new_domains;
};

/// Reads a spec; what is wrong goes to `problems`, each with its place.
Config read_config(const Value& spec, Diagnostics& problems);

/// "mailcow https://mail.example.com": one text for all spellings of one server.
Result<std::string> account_of(const Value& spec);

}  // namespace plumb::providers::mailcow
