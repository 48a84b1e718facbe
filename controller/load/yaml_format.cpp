#include "controller/load/yaml_format.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "controller/load/yaml_guard.h"
#include "controller/load/yaml_line.h"
#include "controller/load/yaml_reader.h"
#include "resources/model/diagnostic.h"
#include "resources/model/value.h"

namespace plumb::load {
namespace {

constexpr std::size_t kIndentation = 2;

/// Everything a file says, without its places.
class Content final : public DocumentSink {
 public:
  void record(Value item) override { records_.push_back(std::move(item)); }
  void document(Value tree, Place /*start*/) override {
    documents_.push_back(std::move(tree));
    counts_.push_back(records_.size());
  }
  bool operator==(const Content& other) const {
    return records_ == other.records_ && documents_ == other.documents_ && counts_ == other.counts_;
  }

 private:
  std::vector<Value> records_;
  std::vector<Value> documents_;
  std::vector<std::size_t> counts_;
};

Result<void> read_content(std::string_view text, std::string_view name, Content& content) {
  Diagnostics problems;
  if (read_yaml(text, 0, ReadLimits{}, content, problems)) {
    return {};
  }
  if (problems.empty()) {
    return fail(ErrorCode::invalid_input, fmt::format("{}: it cannot be read", name));
  }
  const auto& first = problems.all().front();
  return fail(ErrorCode::invalid_input,
              fmt::format("{}:{}:{}: {}",
                          name,
                          std::uint32_t{first.place.line},
                          std::uint32_t{first.place.column},
                          first.message),
              first.hint);
}

/// Moves the lines of a file to where their depth wants them. Where a line belongs is told by the
/// columns of the lines above it, as YAML does.
class Formatter {
 public:
  std::string run(std::string_view text) {
    while (!text.empty()) {
      const auto end = text.find('\n');
      auto line = text.substr(0, end);
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      }
      add(line);
    }
    flush(0, 0, false);
    return std::move(out_);
  }

 private:
  struct Level {
    std::size_t was = 0;  ///< column in the text as it was
    std::size_t is = 0;   ///< column it gets
    bool list = false;
  };

  /// An empty or comment line that waits for the line it belongs to.
  struct Waiting {
    std::size_t column = 0;
    std::string_view comment;  ///< empty: an empty line
  };

  static std::size_t column_of(std::string_view line) {
    const auto found = line.find_first_not_of(' ');
    return found == std::string_view::npos ? line.size() : found;
  }

  void add(std::string_view line) {
    const auto column = column_of(line);
    const auto rest = line.substr(column);
    if (state_.quote != '\0') {
      continued(column, rest);
    } else if (state_.literal && goes_on_in_block(column, rest)) {
      keep_block_line(column, rest);
    } else if (rest.find_first_not_of(" \t") == std::string_view::npos) {
      waiting_.push_back({});
    } else if (rest.front() == '#') {
      waiting_.push_back({column, rest});
    } else if (state_.flow > 0) {
      continued(column, rest);
    } else if (column == 0 && (rest.starts_with("---") || rest == "...")) {
      flush(0, 0, true);
      levels_.clear();
      put(0, std::string(rest.substr(0, rest.find_last_not_of(" \t") + 1)));
      state_ = {};
    } else if (state_.plain && !levels_.empty() && column > levels_.back().was) {
      continued(column, rest);
    } else {
      block_line(column, rest);
    }
  }

  bool goes_on_in_block(std::size_t column, std::string_view rest) const {
    return rest.empty() || levels_.empty() || column > levels_.back().was;
  }

  void keep_block_line(std::size_t column, std::string_view rest) {
    put(rest.empty() ? 0 : shifted(column), std::string(rest));
  }

  std::size_t shifted(std::size_t column) const {
    if (levels_.empty()) {
      return column;
    }
    const auto& base = levels_.back();
    return column > base.was ? base.is + (column - base.was) : base.is + kIndentation;
  }

