#pragma once

#include <cstdint>
#include <string_view>

#include "controller/load/yaml_reader.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {

/// The octets that mark UTF-8 at the start of a file; allowed there and nowhere else.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Whether the parser may see `text` (without its byte order mark): no larger than allowed, UTF-8,
/// free of control characters and of line ends that the parser miscounts, and of lines that would
/// make it hoard memory. One pass; at most twenty problems are reported, one per line.
bool guard_text(std::string_view text,
                std::uint32_t file,
                const ReadLimits& limits,
                Diagnostics& problems);

}  // namespace plumb::load
