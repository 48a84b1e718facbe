#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::mail {

inline constexpr std::size_t kSpfMaxLookups = 10;  ///< RFC 7208 §4.6.4
inline constexpr std::size_t kSpfMaxOctets = 450;  ///< RFC 7208 §3.4: fits an answer over UDP

/// What a record costs those who check it.
struct SpfCost {
  std::size_t lookups = 0;  ///< terms of this record that ask the DNS; includes cost more below
  std::size_t octets = 0;
};

/// The cost of one SPF record by itself. Of a text that is no SPF record only the octets.
SpfCost spf_cost(std::string_view text);

/// Error (invalid_input) where a record needs more than ten lookups by itself or has more than 450
/// octets; the hint names the terms that would have to go. A record is never split.
Result<void> check_spf_cost(std::string_view text);

}  // namespace plumb::mail