  /// A line inside of a quoted text, of braces, or of an unquoted text of several lines: it keeps
  /// its distance to where the value began.
  void continued(std::size_t column, std::string_view rest) {
    if (state_.quote != '\0' && rest.find_first_not_of(" \t") == std::string_view::npos) {
      put(0, std::string());
      return;
    }
    const bool was_plain = state_.plain;
    for (const auto& one : waiting_) {
      put(one.comment.empty() ? 0 : shifted(one.column), std::string(one.comment));
    }
    waiting_.clear();
    if (was_plain) {
      put(shifted(column), std::string(rest.substr(0, rest.find_last_not_of(" \t") + 1)));
      return;
    }
    const bool closes =
        state_.quote == '\0' && state_.flow == 1 && (rest.front() == '}' || rest.front() == ']');
    const auto to = closes && !levels_.empty() ? levels_.back().is : shifted(column);
    put(to, tidy_line(rest, state_));
  }

  void block_line(std::size_t column, std::string_view rest) {
    state_ = {};
    const bool list = is_item(rest);
    const auto before = levels_;
    enter(column, list);
    const auto is = levels_.back().is;
    const auto after = std::move(levels_);
    levels_ = before;
    flush(column, is, true);
    levels_ = after;
    std::string text;
    auto at = column;
    while (is_item(rest)) {
      const auto skip = rest.size() == 1 ? 1 : rest.find_first_not_of(' ', 1);
      if (skip == std::string_view::npos || skip >= rest.size()) {
        rest = {};
        text += "-";
        break;
      }
      rest = rest.substr(skip);
      at += skip;
      text += "- ";
      if (is_item(rest)) {
        enter(at, true);
      }
    }
    if (!text.empty() && begins_with_key(rest)) {
      enter(at, false);
    }
    put(is, text + tidy_line(rest, state_));
  }

  static bool is_item(std::string_view rest) { return rest == "-" || rest.starts_with("- "); }

  void enter(std::size_t column, bool list) {
    while (!levels_.empty() && levels_.back().was > column) {
      levels_.pop_back();
    }
    if (!levels_.empty() && levels_.back().was == column) {
      if (levels_.back().list == list) {
        return;
      }
      if (!list) {
        levels_.pop_back();
        if (!levels_.empty() && levels_.back().was == column) {
          return;
        }
      }
    }
    levels_.push_back({column, levels_.empty() ? 0 : levels_.back().is + kIndentation, list});
  }

  /// Writes what waited for the line at `was`, which goes to `is`: comments beside it go along,
  /// others stay with the level that they stood at.
  void flush(std::size_t was, std::size_t is, bool more) {
    bool empty = false;
    for (const auto& one : waiting_) {
      if (one.comment.empty()) {
        empty = true;
        continue;
      }
      if (empty && !out_.empty()) {
        out_ += '\n';
      }
      empty = false;
      auto column = is;
      if (one.column != was) {
        const auto level = std::find_if(
            levels_.rbegin(), levels_.rend(), [&](const Level& l) { return l.was == one.column; });
        column = level != levels_.rend() ? level->is : is;
      }
      const auto end = one.comment.find_last_not_of(" \t");
      put(column, std::string(one.comment.substr(0, end + 1)));
    }
    if (empty && more && !out_.empty()) {
      out_ += '\n';
    }
    waiting_.clear();
  }

  void put(std::size_t column, const std::string& text) {
    if (!text.empty()) {
      out_.append(column, ' ').append(text);
    }
    out_ += '\n';
  }

  std::string out_;
  std::vector<Level> levels_;
  std::vector<Waiting> waiting_;
  LineState state_;
};

}  // namespace

Result<std::string> format_yaml(std::string_view text, std::string_view name) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  Content before;
  if (auto read = read_content(text, name, before); !read) {
    return tl::unexpected(std::move(read).error());
  }
  auto formatted = Formatter().run(text);
  Content after;
  if (auto read = read_content(formatted, name, after); !read || !(before == after)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: it is written in a way that cannot be moved without changing what "
                            "it says",
                            name),
                "bring texts of several lines into a block (|), or leave the file as it is");
  }
  return formatted;
}

}  // namespace plumb::load
