#include "controller/load/yaml_guard.h"

#include <array>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "controller/env/utf8.h"
#include "resources/model/mistakes.h"

namespace plumb::load {
namespace {

constexpr std::size_t kProblemsShown = 20;
// The parser keeps every token of a line until it knows whether the line's first one is a key. Real
// manifests have a few dozen of these characters in a line; the events check true nesting later.
constexpr std::size_t kOpenBracketsPerLine = 4096;
constexpr std::size_t kIndicatorsPerLine = std::size_t{1} << 18U;

enum class Octet : std::uint8_t { text, indicator, open, close, line_feed, carriage_return, check };

constexpr std::array<Octet, 256> make_octets() {
  std::array<Octet, 256> all{};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = i < 0x20 || i >= 0x7F ? Octet::check : Octet::text;
  }
  for (const char c : std::string_view(",:?\"'&*!")) {
    all[static_cast<std::uint8_t>(c)] = Octet::indicator;
  }
  all['\t'] = Octet::text;
  all['\n'] = Octet::line_feed;
  all['\r'] = Octet::carriage_return;
  all['['] = all['{'] = Octet::open;
  all[']'] = all['}'] = Octet::close;
  return all;
}

constexpr auto kOctets = make_octets();

class Guard {
 public:
  Guard(std::string_view text, std::uint32_t file, Diagnostics& problems)
      : text_(text), file_(file), problems_(problems) {}

  bool run() {
    for (std::size_t at = 0; at < text_.size() && reported_ < kProblemsShown;) {
      at += step(at);
    }
    return reported_ == 0;
  }

 private:
  /// How many octets were dealt with.
  std::size_t step(std::size_t at) {
    switch (kOctets[static_cast<std::uint8_t>(text_[at])]) {
      case Octet::text:
        return 1;
      case Octet::indicator:
        ++indicators_;
        break;
      case Octet::open:
        ++indicators_;
        ++open_;
        break;
      case Octet::close:
        ++indicators_;
        open_ -= open_ == 0 ? 0 : 1;
        return 1;
      case Octet::line_feed:
        next_line(at);
        return 1;
      case Octet::carriage_return:
        if (at + 1 == text_.size() || text_[at + 1] != '\n') {
          report(at,
                 Mistake::yaml_encoding,
                 "a carriage return without a line feed",
                 "save the file with line ends of Unix (LF) or Windows (CRLF)");
        }
        return 1;
      case Octet::check:
        return check_character(at);
    }
    check_line(at);
    return 1;
  }

  void next_line(std::size_t at) {
    ++line_;
    line_start_ = at + 1;
    open_ = 0;
    indicators_ = 0;
  }

  void check_line(std::size_t at) {
    if (open_ > kOpenBracketsPerLine) {
      report(
          at, Mistake::yaml_too_large, "lists and maps are nested too deeply", "write it flatter");
    } else if (indicators_ > kIndicatorsPerLine) {
      report(at,
             Mistake::yaml_too_large,
             "the line has too many parts",
             "break it into several lines");
    }
  }

  std::size_t check_character(std::size_t at) {
    const auto length = env::utf8_size(text_.substr(at));
    if (length == 0) {
      report(at,
             Mistake::yaml_encoding,
             fmt::format("the octet 0x{:02X} is not valid UTF-8",
                         static_cast<std::uint8_t>(text_[at])),
             "save the file as UTF-8");
      return 1;
    }
    const auto character = text_.substr(at, length);
    if (length == 1) {
      report(at,
             Mistake::yaml_encoding,
             fmt::format("a control character (0x{:02X})", static_cast<std::uint8_t>(text_[at])),
             text_[at] == '\0' ? "save the file as UTF-8, or remove the NUL octet"
                               : "remove it, or write it as an escape in double quotes");
    } else if (length == 2 && character >= "\xC2\x80" && character <= "\xC2\x9F" &&
               character != "\xC2\x85") {
      report(
          at,
          Mistake::yaml_encoding,
          fmt::format("a control character (U+{:04X})", static_cast<std::uint8_t>(text_[at + 1])),
          "remove it; was the file saved in another encoding than UTF-8?");
    } else if (character == kByteOrderMark) {
      report(at,
             Mistake::yaml_encoding,
             "a byte order mark in the middle of the file",
             R"(remove it, or write "\uFEFF" in double quotes)");
    } else if (character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") {
      report(at,
             Mistake::yaml_encoding,
             "a code point that is no character (U+FFFE or U+FFFF)",
             "remove it");
    }
    return length;
  }

  void report(std::size_t at, Mistake mistake, std::string message, std::string hint) {
    if (line_ == reported_line_) {
      return;
    }
    reported_line_ = line_;
    ++reported_;
    problems_.error(
        place_at(file_, line_, at - line_start_ + 1), mistake, std::move(message), std::move(hint));
  }

  std::string_view text_;
  std::uint32_t file_;
  Diagnostics& problems_;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t open_ = 0;
  std::size_t indicators_ = 0;
  std::size_t reported_ = 0;
  std::size_t reported_line_ = 0;
};

}  // namespace

bool guard_text(std::string_view text,
                std::uint32_t file,
                const ReadLimits& limits,
                Diagnostics& problems) {
  const auto start = place_at(file, 1, 1);
  if (text.size() > limits.file_bytes) {
    problems.error(start,
                   Mistake::file_too_large,
                   fmt::format("the file has {} octets, more than the {} that are allowed",
                               text.size(),
                               limits.file_bytes),
                   "split it into several files");
    return false;
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    problems.error(
        start, Mistake::yaml_encoding, "the file is UTF-16, not UTF-8", "save the file as UTF-8");
    return false;
  }
  return Guard(text, file, problems).run();
}

}  // namespace plumb::load
