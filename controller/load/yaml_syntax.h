#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "resources/model/mistakes.h"

namespace plumb::load {

/// An error of syntax as a person can act on it.
struct SyntaxProblem {
  Mistake mistake = Mistake::yaml_syntax;
  std::string message;
  std::string hint;
};

/// Puts the parser's words for what it met at `text[offset]` into ours, from what stands there:
/// the parser says "illegal map value" for a tab, a second colon and a key that is too long alike.
/// `offset` may be anything.
SyntaxProblem explain_syntax(std::string_view parser_message,
                             std::string_view text,
                             std::size_t offset);

/// The problem and the way out for a `*` at `text[offset]`: an alias, or a wildcard without quotes.
SyntaxProblem explain_alias(std::string_view text, std::size_t offset);

}  // namespace plumb::load
