#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/verify/facts.h"

namespace plumb::verify {

/// What a receiver meets in an SPF record and in all that it includes, whoever the sender is: the
/// worst path through it.
struct SpfWalk {
  bool lacking = false;     ///< something is not known yet: nothing else counts
  std::string missing;      ///< there is no record
  std::string permerror;    ///< receivers end with permerror, and why (RFC 7208 §2.6.7)
  std::string temperror;    ///< what could not be looked up
  std::string text;         ///< the record itself
  char all = 0;             ///< qualifier of the `all` that ends it: + - ~ ?; 0: none
  std::size_t lookups = 0;  ///< terms that ask the DNS, of all records together (RFC 7208 §4.6.4)
  std::size_t voids = 0;    ///< of these, those that find nothing
  std::vector<std::string> addresses;  ///< canonical; single ones that the record itself names
};

/// Follows the record of `domain`. Macros cannot be resolved without a message: such a term counts
/// as one lookup that finds something (RFC 7208 §7).
SpfWalk walk_spf(Facts& facts, const values::DomainName& domain);

}  // namespace plumb::verify
