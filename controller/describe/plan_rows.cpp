#include "controller/describe/plan_rows.h"

#include <algorithm>

#include "controller/describe/diagnostics_text.h"

namespace plumb::describe {
namespace {

constexpr std::size_t kWidestLabel = 34;
constexpr std::size_t kNarrowestWhat = 24;
constexpr std::size_t kIndent = 4;  ///< "  + "
constexpr std::size_t kGap = 2;

std::size_t lines_for(const plan::Change& change, const Style& style) {
  if (style.verbose || is_destructive(change) || change.verb == plan::Verb::conflict) {
    return 0;
  }
  const bool only_adds = change.verb == plan::Verb::create || change.verb == plan::Verb::adopt ||
                         change.verb == plan::Verb::forget || change.verb == plan::Verb::refresh;
  return only_adds ? 1 : 3;
}

/// A label cut to `width` columns, its last word (a record's type) kept.
std::string cut_label(const std::string& label, std::size_t width) {
  const auto blank = label.rfind(' ');
  if (columns(label) <= width || blank == std::string::npos || label.size() - blank + 2 > width) {
    return cut(label, width);
  }
  const auto type = label.substr(blank);
  return cut(label.substr(0, blank), width - columns(type)) + type;
}

std::string without_blanks_at_end(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// How many octets of `text` take `width` columns.
std::size_t octets_of(std::string_view text, std::size_t width) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U;
    if (begins && seen++ == width) {
      return at;
    }
  }
  return text.size();
}

/// Where to break a line of at most `end` octets: between two terms, or before the arrow of a
/// change; else between words; else in the midst of a word.
std::size_t break_before(std::string_view text, std::size_t end) {
  const auto line = text.substr(0, end + 1);
  const auto found = [&](std::string_view mark) {
    const auto at = line.rfind(mark);
    return at == std::string_view::npos ? std::size_t{0} : at;
  };
  const auto terms = std::max(found("  "), found(" → "));
  if (terms >= std::max(end / 4, std::size_t{1})) {
    return terms;
  }
  const auto blank = found(" ");
  return blank >= std::max(end / 2, std::size_t{1}) ? blank : end;
}

}  // namespace

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t most) {
  std::vector<std::string> lines;
  while (width != 0 && columns(text) > width) {
    if (lines.size() + 1 == most) {
      break;
    }
    const auto end = break_before(text, octets_of(text, width));
    lines.push_back(without_blanks_at_end(std::string(text.substr(0, end))));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  lines.push_back(cut(text, width));
  return lines;
}

Row row_of(const PlanView& view, const LineRef& ref, const Style& style) {
  const auto& scope = view.plan.scopes[ref.scope];
  const auto& change = scope.changes[ref.change];
  Row row{.symbol = std::string(symbol(change)),
          .paint = paint_of(change),
          .kind = std::string(view.catalog.of(scope.kind(change)).name),
          .label = label_of(scope, change, view.catalog),
          .what = what_text(scope, change, view.catalog),
          .provider = printable(scope.provider),
          .reason = reason_text(change),
          .lines = lines_for(change, style)};
  row.whole_label = row.lines == 0;
  if (style.verbose && scope.place(change).known()) {
    row.place = printable(view.files.text(scope.place(change)));
  }
  return row;
}

void RowLayout::measure(const Row& row) {
  kind_ = std::max(kind_, columns(row.kind));
  label_ = std::max(label_, std::min(columns(row.label), kWidestLabel));
  what_ = std::max(what_, columns(row.what));
  provider_ = std::max(provider_, columns(row.provider));
  reason_ = std::max(reason_, columns(row.reason));
  place_ = std::max(place_, columns(row.place));
}

std::size_t RowLayout::what_width() const {
  const auto rest = kIndent + kind_ + kGap + label_ + kGap + kGap + provider_ + kGap + reason_ +
                    (place_ == 0 ? 0 : kGap + place_);
  if (style_.width == 0) {
    return what_;
  }
  return std::min(what_, style_.width > rest ? style_.width - rest : 0);
}

bool RowLayout::stacked() const {
  return what_width() < std::min(what_, kNarrowestWhat);
}

std::string RowLayout::stacked_text(const Row& row) const {
  auto text = "  " + painted(row.symbol, row.paint, style_) + " " + row.kind +
              (row.label.empty() ? "" : " " + row.label) + "\n";
  const std::size_t width = style_.width > 30 ? style_.width - 6 : 24;
  for (const auto& line : wrapped(row.what, width, row.lines == 1 ? 1 : row.lines)) {
    text += line.empty() ? "" : "      " + line + "\n";
  }
  for (const auto& line : wrapped(row.provider + ": " + row.reason, width, 0)) {
    text += "      " + painted(line, Paint::dim, style_) + "\n";
  }
  return row.place.empty() ? text : text + "      " + painted(row.place, Paint::dim, style_) + "\n";
}

std::string RowLayout::text(const Row& row) const {
  if (stacked()) {
    return stacked_text(row);
  }
  const auto label = row.whole_label ? row.label : cut_label(row.label, label_);
  const auto lines = wrapped(row.what, what_width(), row.lines);
  auto reason = row.place.empty() ? row.reason : padded(row.reason, reason_);
  auto text = "  " + painted(row.symbol, row.paint, style_) + " " + padded(row.kind, kind_) + "  " +
              padded(label, label_) + "  " + padded(lines.front(), what_width()) + "  " +
              painted(padded(row.provider, provider_), Paint::dim, style_) + "  " + reason;
  if (row.place.empty()) {
    text = without_blanks_at_end(std::move(text));
  } else {
    text += "  " + painted(row.place, Paint::dim, style_);
  }
  text += "\n";
  for (std::size_t i = 1; i < lines.size(); ++i) {
    text += std::string(kIndent + kind_ + kGap + label_ + kGap, ' ') + lines[i] + "\n";
  }
  return text;
}

}  // namespace plumb::describe
