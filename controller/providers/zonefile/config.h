#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "resources/model/diagnostic.h"
#include "resources/model/result.h"
#include "resources/model/value.h"

namespace plumb::providers::zonefile {

/// What a new zone's SOA says; fields that are empty follow from the zone. Times in seconds.
struct SoaDefaults {
  std::string primary;  ///< empty: the first apex NS, else ns1.<zone>
  std::string contact;  ///< empty: hostmaster@<zone>; an e-mail address or a name
  std::uint32_t refresh = 10'800;
  std::uint32_t retry = 3'600;
  std::uint32_t expire = 1'209'600;
  std::uint32_t minimum = 3'600;
};

/// `Provider.spec` of type zonefile.
struct Config {
  std::string directory;            ///< as written, normalised
  std::vector<std::string> reload;  ///< command and arguments; "{zone}" stands for the zone's name
  SoaDefaults soa;
  mode_t mode = 0644;  ///< of new files
};

/// Reads a spec; what is wrong goes to `problems`, each with its place.
Config read_config(const Value& spec, Diagnostics& problems);

/// "zonefile zones": the directory as written, normalised.
Result<std::string> account_of(const Value& spec);

}  // namespace plumb::providers::zonefile
