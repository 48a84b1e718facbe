#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "resources/model/result.h"

namespace plumb::values {

/// An amount of storage in bytes as manifests write it: "1048576", "512MiB", "4 GiB", "2GB",
/// "1.5GiB". Units are B, kB, MB, GB, TB, PB (powers of 1000) and KiB, MiB, GiB, TiB, PiB (powers
/// of 1024), in either case; a fraction must come to whole bytes.
Result<std::uint64_t> parse_byte_size(std::string_view text);

/// With the largest unit that divides it: "4GiB", "2GB", "1500B", "0B".
/// parse_byte_size reads it back to the same number.
std::string format_byte_size(std::uint64_t bytes);

}  // namespace plumb::values
