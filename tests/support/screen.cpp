#include "tests/support/screen.h"

#include <algorithm>

namespace plumb::test {

std::vector<std::string>& Screen::line() {
  if (row_ >= lines_.size()) {
    lines_.resize(row_ + 1);
  }
  return lines_[row_];
}

void Screen::put(std::string_view letter) {
  if (column_ >= columns_) {
    if (!wraps_) {
      column_ = columns_ - 1;
      torn_ = true;
    } else {
      ++row_;
      column_ = 0;
    }
  }
  auto& letters = line();
  if (letters.size() <= column_) {
    letters.resize(column_ + 1, " ");
  }
  letters[column_++] = letter;
}

void Screen::escape(char final, std::size_t number) {
  if (final == 'A') {
    torn_ = torn_ || row_ < top() + number;
    row_ -= std::min(row_, number);
  } else if (final == 'J' || final == 'K') {
    auto& letters = line();
    letters.resize(std::min(letters.size(), column_));
    if (final == 'J') {
      for (auto below = row_ + 1; below < lines_.size(); ++below) {
        lines_[below].clear();
      }
    }
  }
}

void Screen::write(std::string_view octets) {
  while (!octets.empty()) {
    const char first = octets[0];
    if (octets.starts_with("\x1b[")) {
      const auto end = octets.find_first_not_of("0123456789;?", 2);
      const auto words = octets.substr(2, end - 2);
      const auto digits = words.find_first_of("123456789");
      const auto number =
          digits == std::string_view::npos ? 1 : std::stoul(std::string(words.substr(digits)));
      const char final = end == std::string_view::npos ? ' ' : octets[end];
      if (words == "?7") {
        wraps_ = final == 'h';
      } else {
        escape(final, number);
      }
      octets.remove_prefix(std::min(octets.size(), end == std::string_view::npos ? end : end + 1));
      continue;
    }
    std::size_t length = 1;
    if (first == '\r') {
      column_ = 0;
    } else if (first == '\n') {
      ++row_;
      line();
    } else {
      while (length < octets.size() &&
             (static_cast<unsigned char>(octets[length]) & 0xc0U) == 0x80U) {
        ++length;
      }
      put(octets.substr(0, length));
    }
    octets.remove_prefix(length);
  }
}

std::string Screen::text() const {
  std::string out;
  for (const auto& letters : lines_) {
    std::string text;
    for (const auto& letter : letters) {
      text += letter;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  out.erase(out.find_last_not_of('\n') + 1);
  return out;
}

}  // namespace plumb::test
