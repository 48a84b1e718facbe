#include "controller/load/yaml_syntax.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

namespace plumb::load {
namespace {

namespace msg = YAML::ErrorMsg;

/// The word at `offset`, as far as it would go without quotes; short enough for a message.
std::string_view word_at(std::string_view text, std::size_t offset) {
  constexpr std::size_t kShown = 80;
  const auto rest = text.substr(std::min(offset, text.size()), kShown);
  const auto end = rest.find_first_of(" \t\r\n,[]{}\"");
  auto word = rest.substr(0, end);
  if (word.size() > 1 && word.ends_with(':')) {
    word.remove_suffix(1);
  }
  return word;
}

std::string_view line_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto start = before.rfind('\n');
  const auto from = start == std::string_view::npos ? 0 : start + 1;
  return text.substr(from, text.find('\n', from) - from);
}

bool indented_by_tab(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

/// Never with the text itself, which may be a password.
constexpr std::string_view kQuoteIt = "put the text in quotes";

SyntaxProblem explain_unquoted(std::string_view text, std::size_t offset) {
  const char c = offset < text.size() ? text[offset] : '\0';
  if (c == '@' || c == '`' || c == '%') {
    return {Mistake::yaml_unquoted,
            fmt::format("a text that begins with {} must be in quotes", c),
            std::string(kQuoteIt)};
  }
  if (c == '?') {
    return {Mistake::yaml_unquoted,
            "a text with ? must be in quotes inside of [ ] or { }",
            std::string(kQuoteIt)};
  }
  return {
      Mistake::yaml_unquoted, "not valid YAML: nothing can begin like this", std::string(kQuoteIt)};
}

SyntaxProblem explain_colon(std::string_view text, std::size_t offset) {
  constexpr std::size_t kLongestKey = 1024;
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = line_at(text, offset);
  const auto column = static_cast<std::size_t>(before.end() - before.begin()) -
                      static_cast<std::size_t>(line.data() - text.data());
  const auto head = line.substr(0, std::min(column, line.size()));
  if (head.find(": ") == std::string_view::npos && head.size() > kLongestKey) {
    return {Mistake::yaml_too_large, "a key has more than 1024 octets", "shorten the key"};
  }
  const auto first = head.find_first_not_of(" -");
  const bool key_only = first != std::string_view::npos && head.find(": ") == head.npos;
  if (key_only && (head.back() == '"' || head.back() == '\'') && head[first] != head.back()) {
    return {Mistake::yaml_key, "a key goes over several lines", "write the key in one line"};
  }
  if (head.find(": ") != std::string_view::npos) {
    return {Mistake::yaml_syntax,
            "a second \": \" in one line",
            "put the value in quotes if the colon belongs to it, or begin a new line"};
  }
  return {
      Mistake::yaml_syntax,
      "a \"key: value\" is not allowed here",
      "check the indentation, that the key is in one line, and that a space follows the colon in "
      "the line above"};
}

SyntaxProblem explain_flow(std::string_view text, std::size_t offset, std::string_view kind) {
  if (offset > 0 && offset < text.size() && text[offset] == '{' && text[offset - 1] == '$') {
    return {Mistake::yaml_unquoted,
            "a ${...} inside of [ ] or { } must be in quotes",
            std::string(kQuoteIt)};
  }
  return {Mistake::yaml_bracket,
          fmt::format("a {} is not closed, or a comma is missing before this", kind),
          "close it, separate its parts by commas, and put texts with , : [ ] { } in quotes"};
}

SyntaxProblem explain_escape(std::string_view parser_message) {
  const auto escape = parser_message.substr(std::string_view(msg::INVALID_ESCAPE).size());
  return {
      Mistake::yaml_escape,
      fmt::format("\\{} is no escape of double-quoted text", escape),
      fmt::format("write \\\\{0} if a backslash is meant, {0} alone if not, or use single quotes",
                  escape)};
}

struct Translation {
  std::string_view parser_message;
  Mistake mistake;
  std::string_view message;
  std::string_view hint;
};

constexpr std::string_view kNoAnchors = "anchors (&name) are not supported";
constexpr std::string_view kRepeat = "write the value out, or use a Profile or a variable";
constexpr std::string_view kNoTags = "tags (!name) are not supported";
constexpr std::string_view kDropTag = "remove it; put the text in quotes if it begins with !";
constexpr std::string_view kNoDirectives = "directives (%) are not supported";
constexpr std::string_view kDropDirective = "remove the line";
constexpr std::string_view kUnclosed = "a quoted text is not closed";
constexpr std::string_view kCloseIt = "close the quote";
constexpr std::string_view kIndentation =
    "check the indentation, and that each key is followed by \": \"";
constexpr std::string_view kSurrogates = "write the character itself, or \\U and 8 hex digits";

const std::array kTranslations = {
    Translation{msg::END_OF_MAP,
                Mistake::yaml_syntax,
                "this does not fit into the map around it",
                kIndentation},
    Translation{msg::END_OF_SEQ,
                Mistake::yaml_syntax,
                "this does not fit into the list around it",
                "check the indentation, and that each item begins with \"- \""},
    Translation{msg::FLOW_END,
                Mistake::yaml_bracket,
                "a closing bracket that was never opened",
                "remove it, or put the text in quotes"},
    Translation{msg::BLOCK_ENTRY,
                Mistake::yaml_syntax,
                "a list item (\"- \") is not allowed here",
                "put each item on its own line, or write the list as [a, b]"},
    Translation{msg::MAP_KEY,
                Mistake::yaml_syntax,
                "a key (\"? \") is not allowed here",
                "check the indentation"},
    Translation{msg::TAB_IN_INDENTATION,
                Mistake::yaml_tab,
                "a tab in the indentation",
                "indent with spaces"},
    Translation{msg::ANCHOR_NOT_FOUND,
                Mistake::yaml_anchor,
                kNoAnchors,
                "put the text in quotes if it begins with &"},
    Translation{msg::CHAR_IN_ANCHOR,
                Mistake::yaml_anchor,
                kNoAnchors,
                "put the text in quotes if it begins with &"},
    Translation{msg::MULTIPLE_ANCHORS, Mistake::yaml_anchor, kNoAnchors, kRepeat},
    Translation{msg::MULTIPLE_ALIASES, Mistake::yaml_anchor, kNoAnchors, kRepeat},
    Translation{msg::ALIAS_CONTENT, Mistake::yaml_anchor, kNoAnchors, kRepeat},
    Translation{msg::MULTIPLE_TAGS, Mistake::yaml_tag, kNoTags, kDropTag},
    Translation{msg::CHAR_IN_TAG_HANDLE, Mistake::yaml_tag, kNoTags, kDropTag},
    Translation{msg::TAG_WITH_NO_SUFFIX, Mistake::yaml_tag, kNoTags, kDropTag},
    Translation{msg::END_OF_VERBATIM_TAG, Mistake::yaml_tag, kNoTags, kDropTag},
    Translation{msg::YAML_DIRECTIVE_ARGS, Mistake::yaml_directive, kNoDirectives, kDropDirective},
    Translation{msg::YAML_MAJOR_VERSION, Mistake::yaml_directive, kNoDirectives, kDropDirective},
    Translation{
        msg::REPEATED_YAML_DIRECTIVE, Mistake::yaml_directive, kNoDirectives, kDropDirective},
    Translation{msg::TAG_DIRECTIVE_ARGS, Mistake::yaml_directive, kNoDirectives, kDropDirective},
    Translation{
        msg::REPEATED_TAG_DIRECTIVE, Mistake::yaml_directive, kNoDirectives, kDropDirective},
    Translation{msg::EOF_IN_SCALAR, Mistake::yaml_quote, kUnclosed, kCloseIt},
    Translation{msg::DOC_IN_SCALAR, Mistake::yaml_quote, kUnclosed, kCloseIt},
    Translation{msg::INVALID_HEX,
                Mistake::yaml_escape,
                "an escape needs hex digits",
                R"(\x takes 2, \u 4, \U 8)"},
    Translation{msg::CHAR_IN_BLOCK,
                Mistake::yaml_syntax,
                "only an indentation digit, + or - may follow | or >",
                "begin the text on the next line"},
    Translation{msg::ZERO_INDENT_IN_BLOCK,
                Mistake::yaml_syntax,
                "a block text indented by 0",
                "write 1 to 9"},
    Translation{msg::CHAR_IN_SCALAR,
                Mistake::yaml_syntax,
                "a text that does not fit its indentation",
                "check it"},
    Translation{"bad file",
                Mistake::yaml_too_large,
                "lists and maps are nested too deeply",
                "write it flatter"},
};

}  // namespace

SyntaxProblem explain_alias(std::string_view text, std::size_t offset) {
  const auto word = word_at(text, offset);
  const bool wildcard = word.size() <= 1 || word.find('.') != std::string_view::npos;
  if (wildcard) {
    return {Mistake::yaml_alias,
            "a text that begins with * must be in quotes",
            word.size() <= 1 ? "write \"*\"" : std::string(kQuoteIt)};
  }
  return {Mistake::yaml_alias,
          "aliases (*name) are not supported",
          "put it in quotes if that is the text, else write the value out"};
}

SyntaxProblem explain_syntax(std::string_view parser_message,
                             std::string_view text,
                             std::size_t offset) {
  if (parser_message == msg::UNKNOWN_ANCHOR || parser_message == msg::ALIAS_NOT_FOUND ||
      parser_message == msg::CHAR_IN_ALIAS) {
    return explain_alias(text, offset);
  }
  if (parser_message.starts_with(msg::INVALID_ESCAPE)) {
    return explain_escape(parser_message);
  }
  if (parser_message.starts_with(msg::INVALID_UNICODE)) {
    return {
        Mistake::yaml_escape, "an escape that is no character by itself", std::string(kSurrogates)};
  }
  if (parser_message.starts_with(msg::YAML_VERSION)) {
    return {Mistake::yaml_directive, std::string(kNoDirectives), std::string(kDropDirective)};
  }
  if (parser_message == msg::END_OF_MAP_FLOW || parser_message == msg::END_OF_SEQ_FLOW) {
    return explain_flow(text, offset, parser_message == msg::END_OF_MAP_FLOW ? "map" : "list");
  }
  if (indented_by_tab(line_at(text, offset))) {
    return {Mistake::yaml_tab, "a tab in the indentation", "indent with spaces"};
  }
  if (parser_message == msg::UNKNOWN_TOKEN) {
    return explain_unquoted(text, offset);
  }
  if (parser_message == msg::MAP_VALUE) {
    return explain_colon(text, offset);
  }
  const auto* known = std::find_if(kTranslations.begin(), kTranslations.end(), [&](const auto& t) {
    return t.parser_message == parser_message;
  });
  if (known != kTranslations.end()) {
    return {known->mistake, std::string(known->message), std::string(known->hint)};
  }
  return {Mistake::yaml_syntax,
          fmt::format("not valid YAML: {}", parser_message),
          "check the syntax of this line"};
}

}  // namespace plumb::load
