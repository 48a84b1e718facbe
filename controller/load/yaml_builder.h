#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "controller/load/yaml_reader.h"
#include "resources/model/diagnostic.h"
#include "resources/model/mistakes.h"
#include "resources/model/value.h"

namespace plumb::load {

/// Where the parser stands: octets from the start of the text, line and column from 0.
struct TextMark {
  std::size_t offset = 0;
  std::size_t line = 0;
  std::size_t column = 0;
};

/// Types a plain scalar: true, false, decimal integers, null and ~; all else is a string.
Value typed_scalar(std::string_view text, Place place);

/// Makes Values out of a parser's events, hands them to the sink, and finds what the parser lets
/// through: anchors, tags, duplicate keys, unclosed quotes, documents without `---`... What it
/// looks at twice it reads in the text, at the event's mark.
class Builder {
 public:
  Builder(std::string_view text,
          std::uint32_t file,
          const ReadLimits& limits,
          DocumentSink& sink,
          Diagnostics& problems)
      : text_(text), file_(file), limits_(limits), sink_(sink), problems_(problems) {}

  void document_start(const TextMark& mark);
  void document_end();
  /// After the last document: what stands behind it counts too.
  void text_end();
  void null(const TextMark& mark);
  void alias(const TextMark& mark);
  void scalar(const TextMark& mark, bool plain, const std::string& value);
  void list_start(const TextMark& mark, bool flow);
  void map_start(const TextMark& mark, bool flow);
  void container_end();
  /// The parser gave up at `mark`, with these words of its own. What was read of the document is
  /// given to the sink.
  void syntax_error(const TextMark& mark, std::string_view parser_message);
  /// Reading ends at `place`, in the middle of a document: gives what is there of it to the sink.
  void give_up(Place place);
  void report(Diagnostic problem);
  void report(const TextMark& mark, Mistake mistake, std::string message, std::string hint);

  bool failed() const { return reported_ != 0; }
  /// More documents, or more problems, than are worth going on for.
  bool enough() const { return documents_ > limits_.documents_per_file || reported_ > kProblems; }
  /// Offset of the newest event: up to there the parser holds nothing back.
  std::size_t reached() const { return reached_; }

 private:
  static constexpr std::size_t kProblems = 200;

  /// A list or map that is not complete yet.
  struct Frame {
    Place place;
    Value::List list;
    Value::Map map;
    std::string name;  ///< of the member whose value is awaited
    Place name_place;
    std::size_t column = 0;
    bool is_map = false;
    bool flow = false;
    bool awaits_value = false;
    bool is_key = false;
    bool streams = false;  ///< items go to the sink one by one
  };

  Place place(const TextMark& mark) const {
    return place_at(file_, mark.line + 1, mark.column + 1);
  }
  char character(std::size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  bool expects_key() const {
    return !frames_.empty() && frames_.back().is_map && !frames_.back().awaits_value;
  }
  void arrive(const TextMark& mark);
  void start(const TextMark& mark, bool flow, bool is_map);
  void put(Value value);
  void put_key(const TextMark& mark, std::string name, bool plain);
  void refuse_key(const Frame& key);
  bool at_records() const;
  void check_indentation(const TextMark& mark);
  void check_properties(const TextMark& mark);
  void check_quotes(const TextMark& mark);
  void check_quote_tail(const TextMark& mark, std::size_t end);
  void check_directive_before(std::size_t offset, std::size_t line);
  void check_duplicates(const Value::Map& map);
  bool may_be_secret(const Value::Map& map) const;
  void report_duplicate(const Value::Map& map, const Field& first, const Field& again);
  std::string_view null_word(const TextMark& mark) const;

  std::string_view text_;
  std::uint32_t file_;
  const ReadLimits& limits_;
  DocumentSink& sink_;
  Diagnostics& problems_;
  std::vector<Frame> frames_;
  Value root_;
  bool has_root_ = false;
  bool skipping_ = false;  ///< too deep: the rest of the document is only waited for
  std::size_t documents_ = 0;
  std::size_t reached_ = 0;
  std::size_t indented_line_ = static_cast<std::size_t>(-1);
  std::size_t reported_ = 0;
  std::size_t reported_before_ = 0;  ///< the document began
  Place quote_;                      ///< the last quoted text of more than one line
  std::size_t quote_end_line_ = 0;   ///< from 0
};

}  // namespace plumb::load
