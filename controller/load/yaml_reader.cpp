#include "controller/load/yaml_reader.h"

#include <algorithm>
#include <exception>
#include <istream>
#include <streambuf>
#include <string>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "controller/load/yaml_builder.h"
#include "controller/load/yaml_guard.h"

namespace plumb::load {
namespace {

/// A part of the text from a line's start: where the parser was started, and started again behind
/// an error of syntax.
struct Segment {
  std::size_t offset = 0;
  std::size_t line = 0;
};

TextMark text_mark(const Segment& segment, const YAML::Mark& mark) {
  const auto at_least_zero = [](int n) { return static_cast<std::size_t>(std::max(n, 0)); };
  return {segment.offset + at_least_zero(mark.pos),
          segment.line + at_least_zero(mark.line),
          at_least_zero(mark.column)};
}

/// The parser's view of the text. It ends early when the parser has read far beyond its last event:
/// then it is hoarding tokens, which take a hundred times the memory of their text.
class TextStream final : public std::streambuf {
 public:
  TextStream(std::string_view text, std::size_t offset, std::size_t ahead, const Builder& builder)
      : text_(text), next_(offset), ahead_(ahead), builder_(builder) {}

  bool starved() const { return starved_; }

 protected:
  int_type underflow() override {
    constexpr std::size_t kChunk = 16384;
    if (next_ > std::max(builder_.reached(), start()) + ahead_) {
      starved_ = true;
    }
    if (starved_ || next_ >= text_.size()) {
      return traits_type::eof();
    }
    const auto chunk = text_.substr(next_, kChunk);
    next_ += chunk.size();
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): a get area is only read from
    auto* begin = const_cast<char*>(chunk.data());
    setg(begin, begin, begin + chunk.size());
    return traits_type::to_int_type(*begin);
  }

 private:
  std::size_t start() const { return start_; }

  std::string_view text_;
  std::size_t next_;
  std::size_t start_ = next_;
  std::size_t ahead_;
  const Builder& builder_;
  bool starved_ = false;
};

class Events final : public YAML::EventHandler {
 public:
  Events(Builder& builder, const Segment& segment) : builder_(builder), segment_(segment) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    builder_.document_start(text_mark(segment_, mark));
  }
  void OnDocumentEnd() override { builder_.document_end(); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    builder_.null(text_mark(segment_, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    builder_.alias(text_mark(segment_, mark));
  }
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    builder_.scalar(text_mark(segment_, mark), tag == "?" && anchor == YAML::NullAnchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value style) override {
    builder_.list_start(text_mark(segment_, mark), style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { builder_.container_end(); }
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& /*tag*/,
                  YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value style) override {
    builder_.map_start(text_mark(segment_, mark), style == YAML::EmitterStyle::Flow);
  }
  void OnMapEnd() override { builder_.container_end(); }

 private:
  Builder& builder_;
  const Segment& segment_;
};

/// Starts of documents behind errors of syntax.
class Reading {
 public:
  Reading(std::string_view text, std::uint32_t file, const ReadLimits& limits, Builder& builder)
      : text_(text), file_(file), limits_(limits), builder_(builder) {}

  void run() {
    while (!read_segment() && !builder_.enough() && next_segment()) {
    }
    if (builder_.enough()) {
      builder_.give_up(place_at(file_, segment_.line + 1, 1));
    } else {
      builder_.text_end();
    }
  }

 private:
  /// False when an error of syntax ended it before the end of the text.
  bool read_segment() {
    // Enough for the longest text with some escapes, and for a file that begins with a long
    // comment.
    const auto ahead = limits_.scalar_bytes + (std::size_t{1} << 20U);
    TextStream buffer(text_, segment_.offset, ahead, builder_);
    std::istream stream(&buffer);
    Events events(builder_, segment_);
    TextMark failed_at{segment_.offset, segment_.line, 0};
    std::string message;
    try {
      YAML::Parser parser(stream);
      while (!builder_.enough() && parser.HandleNextDocument(events)) {
      }
    } catch (const YAML::Exception& error) {
      failed_at = text_mark(segment_, error.mark);
      message = error.msg;
    } catch (const std::exception& error) {
      message = error.what();
    }
    if (buffer.starved()) {
      report_starved(ahead);
      return true;
    }
    if (message.empty()) {
      return true;
    }
    builder_.syntax_error(failed_at, message);
    failed_at_ = failed_at.offset;
    return false;
  }

  /// Moves on to the next line `---` behind the error.
  bool next_segment() {
    for (auto at = text_.find("\n---", std::max(failed_at_, segment_.offset + 1) - 1);
         at != std::string_view::npos;
         at = text_.find("\n---", at + 1)) {
      const char behind = at + 4 < text_.size() ? text_[at + 4] : '\n';
      if (behind == '\n' || behind == '\r' || behind == ' ' || behind == '\t') {
        const auto skipped = text_.substr(segment_.offset, at + 1 - segment_.offset);
        segment_.line += static_cast<std::size_t>(std::count(skipped.begin(), skipped.end(), '\n'));
        segment_.offset = at + 1;
        return true;
      }
    }
    return false;
  }

  void report_starved(std::size_t ahead) {
    const auto before = text_.substr(0, std::min(builder_.reached(), text_.size()));
    const auto line = std::count(before.begin(), before.end(), '\n');
    const auto start = before.rfind('\n');
    const auto column = start == before.npos ? before.size() : before.size() - start - 1;
    builder_.report({before.size(), static_cast<std::size_t>(line), column},
                    Mistake::yaml_too_large,
                    fmt::format("what begins after this does not end within {} octets", ahead),
                    "shorten the text, or break the list into several lines");
    builder_.give_up(place_at(file_, static_cast<std::size_t>(line) + 1, column + 1));
  }

  std::string_view text_;
  std::uint32_t file_;
  const ReadLimits& limits_;
  Builder& builder_;
  Segment segment_;
  std::size_t failed_at_ = 0;
};

}  // namespace

bool read_yaml(std::string_view text,
               std::uint32_t file,
               const ReadLimits& limits,
               DocumentSink& sink,
               Diagnostics& problems) {
  if (text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (!guard_text(text, file, limits, problems)) {
    sink.broken_document({}, place_at(file, 1, 1), false);
    return false;
  }
  Builder builder(text, file, limits, sink, problems);
  Reading(text, file, limits, builder).run();
  return !builder.failed();
}

}  // namespace plumb::load
