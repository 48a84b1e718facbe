#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "resources/values/domain_name.h"
#include "resources/values/record_type.h"

namespace plumb::mail {

/// What the DNS says of one name and type.
struct NameAnswer {
  enum class Outcome : std::uint8_t {
    found,   ///< NOERROR, with or without values
    absent,  ///< NXDOMAIN
    failed,  ///< SERVFAIL, no answer in time, or any other code
  };
  Outcome outcome = Outcome::found;
  std::vector<std::string> values;  ///< canonical data, aliases followed; of TXT the octets
  std::uint32_t ttl_s = 0;          ///< seconds; the least of the values'

  /// Neither an error nor a value (RFC 7208 §4.6.4).
  bool is_void() const { return outcome != Outcome::failed && values.empty(); }
};

/// Where evaluators ask: the live DNS, or tables of what is declared. One that only notes what it
/// does not know yet and answers `failed` lets many evaluations ask their questions at once: they
/// are run again until nothing is noted.
class NameLookup {
 public:
  virtual ~NameLookup() = default;
  virtual NameAnswer look_up(const values::DomainName& name, values::RecordType type) = 0;
};

}  // namespace plumb::mail
