#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::providers::zonefile {

/// One word or quoted string of a master file.
struct Token {
  std::string_view text;  ///< as written; a quoted string with its quotes
  bool quoted = false;
};

/// One entry of a master file: a line, or more where parentheses join them. Views into the file.
struct Line {
  bool blank_owner = false;  ///< begins with a blank: the owner is that of the entry before
  bool joined = false;       ///< spans lines or holds a parenthesis: not contiguous
  std::vector<Token> tokens;
};

/// Cuts a master file into entries (RFC 1035 §5.1): comments and line ends go, words stay as they
/// are written. Not thread-safe.
class Scanner {
 public:
  /// Requires: `text` and `path` outlive the scanner.
  Scanner(std::string_view text, std::string_view path) : text_(text), path_(path) {}

  /// Reads the next entry that is not empty into `line`; false at the end of the file. Errors: an
  /// open string or parenthesis.
  Result<bool> next(Line& line);

  /// An error at the place of `at`, which is a view into the text: "<path>:line:column: <message>".
  Error error_at(std::string_view at, std::string message, std::string hint = {}) const;

 private:
  Result<void> scan_entry(Line& line);
  Result<void> scan_token(Line& line);
  void skip_comment();
  std::string_view here() const { return text_.substr(position_, 1); }

  std::string_view text_;
  std::string_view path_;
  std::size_t position_ = 0;
};

}  // namespace plumb::providers::zonefile
