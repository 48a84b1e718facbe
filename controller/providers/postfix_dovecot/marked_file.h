#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "resources/model/result.h"

namespace plumb::providers::postfix_dovecot {

constexpr std::string_view kBegin = "# BEGIN plumb";
constexpr std::string_view kEnd = "# END plumb";

/// Lines of one domain that follow each other in a marked part; views into the file.
struct Run {
  std::string_view domain;       ///< empty: before the first line with a key
  std::string_view lines;        ///< whole lines, each with its newline
  std::uint32_t first_line = 0;  ///< counted from 1
};

/// A line outside of a marked part.
struct ForeignLine {
  std::string key;  ///< of a table in lower case, as Postfix looks keys up
  std::uint32_t line = 0;
};

/// A whole entry outside of a marked part: what continues its line is joined to it.
struct OutsideEntry {
  std::string key;                   ///< as ForeignLine::key
  std::string text;                  ///< as it stands in the file, with its key
  std::vector<std::uint32_t> lines;  ///< that it is made of, the first one first
};

/// A file of lines `key<separator>value`, of which the part between `# BEGIN plumb` and `# END
/// plumb` is ours. Immutable; moves.
class MarkedFile {
 public:
  enum class Form : std::uint8_t {
    table,   ///< Postfix and rspamd: the key ends at a blank
    passwd,  ///< the key ends at a colon
  };

  MarkedFile() = default;
  /// Cuts `content` at its markers and its lines by domain, the part of the key after '@'; a key
  /// without one is a domain itself. Errors (invalid_input, "<path>:<line>: ..."): markers that do
  /// not pair, or more than once; without markers, what is no text; in the marked part a key that
  /// names no domain, or a last line without newline; a line after the marked part that would
  /// continue its last entry.
  static Result<MarkedFile> parse(std::string path, std::string content, Form form);
  /// A file that does not exist.
  static MarkedFile absent(std::string path);

  const std::string& path() const { return path_; }
  std::string_view content() const {
    return content_ ? std::string_view(*content_) : std::string_view();
  }
  bool exists() const { return exists_; }
  /// All runs, by domain and then as they stand in the file.
  std::span<const Run> runs() const { return runs_; }
  /// The runs of one domain.
  std::span<const Run> of(std::string_view domain) const;
  /// The first line outside of the marked part whose key is `key`; 0: there is none.
  std::uint32_t foreign_line_of(std::string_view key) const;
  /// Whether there are lines with keys outside of the marked part at all.
  bool has_foreign_lines() const { return !foreign_.empty(); }
  /// Those whose keys name a domain, or an address in it.
  std::span<const ForeignLine> foreign_of(std::string_view domain) const;
  /// Whether it has a marked part.
  bool is_marked() const { return marked_; }

  /// All entries outside of the marked part, in the order of the file.
  std::vector<OutsideEntry> outside() const;
  /// The file without the `dropped` lines (counted from 1, outside of the marked part), and with
  /// `added` (whole lines) at the end of its marked part.
  std::string moved(const std::set<std::uint32_t>& dropped, std::string_view added) const;
  /// The file with `marked` (pieces of whole lines) as its marked part; all else octet for octet,
  /// but for a newline where the last line has none.
  std::string with(std::span<const std::string_view> marked) const;
  /// "<path>:<line>: <message>".
  Error error_at(std::uint32_t line, std::string message) const;

 private:
  Result<void> cut();
  Result<void> check_text() const;
  Result<void> index();
  /// Calls `each(number, octets, behind)` for the lines before and behind the marked part, the
  /// markers among them; `octets` with the newline.
  template <class Each>
  void for_each_outside(Each each) const;
  void note_foreign(std::string_view lines, std::uint32_t first_line);

  std::string path_;
  std::shared_ptr<const std::string> content_;  ///< its octets stay in place when this moves
  Form form_ = Form::table;
  bool exists_ = false;
  std::size_t head_ = 0;  ///< octets before the marked lines, BEGIN included
  std::size_t tail_ = 0;  ///< where END begins; both the size where there are no markers
  bool marked_ = false;
  std::uint32_t first_line_ = 0;  ///< of the marked lines
  std::vector<Run> runs_;
  std::vector<ForeignLine> foreign_;  ///< by domain, key and line
};

/// Reads the lines of runs one by one: comments and blank lines are left out.
class LineReader {
 public:
  explicit LineReader(const Run& run) : rest_(run.lines), line_(run.first_line) {}
  /// The next line without its newline; false at the end.
  bool next(std::string_view& text);
  /// The number of the line that next() gave.
  std::uint32_t number() const { return line_ - 1; }

 private:
  std::string_view rest_;
  std::uint32_t line_;
};

}  // namespace plumb::providers::postfix_dovecot
