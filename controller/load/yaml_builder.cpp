#include "controller/load/yaml_builder.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "controller/load/secret_names.h"
#include "controller/load/yaml_syntax.h"

namespace plumb::load {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

/// The offset just behind the closing quote of the quoted text at `offset`; npos where it is open.
std::size_t quoted_end(std::string_view text, std::size_t offset) {
  const char quote = text[offset];
  const std::string_view stops = quote == '"' ? "\"\\" : "'";
  for (auto at = text.find_first_of(stops, offset + 1); at != std::string_view::npos;
       at = text.find_first_of(stops, at + 2)) {
    const bool doubled = quote == '\'' && at + 1 < text.size() && text[at + 1] == '\'';
    if (text[at] == quote && !doubled) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

void Builder::document_start(const TextMark& mark) {
  reached_ = mark.offset;
  frames_.clear();
  has_root_ = false;
  skipping_ = false;
  reported_before_ = reported_;
  ++documents_;
  check_directive_before(mark.offset, mark.line);
  if (documents_ > limits_.documents_per_file) {
    report(mark,
           Mistake::yaml_too_large,
           fmt::format("more than {} documents in one file", limits_.documents_per_file),
           "split the file");
  } else if (documents_ > 1 && (mark.column != 0 || text_.substr(mark.offset, 3) != "---")) {
    report(mark,
           Mistake::yaml_document,
           "this does not belong to the document before it",
           "check the indentation and the brackets; a new document begins with a line ---");
  }
}

void Builder::document_end() {
  if (skipping_) {
    give_up(frames_.empty() ? Place{} : frames_.front().place);
  } else if (has_root_) {
    const auto start = root_.place;
    if (reported_ == reported_before_) {
      sink_.document(std::move(root_), start);
    } else {
      sink_.broken_document(std::move(root_), start, true);
    }
  }
  root_ = {};
  has_root_ = false;
}

void Builder::give_up(Place at) {
  const auto streaming = std::find_if(
      frames_.begin(), frames_.end(), [](const Frame& frame) { return frame.streams; });
  if (streaming != frames_.end()) {
    frames_.erase(streaming + 1, frames_.end());
  }
  while (!frames_.empty()) {
    Frame open = std::move(frames_.back());
    frames_.pop_back();
    if (open.flow && !open.is_map && !open.is_key) {
      put({Expression{}, open.place});  // a bracket that is not meant, or what follows it
    } else if (!open.is_key) {
      put(open.is_map ? Value{std::move(open.map), open.place}
                      : Value{std::move(open.list), open.place});
    }
  }
  const auto start = has_root_ ? root_.place : at;
  sink_.broken_document(has_root_ ? std::move(root_) : Value{}, start, false);
  root_ = {};
  has_root_ = false;
  skipping_ = false;
}

void Builder::text_end() {
  const auto lines = std::count(text_.begin(), text_.end(), '\n');
  const bool ended = text_.empty() || text_.back() == '\n';
  check_directive_before(text_.size(), static_cast<std::size_t>(lines) + (ended ? 0 : 1));
}

void Builder::arrive(const TextMark& mark) {
  reached_ = mark.offset;
  if (mark.line != indented_line_) {
    indented_line_ = mark.line;
    check_indentation(mark);
  }
}

void Builder::null(const TextMark& mark) {
  arrive(mark);
  if (skipping_) {
    return;
  }
  check_properties(mark);
  const auto word = null_word(mark);
  if (expects_key()) {
    if (word.empty()) {
      report(mark, Mistake::yaml_key, "a key is missing here", "write the key before the colon");
    }
    put_key(mark, std::string(word), true);
    return;
  }
  if (!word.empty()) {
    put(typed_scalar(word, place(mark)));
    return;
  }
  if (frames_.empty()) {
    return;  // an empty document
  }
  const Frame& top = frames_.back();
  if (top.flow && !top.is_map && character(mark.offset) == ',') {
    report(mark, Mistake::yaml_bracket, "an empty item in a list", "remove the comma");
  }
  // The parser's mark is that of the next token, often lines below.
  put({std::monostate{}, top.is_map ? top.name_place : top.place});
}

void Builder::alias(const TextMark& mark) {
  arrive(mark);
  if (skipping_) {
    return;
  }
  auto problem = explain_alias(text_, mark.offset);
  report(mark, problem.mistake, std::move(problem.message), std::move(problem.hint));
  if (expects_key()) {
    put_key(mark, {}, false);
  } else {
    put({Expression{}, place(mark)});
  }
}

void Builder::scalar(const TextMark& mark, bool plain, const std::string& value) {
  arrive(mark);
  if (skipping_) {
    return;
  }
  const auto reported = reported_;
  if (!plain) {
    check_properties(mark);
    check_quotes(mark);
  }
  if (reported_ != reported && !expects_key()) {
    put({Expression{}, place(mark)});
    return;
  }
  if (expects_key()) {
    put_key(mark, value, plain);
    return;
  }
  if (value.size() > limits_.scalar_bytes) {
    report(mark,
           Mistake::yaml_too_large,
           fmt::format("a text of {} octets, more than the {} that are allowed",
                       value.size(),
                       limits_.scalar_bytes),
           "shorten it");
  }
  if (plain) {
    put(typed_scalar(value, place(mark)));
  } else {
    put({value, place(mark)});
  }
}

void Builder::list_start(const TextMark& mark, bool flow) {
  start(mark, flow, false);
}

void Builder::map_start(const TextMark& mark, bool flow) {
  start(mark, flow, true);
}

void Builder::start(const TextMark& mark, bool flow, bool is_map) {
  arrive(mark);
  if (skipping_) {
    return;
  }
  check_properties(mark);
  if (frames_.size() >= static_cast<std::size_t>(std::max(limits_.depth, 0))) {
    report(mark,
           Mistake::yaml_too_large,
           fmt::format("lists and maps are nested more than {} deep", limits_.depth),
           "write it flatter");
    skipping_ = true;
    return;
  }
  const bool is_key = expects_key();
  const bool streams = !is_map && at_records();
  Frame& frame = frames_.emplace_back();
  frame.place = place(mark);
  frame.column = mark.column;
  frame.is_map = is_map;
  frame.flow = flow;
  frame.streams = streams;
  frame.is_key = is_key;
  if (is_map) {
    frame.map.reserve(4);
  }
}

bool Builder::at_records() const {
  return frames_.size() == 2 && frames_[0].is_map && frames_[0].name == "spec" &&
         frames_[1].awaits_value && frames_[1].name == "records";
}

void Builder::container_end() {
  if (skipping_) {
    return;
  }
  Frame done = std::move(frames_.back());
  frames_.pop_back();
  if (done.is_map) {
    check_duplicates(done.map);
    if (reported_ != reported_before_) {  // a key that was refused has no name
      std::erase_if(done.map, [](const Field& field) { return field.name.empty(); });
    }
  }
  if (done.is_key) {
    refuse_key(done);
  } else if (done.is_map) {
    put({std::move(done.map), done.place});
  } else {
    put({std::move(done.list), done.place});
  }
}

/// Not before it is complete: the parser takes a bracket that is never closed for a key.
void Builder::refuse_key(const Frame& key) {
  Diagnostic problem;
  problem.place = key.place;
  problem.rule = info(Mistake::yaml_key).id;
  problem.message = key.is_map ? "a map cannot be a key" : "a list cannot be a key";
  problem.hint = "put the key in quotes if its brackets are part of the text";
  report(std::move(problem));
  Frame& top = frames_.back();
  top.name.clear();
  top.name_place = key.place;
  top.awaits_value = true;
}

void Builder::put(Value value) {
  if (frames_.empty()) {
    root_ = std::move(value);
    has_root_ = true;
    return;
  }
  Frame& top = frames_.back();
  if (top.is_map) {
    top.map.push_back(Field{std::move(top.name), std::move(value), top.name_place});
    top.name.clear();
    top.awaits_value = false;
  } else if (top.streams) {
    sink_.record(std::move(value));
  } else {
    top.list.push_back(std::move(value));
  }
}

void Builder::put_key(const TextMark& mark, std::string name, bool plain) {
  if (name.size() > limits_.key_bytes) {
    report(mark,
           Mistake::yaml_too_large,
           fmt::format("a key has more than {} octets", limits_.key_bytes),
           "shorten the key");
  } else if (plain && name == "<<") {
    report(mark,
           Mistake::yaml_merge_key,
           "merge keys (<<) are not supported",
           "write the members out, or use a Profile for what is shared");
  } else if (name.find('\n') != std::string::npos) {
    report(mark, Mistake::yaml_key, "a key goes over several lines", "write the key in one line");
  }
  Frame& top = frames_.back();
  top.name = std::move(name);
  top.name_place = place(mark);
  top.awaits_value = true;
}

void Builder::check_indentation(const TextMark& mark) {
  const auto start = mark.offset - std::min(mark.column, mark.offset);
  const auto head = text_.substr(std::min(start, text_.size()), mark.column);
  const auto blank = head.substr(0, head.find_first_not_of(" \t"));
  const auto tab = blank.find('\t');
  if (tab != std::string_view::npos && blank.size() == head.size()) {
    report({start + tab, mark.line, tab},
           Mistake::yaml_tab,
           "a tab in the indentation",
           "indent with spaces");
  }
}

void Builder::check_properties(const TextMark& mark) {
  const char c = character(mark.offset);
  if (c == '&') {
    report(mark,
           Mistake::yaml_anchor,
           "anchors (&name) are not supported",
           "write the value out where it is needed, or use a Profile or a variable");
  } else if (c == '!') {
    report(mark,
           Mistake::yaml_tag,
           "tags (!name) are not supported",
           "remove it; put the text in quotes if it begins with !");
  }
}

void Builder::check_quotes(const TextMark& mark) {
  const char quote = character(mark.offset);
  if (quote != '"' && quote != '\'') {
    return;
  }
  const auto end = quoted_end(text_, mark.offset);
  if (end == std::string_view::npos) {
    report(mark,
           Mistake::yaml_quote,
           "a quoted text is not closed",
           fmt::format("close it with {}", quote));
    return;
  }
  if (character(end) == '#') {
    report({mark.offset, mark.line, mark.column},
           Mistake::yaml_quote,
           "a comment needs a space before its #",
           "put a space between the quote and the #");
  }
  const auto* from = text_.begin() + static_cast<std::ptrdiff_t>(mark.offset);
  const auto lines = std::count(from, text_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  if (lines != 0) {
    check_quote_tail(mark, end - 1);
    quote_ = place(mark);
    quote_end_line_ = mark.line + static_cast<std::size_t>(lines);
  }
}

/// The parser loses a line feed where a quoted text ends with empty lines.
void Builder::check_quote_tail(const TextMark& mark, std::size_t end) {
  const auto tail = text_.substr(0, end).find_last_not_of(kBlank) + 1;
  const auto blank = text_.substr(tail, end - tail);
  if (std::count(blank.begin(), blank.end(), '\n') > 1) {
    report(mark,
           Mistake::yaml_quote,
           "a quoted text ends with empty lines",
           "write \\n in double quotes for each line end that is meant");
  }
}

/// Directives give no event. They can only stand in the lines before a document's start, with
/// nothing between but comments.
void Builder::check_directive_before(std::size_t offset, std::size_t line) {
  auto end = text_.substr(0, offset).rfind('\n');
  if (offset == text_.size() && (offset == 0 || text_[offset - 1] != '\n')) {
    end = offset;  // the last line has no line feed
  }
  while (end != std::string_view::npos && line > 0) {
    const auto before = end == 0 ? std::string_view::npos : text_.rfind('\n', end - 1);
    const auto start = before == std::string_view::npos ? 0 : before + 1;
    const auto content = text_.substr(start, end - start);
    const auto first = content.find_first_not_of(kBlank);
    --line;
    if (content.starts_with('%')) {
      report({start, line, 0},
             Mistake::yaml_directive,
             "directives (%) are not supported",
             "remove the line");
    } else if (first != std::string_view::npos && content[first] != '#') {
      return;
    }
    end = before;
  }
}

std::string_view Builder::null_word(const TextMark& mark) const {
  if (!frames_.empty() && !frames_.back().flow && !expects_key() &&
      mark.column <= frames_.back().column) {
    return {};  // nothing was written: the mark is at what comes next
  }
  const auto rest = text_.substr(std::min(mark.offset, text_.size()), 5);
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (rest.starts_with(word)) {
      const auto behind = character(mark.offset + word.size());
      const bool ends =
          behind == '\0' || std::string_view(" \t\r\n,]}:#").find(behind) != std::string_view::npos;
      return ends ? word : std::string_view{};
    }
  }
  return {};
}

void Builder::check_duplicates(const Value::Map& map) {
  constexpr std::size_t kFewMembers = 12;
  if (map.size() <= kFewMembers) {
    for (std::size_t i = 1; i < map.size(); ++i) {
      const auto same = std::find_if(map.begin(),
                                     map.begin() + static_cast<std::ptrdiff_t>(i),
                                     [&](const Field& f) { return f.name == map[i].name; });
      if (same != map.begin() + static_cast<std::ptrdiff_t>(i)) {
        report_duplicate(map, *same, map[i]);
      }
    }
    return;
  }
  std::vector<std::size_t> order(map.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return map[a].name < map[b].name;
  });
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    if (map[order[i]].name == map[order[first]].name) {
      report_duplicate(map, map[order[first]], map[order[i]]);
    } else {
      first = i;
    }
  }
}

/// Whether the names of `map`, which is complete, may be a password: it is below the name of one,
/// or has one that is not followed by its value.
bool Builder::may_be_secret(const Value::Map& map) const {
  return std::any_of(frames_.begin(),
                     frames_.end(),
                     [](const Frame& frame) { return sounds_secret(frame.name); }) ||
         std::any_of(map.begin(), map.end(), [](const Field& field) {
           return field.value.is_null() && sounds_secret(field.name);
         });
}

void Builder::report_duplicate(const Value::Map& map, const Field& first, const Field& again) {
  if (again.name.empty() && failed()) {
    return;  // stands for a key that was refused already
  }
  Diagnostic problem;
  problem.place = again.place;
  problem.rule = info(Mistake::yaml_duplicate_key).id;
  problem.message = may_be_secret(map)
                        ? "a key is written twice"
                        : fmt::format("the key {} is written twice", again.name.substr(0, 80));
  problem.hint = "remove one of the two";
  problem.related = first.place;
  report(std::move(problem));
}

void Builder::syntax_error(const TextMark& mark, std::string_view parser_message) {
  auto [mistake, message, hint] = explain_syntax(parser_message, text_, mark.offset);
  Diagnostic problem;
  problem.place = place(mark);
  problem.rule = info(mistake).id;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  if (quote_.known() && quote_end_line_ == mark.line) {
    problem.related = quote_;
    problem.hint = "look for a missing closing quote: a quoted text of several lines ends here";
  }
  report(std::move(problem));
  give_up(place(mark));
}

void Builder::report(const TextMark& mark, Mistake mistake, std::string message, std::string hint) {
  Diagnostic problem;
  problem.place = place(mark);
  problem.rule = info(mistake).id;
  problem.message = std::move(message);
  problem.hint = std::move(hint);
  report(std::move(problem));
}

void Builder::report(Diagnostic problem) {
  ++reported_;
  if (reported_ == kProblems) {
    problem.rule = info(Mistake::yaml_too_many).id;
    problem.message = "too many problems in this file; the rest is not shown";
    problem.hint = "repair those above first";
  }
  if (reported_ <= kProblems) {
    problems_.add(std::move(problem));
  }
}

}  // namespace plumb::load
