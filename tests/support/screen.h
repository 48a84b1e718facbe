#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::test {

/// A terminal as far as the program uses one: shows what was written to it. Text that scrolls out
/// above is kept.
class Screen {
 public:
  Screen(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {}
  void write(std::string_view octets);

  /// Everything that can be read, scrolling back included, without blanks at the ends.
  std::string text() const;
  /// Whether the cursor was told to go above what is visible, or text to the right of it: then a
  /// real terminal shows something else than was meant.
  bool torn() const { return torn_; }

 private:
  void escape(char final, std::size_t number);
  void put(std::string_view letter);
  std::vector<std::string>& line();
  std::size_t top() const { return lines_.size() > rows_ ? lines_.size() - rows_ : 0; }

  std::size_t rows_, columns_;
  std::vector<std::vector<std::string>> lines_{1};  ///< letters
  std::size_t row_ = 0, column_ = 0;                ///< of the cursor, row from the first line on
  bool wraps_ = true;
  bool torn_ = false;
};

}  // namespace plumb::test
