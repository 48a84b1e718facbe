#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controller/describe/paint.h"
#include "controller/describe/plan_lines.h"

namespace plumb::describe {

/// One line of a plan as cells of a table. All printable.
struct Row {
  std::string symbol;
  Paint paint = Paint::none;
  std::string kind;
  std::string label;
  std::string what;
  std::string provider;
  std::string reason;
  std::string place;         ///< with -v
  std::size_t lines = 1;     ///< over how many lines `what` may go before it is cut; 0 = as many as
                             ///< it takes
  bool whole_label = false;  ///< the label is never cut
};

/// The cells of a change. What only adds takes one line, what changes some, what takes away all.
Row row_of(const PlanView& view, const LineRef& ref, const Style& style);

/// Lays rows out in columns that are as wide as what they hold and fit the style's width; where
/// they cannot, each row takes two lines.
class RowLayout {
 public:
  explicit RowLayout(const Style& style) : style_(style) {}
  /// Requires: called for every row before text() is.
  void measure(const Row& row);
  /// The row's lines, each with its final newline.
  std::string text(const Row& row) const;

 private:
  bool stacked() const;
  std::size_t what_width() const;
  std::string stacked_text(const Row& row) const;

  Style style_;
  std::size_t kind_ = 0, label_ = 0, what_ = 0, provider_ = 0, reason_ = 0, place_ = 0;
};

/// `text` over lines of at most `width` columns, cut between words where that is possible; after
/// `most` lines the rest is cut off with "…". 0 = no such limit.
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t most);

}  // namespace plumb::describe
