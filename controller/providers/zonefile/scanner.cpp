#include "controller/providers/zonefile/scanner.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace plumb::providers::zonefile {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

/// Characters that end a word.
constexpr auto kEndsWord = [] {
  std::array<bool, 256> ends{};
  for (const char c : {' ', '\t', '\r', '\n', '(', ')', ';', '"'}) {
    ends[static_cast<unsigned char>(c)] = true;
  }
  return ends;
}();

}  // namespace

Error Scanner::error_at(std::string_view at, std::string message, std::string hint) const {
  const auto offset = static_cast<std::size_t>(at.data() - text_.data());
  const auto before = text_.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n');
  const auto column = line_start == std::string_view::npos ? offset + 1 : offset - line_start;
  return Error{.code = ErrorCode::invalid_input,
               .message = fmt::format("{}:{}:{}: {}", path_, line, column, message),
               .hint = std::move(hint)};
}

void Scanner::skip_comment() {
  position_ = std::min(text_.find('\n', position_), text_.size());
}

Result<void> Scanner::scan_token(Line& line) {
  const auto start = position_;
  const bool quoted = text_[position_] == '"';
  if (quoted) {
    ++position_;
  }
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '\\') {
      if (position_ + 1 >= text_.size() || text_[position_ + 1] == '\n') {
        return tl::unexpected(
            error_at(here(), "a backslash at the end of a line escapes nothing", "write \\\\"));
      }
      position_ += 2;
      continue;
    }
    if (quoted && c == '\n') {
      break;
    }
    if (quoted && c == '"') {
      ++position_;
      line.tokens.push_back({text_.substr(start, position_ - start), true});
      return {};
    }
    if (!quoted && kEndsWord[static_cast<unsigned char>(c)]) {
      break;
    }
    ++position_;
  }
  if (quoted) {
    return tl::unexpected(error_at(text_.substr(start, 1),
                                   "this string is not closed on its line",
                                   "close it with a double quote; write a quote inside as \\\""));
  }
  line.tokens.push_back({text_.substr(start, position_ - start), false});
  return {};
}

Result<void> Scanner::scan_entry(Line& line) {
  line.tokens.clear();
  line.joined = false;
  line.blank_owner = position_ < text_.size() && is_blank(text_[position_]);
  std::string_view open;  // the parenthesis that joins lines; empty: none
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (is_blank(c)) {
      ++position_;
    } else if (c == '\n') {
      ++position_;
      if (open.empty()) {
        return {};
      }
    } else if (c == ';') {
      skip_comment();
    } else if (c == '(' || c == ')') {
      if ((c == '(') != open.empty()) {
        return tl::unexpected(error_at(
            here(), c == '(' ? "parentheses do not nest" : "there is no parenthesis to close"));
      }
      open = c == '(' ? here() : std::string_view();
      line.joined = true;
      ++position_;
    } else if (auto scanned = scan_token(line); !scanned) {
      return scanned;
    }
  }
  if (!open.empty()) {
    return tl::unexpected(error_at(
        open, "this parenthesis is never closed", "close it after the record's last word"));
  }
  return {};
}

Result<bool> Scanner::next(Line& line) {
  do {
    if (position_ >= text_.size()) {
      return false;
    }
    if (auto scanned = scan_entry(line); !scanned) {
      return tl::unexpected(std::move(scanned).error());
    }
  } while (line.tokens.empty());
  return true;
}

}  // namespace plumb::providers::zonefile
