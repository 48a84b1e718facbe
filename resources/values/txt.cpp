#include "resources/values/txt.h"

#include <algorithm>

#include "resources/values/quoted.h"

namespace plumb::values {
namespace {

constexpr std::size_t kChunk = 255;  // RFC 1035 §3.3: <character-string>

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

unsigned digit(char c) {
  return static_cast<unsigned>(c - '0');
}

bool is_plain(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20U && octet <= 0x7EU && c != '"' && c != '\\';
}

void append_escaped(std::string& out, std::string_view octets) {
  for (std::size_t at = 0; at < octets.size(); ++at) {
    const std::size_t begin = at;
    while (at < octets.size() && is_plain(octets[at])) {
      ++at;
    }
    out.append(octets, begin, at - begin);
    if (at == octets.size()) {
      return;
    }
    if (octets[at] != '"' && octets[at] != '\\') {
      append_decimal_escape(out, static_cast<unsigned char>(octets[at]));
      continue;
    }
    out.push_back('\\');
    out.push_back(octets[at]);
  }
}

std::string column(std::size_t at) {
  return " at column " + std::to_string(at + 1);
}

/// Reads character-strings from left to right and joins them.
class StringsReader {
 public:
  explicit StringsReader(std::string_view text) : text_(text) { octets_.reserve(text.size()); }

  Result<std::string> read() {
    bool any = false;
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
      const auto done = text_[at_] == '"' ? read_quoted() : read_unquoted();
      if (!done) {
        return tl::unexpected(done.error());
      }
      any = true;
    }
    if (!any) {
      return invalid("the TXT data is empty", "write \"\" for a text without octets");
    }
    return std::move(octets_);
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) {
      ++at_;
    }
  }

  Result<void> read_quoted() {
    const std::size_t begin = at_++;
    while (true) {
      const auto end = std::min(text_.find_first_of(R"("\)", at_), text_.size());
      octets_.append(text_, at_, end - at_);
      at_ = end;
      if (at_ == text_.size() || text_[at_] == '"') {
        break;
      }
      if (auto done = read_octet(); !done) {
        return done;
      }
    }
    if (at_ == text_.size()) {
      return invalid("the string that begins" + column(begin) + " has no closing quote",
                     R"(close it with '"', or write \" for a quote inside)");
    }
    ++at_;
    if (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != '"') {
      return invalid("text follows a closing quote" + column(at_),
                     "separate strings with a blank, or write \\\" for a quote inside");
    }
    return {};
  }

  Result<void> read_unquoted() {
    while (at_ < text_.size() && !is_blank(text_[at_])) {
      if (text_[at_] == '"') {
        return invalid("a quote stands in the middle of a string" + column(at_),
                       "put the whole string in quotes, or write \\\"");
      }
      if (auto done = read_octet(); !done) {
        return done;
      }
    }
    return {};
  }

  Result<void> read_octet() {
    if (text_[at_] != '\\') {
      octets_.push_back(text_[at_++]);
      return {};
    }
    const auto escape = read_escape(text_.substr(at_));
    if (escape.size == 0) {
      return invalid("a broken escape stands" + column(at_),
                     "write \\DDD with three decimal digits up to 255, or \\ and one character");
    }
    octets_.push_back(static_cast<char>(escape.octet));
    at_ += escape.size;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string octets_;
};

}  // namespace

std::string quote_chunks(std::string_view octets) {
  std::string out;
  out.reserve(octets.size() + octets.size() / kChunk * 3 + 4);
  std::size_t begin = 0;
  do {
    out += begin == 0 ? "\"" : " \"";
    append_escaped(out, octets.substr(begin, kChunk));
    out.push_back('"');
    begin += kChunk;
  } while (begin < octets.size());
  return out;
}

std::string quote_string(std::string_view octets) {
  std::string out;
  out.reserve(octets.size() + 2);
  out.push_back('"');
  append_escaped(out, octets);
  out.push_back('"');
  return out;
}

Result<std::string> parse_presentation(std::string_view text) {
  PLUMB_TRY(octets, StringsReader(text).read());
  if (octets.size() > kTxtLimit) {
    return invalid(
        "the TXT data has " + std::to_string(octets.size()) + " octets, at most 65279 are possible",
        "shorten it");
  }
  return std::move(octets);
}

Result<void> check_manifest_text(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
    return invalid("TXT value " + quoted(text) + " is in double quotes",
                   "write the text itself, without quotes");
  }
  if (text.size() > kTxtLimit) {
    return invalid("TXT value " + quoted(text) + " has " + std::to_string(text.size()) +
                       " octets, at most 65279 are possible",
                   "shorten it");
  }
  return {};
}

Escape read_escape(std::string_view text) {
  if (text.size() < 2) {
    return {};
  }
  if (!is_digit(text[1])) {
    return {static_cast<unsigned char>(text[1]), 2};
  }
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) {
    return {};
  }
  const unsigned value = digit(text[1]) * 100U + digit(text[2]) * 10U + digit(text[3]);
  return value > 255U ? Escape{} : Escape{static_cast<unsigned char>(value), 4};
}

void append_decimal_escape(std::string& out, unsigned char octet) {
  out.push_back('\\');
  out.push_back(static_cast<char>('0' + octet / 100));
  out.push_back(static_cast<char>('0' + octet / 10 % 10));
  out.push_back(static_cast<char>('0' + octet % 10));
}

}  // namespace plumb::values
