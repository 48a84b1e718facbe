#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb::load {

/// What of a YAML value goes on behind the end of a line.
struct LineState {
  int flow = 0;          ///< open braces and brackets
  char quote = '\0';     ///< the quote that is open
  bool plain = false;    ///< the line ended in an unquoted text, which may go on deeper
  bool literal = false;  ///< the line ended in `|` or `>`: a block of text follows
};

/// Whether `text`, the rest of a line in block style, begins with a key: `name: …`.
bool begins_with_key(std::string_view text);

/// `text`, a line without its indentation, with its blanks put in order: one behind indicators,
/// none inside of braces and at the end; what is quoted or a text of its own stays octet by octet.
/// `state` is that before the line and becomes that behind it.
std::string tidy_line(std::string_view text, LineState& state);

}  // namespace plumb::load
