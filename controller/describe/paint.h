#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/describe/style.h"

namespace plumb::describe {

enum class Paint : std::uint8_t { none, bold, dim, red, green, yellow, blue, magenta, cyan };

/// `text` in a colour where the style wants colours.
std::string painted(std::string_view text, Paint paint, const Style& style);

/// How many columns UTF-8 text takes on a terminal: one for each code point.
std::size_t columns(std::string_view text);

/// `text` padded with blanks to `width` columns.
std::string padded(std::string_view text, std::size_t width);

/// `text` cut to `width` columns with a final "…"; 0 = never.
std::string cut(std::string_view text, std::size_t width);

}  // namespace plumb::describe
