// What is refused: everything that yaml-cpp 0.7 lets through or explains badly, and what would
// cost time or memory without bound.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/load/yaml_reader.h"
#include "resources/model/diagnostic.h"

namespace plumb::load {
namespace {

class Counting final : public DocumentSink {
 public:
  void record(Value /*item*/) override { ++records; }
  void document(Value /*tree*/, Place /*start*/) override { ++documents; }
  int records = 0;
  int documents = 0;
};

Diagnostics problems_of(std::string_view text, const ReadLimits& limits = {}) {
  Counting sink;
  Diagnostics problems;
  EXPECT_FALSE(read_yaml(text, 1, limits, sink, problems)) << text.substr(0, 200);
  EXPECT_TRUE(problems.has_errors()) << text.substr(0, 200);
  return problems;
}

std::string shown(const Diagnostic& problem) {
  return std::to_string(problem.place.line) + ":" + std::to_string(problem.place.column) + " " +
         problem.message + " (" + problem.hint + ")";
}

std::string first_problem(std::string_view text, const ReadLimits& limits = {}) {
  const auto problems = problems_of(text, limits);
  return problems.empty() ? "none" : shown(problems.all().front());
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  text.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

struct Refusal {
  std::string_view text;
  std::string_view place;
  std::string_view says;   ///< part of the message
  std::string_view hints;  ///< part of the hint
};

void expect_refused(const std::vector<Refusal>& refusals) {
  for (const auto& refusal : refusals) {
    const auto said = first_problem(refusal.text);
    EXPECT_TRUE(said.starts_with(std::string(refusal.place) + " ")) << said << "\n" << refusal.text;
    EXPECT_NE(said.find(refusal.says), std::string::npos) << said << "\n" << refusal.text;
    EXPECT_NE(said.find(refusal.hints), std::string::npos) << said << "\n" << refusal.text;
  }
}

TEST(YamlRefusals, QuotesThatAreNotClosed) {
  expect_refused({
      {"a: \"abc\nb: 2\n", "1:4", "not closed", "\""},
      {"a: 'abc\nb: 2\n", "1:4", "not closed", "'"},
      {"a: 'abc''\n", "1:4", "not closed", "'"},
      {"a: \"abc\\\"\n", "1:4", "not closed", "\""},
      {"a: \"", "1:4", "not closed", "\""},
      {"a: 'x\n---\nb: 1\n", "2:1", "not closed", "close the quote"},
      {"{\"a\": \"b}\n", "1:7", "not closed", "\""},
  });
}

TEST(YamlRefusals, QuotedTextsThatEndWithEmptyLines) {
  expect_refused({
      {"a: 'x\n\n\n  '\n", "1:4", "ends with empty lines", "\\n"},
      {"a: '\n\n  '\n", "1:4", "ends with empty lines", "\\n"},
      {"a: \"x\r\n\r\n\"\n", "1:4", "ends with empty lines", "\\n"},
  });
}

TEST(YamlRefusals, AQuoteThatClosesLinesLaterIsPointedAt) {
  const auto problems = problems_of("a: \"abc\nb: \"x\"\n");
  ASSERT_FALSE(problems.empty());
  const auto& problem = problems.all().front();
  EXPECT_EQ(problem.place.line, 2U);
  EXPECT_EQ(problem.related.line, 1U);
  EXPECT_EQ(problem.related.column, 4U);
  EXPECT_NE(problem.hint.find("missing closing quote"), std::string::npos) << problem.hint;
}

TEST(YamlRefusals, TextThatWouldSilentlyBecomeAnotherDocument) {
  expect_refused({
      {"--- {a: 1} garbage\n", "1:12", "does not belong", "---"},
      {"{a: 1} {b: 2}\n", "1:8", "does not belong", "---"},
      {"a: 1\n...\nb: 2\n", "3:1", "does not belong", "---"},
      {" a: 1\nb: 2\n", "2:1", "does not belong", "indentation"},
      {"- a\nb: 1\n", "2:1", "does not belong", "indentation"},
      {"\"a\" \"b\"\n", "1:5", "does not belong", "---"},
  });
}

TEST(YamlRefusals, TabsAsIndentation) {
  expect_refused({
      {"a:\n\tb: 1\n", "2:1", "tab", "spaces"},
      {"a:\n\tb\n", "2:1", "tab", "spaces"},
      {"a:\n  \tb: 1\n", "2:3", "tab", "spaces"},
      {"a: [\n\t1,\n\t2]\n", "2:1", "tab", "spaces"},
      {"a:\n\t- b\n", "2:2", "tab", "spaces"},
  });
}

TEST(YamlRefusals, AnchorsAliasesTagsMergeKeysAndDirectives) {
  expect_refused({
      {"a: &x\nb: 1\n", "1:4", "anchors", "Profile"},
      {"&x a: 1\n", "1:1", "anchors", "Profile"},
      {"a: &x {b: 1}\n", "1:4", "anchors", "Profile"},
      {"a: &x [*x]\n", "1:4", "anchors", "Profile"},
      {"a: &x 5\nb: *x\n", "1:4", "anchors", "Profile"},
      {"a: *x\n", "1:4", "aliases", "in quotes"},
      {"a: !foo b\n", "1:4", "tags", "remove"},
      {"a: ! b\n", "1:4", "tags", "remove"},
      {"a: !!str 5\n", "1:4", "tags", "remove"},
      {"!t {a: 1}\n", "1:1", "tags", "remove"},
      {"a: !!python/object:os.system x\n", "1:4", "tags", "remove"},
      {"a: !\n", "1:4", "tags", "remove"},
      {"a: !<x y\n", "1:7", "tags", "remove"},
      {"<<: b\n", "1:1", "merge keys", "Profile"},
      {"%FOO x\n---\na: 1\n", "1:1", "directives", "remove"},
      {"# c\n%YAML 1.2\n---\na: 1\n", "2:1", "directives", "remove"},
      {"%YAML 2.0\n---\na: 1\n", "1:1", "directives", "remove"},
      {"a: 1\n%foo\n", "2:1", "directives", "remove"},
      {"a: 1\n%foo", "2:1", "directives", "remove"},
      {"%foo", "1:1", "directives", "remove"},
      {"a: 1\n%foo\nb: 2\n", "2:1", "directives", "remove"},
  });
}

TEST(YamlRefusals, TheBillionLaughsAreRefusedWithoutBeingTold) {
  std::string text = "a0: &a0 [lol, lol]\n";
  for (int i = 1; i < 40; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before +
            "]\n";
  }
  EXPECT_EQ(problems_of(text).error_count(), 40U + 2 * 39U);
}

TEST(YamlRefusals, TextsThatNeedQuotesSayHowTheyAreWritten) {
  expect_refused({
      {"a: *.example.com\n", "1:4", "must be in quotes", "put the text"},
      {"a: {b: *.example.com, c: 1}\n", "1:8", "must be in quotes", "put the text"},
      {"- {name: *, type: A}\n", "1:11", "must be in quotes", "write \"*\""},
      {"*: [jane]\n", "1:1", "must be in quotes", "write \"*\""},
      {"a: @\n", "1:4", "begins with @", "put the text"},
      {"a: {name: @, type: A}\n", "1:11", "begins with @", "put the text"},
      {"a: @example.com\n", "1:4", "begins with @", "put the text"},
      {"a: `x`\n", "1:4", "begins with `", "put the text"},
      {"a: %d\n", "1:4", "begins with %", "put the text"},
      {"a: {value: ${web}}\n", "1:13", "${...}", "put the text in quotes"},
      {"a: [${Server/mx1:ipv4}, b]\n", "1:6", "${...}", "put the text in quotes"},
      {"a: [what?, b]\n", "1:9", "?", "quotes"},
  });
}

TEST(YamlRefusals, MistakesOfSyntaxSayWhatToDo) {
  expect_refused({
      {"a: b: c\n", "1:5", "second", "quotes"},
      {"a:b\nc: d\n", "2:2", "not allowed here", "line above"},
      {"a: \"x\" y\n", "1:8", "does not fit", "indentation"},
      {"- \"a\" \"b\"\n", "1:7", "does not fit", "indentation"},
      {"a:\n  b: 1\n c: 2\n", "3:2", "does not fit", "indentation"},
      {"a: - b\n", "1:4", "list item", "own line"},
      {"a: }\n", "1:4", "never opened", "quotes"},
      {"a: {b: 1\nc: 2\n", "2:2", "not closed", "comma"},
      {"a: [x\n---\nb: 1\n", "2:1", "not closed", "comma"},
      {"a: [x\n", "2:1", "not closed", "comma"},
      {"a: [x, , y]\n", "1:8", "empty item", "comma"},
      {"[,]\n", "1:2", "empty item", "comma"},
      {"{a: 1,, b: 2}\n", "1:7", "key is missing", "key"},
      {": x\n", "1:1", "key is missing", "key"},
      {"a: | x\n  y\n", "1:6", "follow |", "next line"},
      {"a: \"x\"#c\n", "1:4", "comment", "space"},
      {"a: \"v=DKIM1\\; k\"\n", "1:14", "\\;", "backslash"},
      {"a: \"\\ud83d\\ude00\"\n", "1:11", "escape", "itself"},
      {"a: \"\\xzz\"\n", "1:9", "hex", "\\x"},
  });
}

TEST(YamlRefusals, KeysThatAreNoTextOfOneLine) {
  const auto long_key = repeated("k", 1500);
  expect_refused({
      {"[a]: b\n", "1:1", "list cannot be a key", "quotes"},
      {"? [a]\n: b\n", "1:3", "list cannot be a key", "quotes"},
      {"? {a: 1}\n: b\n", "1:3", "map cannot be a key", "quotes"},
      {"{[a]: b}\n", "1:2", "list cannot be a key", "quotes"},
      {"{{a: 1}: b}\n", "1:2", "map cannot be a key", "quotes"},
      {"\"a\n b\": 1\n", "2:4", "several lines", "one line"},
      {"a\n b: 1\n", "2:3", "not allowed here", "line"},
      {"{\"a\n b\": 1}\n", "1:2", "", ""},
      {"? |\n  a\n  b\n: 1\n", "1:3", "several lines", "one line"},
  });
  EXPECT_NE(first_problem(long_key + ": 1\n").find("1024"), std::string::npos);
  EXPECT_NE(first_problem("? " + long_key + "\n: 1\n").find("1024"), std::string::npos);
  EXPECT_NE(first_problem("a: {" + long_key + ": 1}\n").find("1:"), std::string::npos);
}

TEST(YamlRefusals, DuplicateKeysNameBothPlaces) {
  for (const auto* text :
       {"a: 1\nb: 2\na: 3\n", "{\"a\": 1, b: 2,\n a: 3}\n", "'': 1\nb: 1\n\"\": 2\n"}) {
    const auto problems = problems_of(text);
    ASSERT_EQ(problems.error_count(), 1U) << text;
    const auto& problem = problems.all().front();
    EXPECT_NE(problem.message.find("is written twice"), std::string::npos) << problem.message;
    EXPECT_EQ(problem.related.line, 1U);
    EXPECT_GT(problem.place.line, 1U);
  }
}

TEST(YamlRefusals, DuplicateKeysOfLargeAndInnerMapsAreFound) {
  std::string text = "spec:\n  records:\n    - {name: x, name: y}\n  vars:\n";
  for (int i = 0; i < 100; ++i) {
    text += "    v" + std::to_string(i) + ": 1\n";
  }
  text += "    v50: 2\n    v50: 3\n";
  const auto problems = problems_of(text);
  ASSERT_EQ(problems.error_count(), 3U);
  EXPECT_EQ(problems.all()[0].place.line, 3U);
  EXPECT_EQ(problems.all()[1].related.line, 55U);
  EXPECT_EQ(problems.all()[1].place.line, 105U);
  EXPECT_EQ(problems.all()[2].place.line, 106U);
}

TEST(YamlRefusals, OctetsThatAreNoText) {
  using std::string_literals::operator""s;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: b\xff\n", "1:5 the octet 0xFF is not valid UTF-8"},
      {"a: 1\nb: \xC0\xAF\n", "2:4 the octet 0xC0"},    // overlong
      {"a: \xED\xA0\x80\n", "1:4 the octet 0xED"},      // a surrogate
      {"a: \xF4\x90\x80\x80\n", "1:4 the octet 0xF4"},  // beyond U+10FFFF
      {"a: caf\xE9\n", "1:7 the octet 0xE9"},           // Latin-1
      {"a: \xE2\x82", "1:4 the octet 0xE2"},            // cut off
      {"a: b\0c\n"s, "1:5 a control character (0x00)"},
      {"a: \x1b[31m\n", "1:4 a control character (0x1B)"},
      {"a: \x7f\n", "1:4 a control character (0x7F)"},
      {"a: \xC2\x9B\n", "1:4 a control character (U+009B)"},
      {"a: 1\rb: 2\r", "1:5 a carriage return"},
      {"a: 1\n\xEF\xBB\xBF"
       "b: 2\n",
       "2:1 a byte order mark"},
      {"a: \xEF\xBF\xBF\n", "1:4 a code point that is no character"},
      {"\xFF\xFE"
       "a\0:\0"s,
       "1:1 the file is UTF-16"},
      {"\xFE\xFF\0a\0:"s, "1:1 the file is UTF-16"},
      {"a\0:\0 \0"s, "1:2 a control character (0x00)"},  // UTF-16 without a mark
  };
  for (const auto& [text, says] : cases) {
    EXPECT_TRUE(first_problem(text).starts_with(says)) << first_problem(text) << "\n" << text;
  }
}

TEST(YamlRefusals, AllBadOctetsOfAFileAreReportedUpToALimit) {
  EXPECT_EQ(problems_of("a: \xff\nb: \xfe\n").error_count(), 2U);
  EXPECT_EQ(problems_of(repeated("a: \xff\n", 1000)).error_count(), 20U);
}

TEST(YamlRefusals, NestingBeyondTheLimit) {
  const auto flow = [](std::size_t depth) {
    return repeated("[", depth) + "x" + repeated("]", depth) + "\n";
  };
  Counting sink;
  Diagnostics problems;
  EXPECT_TRUE(read_yaml(flow(64), 1, {}, sink, problems));
  for (const std::size_t depth : {65U, 499U, 5000U, 1'000'000U}) {
    const auto said = first_problem(flow(depth));
    EXPECT_NE(said.find("nested"), std::string::npos) << depth << " " << said;
  }
  for (const std::string_view part : {"- ", "? ", "{a: ", "[\n", "{a:\n", "[[],", "[{"}) {
    const auto said = first_problem(repeated(part, 100'000));
    EXPECT_NE(said.find("nested"), std::string::npos) << part << " " << said;
  }
  std::string block;
  for (std::size_t i = 0; i < 100; ++i) {
    block += std::string(i, ' ') + "a:\n";
  }
  EXPECT_NE(first_problem(block).find("65:65 lists and maps are nested"), std::string::npos);
}

TEST(YamlRefusals, DocumentsAfterATooDeepOneAreStillRead) {
  const auto problems = problems_of(repeated("[", 80) + repeated("]", 80) + "\n---\na: 1\na: 2\n");
  ASSERT_EQ(problems.error_count(), 2U);
  EXPECT_EQ(problems.all()[1].place.line, 4U);
}

TEST(YamlRefusals, BracketsInsideOfTextsAreNoNesting) {
  Counting sink;
  Diagnostics problems;
  const auto text = "a: \"" + repeated("[", 500) + "\"\nb: |\n  " + repeated("{", 500) + "\n";
  EXPECT_TRUE(read_yaml(text, 1, {}, sink, problems));
}

TEST(YamlRefusals, WhatWouldMakeTheParserHoardTokens) {
  // A list on one line may be a key: the parser keeps all of it until the line ends.
  EXPECT_NE(first_problem("[" + repeated("a,", 500'000)).find("too many parts"), std::string::npos);
  EXPECT_NE(first_problem(repeated("\"\" ", 500'000)).find("too many parts"), std::string::npos);
  // Quoted line feeds do not end the line for it.
  EXPECT_NE(first_problem("[" + repeated("\"\n\"", 900'000)).find("does not end within"),
            std::string::npos);
}

TEST(YamlRefusals, SizesBeyondTheLimits) {
  ReadLimits limits;
  limits.file_bytes = 100;
  EXPECT_NE(first_problem("# " + repeated("x", 200), limits).find("202 octets"), std::string::npos);
  limits = {};
  limits.scalar_bytes = 50;
  EXPECT_NE(first_problem("a: " + repeated("x", 51), limits).find("1:4 a text of 51 octets"),
            std::string::npos);
  EXPECT_NE(first_problem("a: \"" + repeated("x", 51) + "\"", limits).find("51"),
            std::string::npos);
  limits = {};
  limits.documents_per_file = 3;
  EXPECT_NE(first_problem("--- 1\n--- 2\n--- 3\n--- 4\n--- 5\n", limits).find("4:1 more than 3"),
            std::string::npos);
  EXPECT_NE(first_problem(repeated("---\n", 100'000)).find("more than 10000"), std::string::npos);
  EXPECT_NE(first_problem("a: " + repeated("x", 3U << 20U)).find("octets"), std::string::npos);
}

TEST(YamlRefusals, ProblemsOfOneFileAreAllReportedUpToALimit) {
  const auto problems = problems_of(
      "a: 1\n"
      "a: 2\n"
      "b: &x 1\n"
      "---\n"
      "c: d: e\n"
      "f: 1\n"
      "---\n"
      "g: 1\n"
      "g: 2\n"
      "---\n"
      "h: }\n"
      "---\n"
      "i: @\n");
  std::string lines;
  for (const auto& problem : problems.all()) {
    lines += std::to_string(problem.place.line) + " ";
  }
  EXPECT_EQ(lines, "3 2 5 9 11 13 ");
  EXPECT_EQ(problems_of(repeated("- &a b\n", 10'000)).error_count(), 200U);
  EXPECT_EQ(problems_of(repeated("--- @\n", 9'000)).error_count(), 200U);
}

TEST(YamlRefusals, PlacesBehindARestartAreThoseOfTheFile) {
  const auto problems =
      problems_of("a: b: c\n---\nx: 1\n  # comment\n---\n  y:\n    \"z\": *.b.c\n");
  ASSERT_EQ(problems.error_count(), 2U);
  EXPECT_EQ(shown(problems.all()[1]).substr(0, 4), "7:10");
}

}  // namespace
}  // namespace plumb::load
