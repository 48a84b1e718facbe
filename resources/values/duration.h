#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::values {

/// A span of time as manifests write it: seconds ("300"), or numbers with the units w, d, h, m, s
/// from the largest to the smallest, each once ("1h30m", "2d"), in either case. Not negative, at
/// most 100 years.
Result<std::chrono::seconds> parse_duration(std::string_view text);

/// The shortest form that parse_duration reads back: "1h30m", "2d", "0s". Weeks are written in
/// days. Requires: not negative.
std::string format_duration(std::chrono::seconds duration);

/// A TTL in seconds, written as a duration: 0 to 2147483647 (RFC 2181 §8).
Result<std::uint32_t> parse_ttl(std::string_view text);

}  // namespace plumb::values
