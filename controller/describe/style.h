#pragma once

#include <string>
#include <string_view>

namespace plumb::describe {

/// How text is to look. Colour never carries meaning alone.
struct Style {
  bool colour = false;
  bool verbose = false;  ///< -v: every line, none cut, with its file:line
  unsigned width = 100;  ///< columns; 0 = never cut
};

}  // namespace plumb::describe
