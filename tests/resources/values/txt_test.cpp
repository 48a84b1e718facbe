#include "resources/values/txt.h"

#include <gtest/gtest.h>

namespace plumb::values {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

TEST(Txt, ComesBackByteExactInChunksOf255) {
  for (const std::size_t size :
       {0U, 1U, 254U, 255U, 256U, 509U, 510U, 511U, 764U, 765U, 766U, 65279U}) {
    const std::string octets(size, 'x');
    const auto quoted = quote_chunks(octets);
    const auto back = parse_presentation(quoted);
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(*back, octets);
    const std::size_t chunks = size == 0 ? 1 : (size + 254) / 255;
    EXPECT_EQ(quoted.size(), size + 3 * chunks - 1) << size;
  }
  EXPECT_EQ(quote_chunks(""), "\"\"");
  EXPECT_EQ(quote_chunks(std::string(256, 'x')), '"' + std::string(255, 'x') + "\" \"x\"");
}

TEST(Txt, EscapesCountAsOneOctet) {
  const std::string quotes(256, '"');
  EXPECT_EQ(quote_chunks(quotes), '"' + repeat("\\\"", 255) + "\" \"\\\"\"");
  EXPECT_EQ(*parse_presentation(quote_chunks(quotes)), quotes);
}

TEST(Txt, KeepsQuotesBackslashesAndBlanksByteExact) {
  const std::string cases[] = {
      R"(")",        R"("")",     R"(in"side)",
      R"("first)",   R"(last")",  R"(\)",
      R"(\\)",       R"(\\\)",    R"(\\\\)",
      R"(a\b)",      R"(\")",     R"("\)",
      "it's",        "back`tick", "v=DKIM1; k=rsa",
      "semi;colon;", ";",         " leading",
      "trailing ",   "in  ner",   " ",
      "\t",          "\n",        std::string(1, '\0'),
      "\x7f",        "\x80\xff",  "Grüße",
      R"(\065)",     "(parens)",  "v=spf1 -all",
  };
  for (const auto& octets : cases) {
    const auto back = parse_presentation(quote_chunks(octets));
    ASSERT_TRUE(back) << octets;
    EXPECT_EQ(*back, octets);
    EXPECT_EQ(*parse_presentation(quote_string(octets)), octets);
  }
}

TEST(Txt, IsWrittenWithEscapes) {
  EXPECT_EQ(quote_chunks("a\"b\\c;d"), R"("a\"b\\c;d")");
  EXPECT_EQ(quote_chunks(std::string("\0\n\x7f\xc3\xbc", 5)), R"("\000\010\127\195\188")");
}

TEST(Txt, IsReadInEveryPresentation) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"("a" "b")", "ab"},
      {R"("a""b")", "ab"},
      {R"(a b)", "ab"},
      {R"(  "a"   b	"c"  )", "abc"},
      {R"("")", ""},
      {R"("" "")", ""},
      {R"(v=spf1)", "v=spf1"},
      {R"(v=DKIM1\; "k=rsa")", "v=DKIM1;k=rsa"},
      {R"("a;b")", "a;b"},
      {R"(a\ b)", "a b"},
      {R"("\065\066")", "AB"},
      {R"("\"")", "\""},
      {R"("tab	in")", "tab\tin"},
      {"\"a\"\n\"b\"", "ab"},
  };
  for (const auto& [written, octets] : cases) {
    const auto read = parse_presentation(written);
    ASSERT_TRUE(read) << written << ": " << read.error().message;
    EXPECT_EQ(*read, octets) << written;
  }
  // Servers that cut strings themselves hand out longer ones.
  EXPECT_EQ(parse_presentation('"' + std::string(300, 'x') + '"')->size(), 300U);
}

TEST(Txt, ErrorsSayTheColumn) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "is empty"},
      {"   ", "is empty"},
      {R"("open)", "begins at column 1 has no closing quote"},
      {R"("a" "open)", "begins at column 5 has no closing quote"},
      {R"("open\")", "no closing quote"},
      {R"("a"b)", "follows a closing quote at column 4"},
      {R"(a"b")", "middle of a string at column 2"},
      {R"("a\")", "no closing quote"},
      {R"("a\25")", "broken escape stands at column 3"},
      {R"("a\256")", "broken escape stands at column 3"},
      {R"(a\)", "broken escape stands at column 2"},
  };
  for (const auto& [written, message] : cases) {
    const auto read = parse_presentation(written);
    ASSERT_FALSE(read) << written;
    EXPECT_NE(read.error().message.find(message), std::string::npos) << read.error().message;
    EXPECT_FALSE(read.error().hint.empty() && !written.empty());
  }
}

TEST(Txt, HasTheLimitOfARecord) {
  EXPECT_TRUE(check_manifest_text(std::string(65279, 'x')));
  EXPECT_FALSE(check_manifest_text(std::string(65280, 'x')));
  EXPECT_FALSE(parse_presentation('"' + std::string(65280, 'x') + '"'));
}

TEST(Txt, OfAManifestIsTheTextItself) {
  for (const auto* text : {"", "\"", "v=spf1 -all", "say \"hi\"", "\"hi\" said", "a;b", " x "}) {
    EXPECT_TRUE(check_manifest_text(text)) << text;
  }
  for (const auto* text : {"\"\"", "\"v=spf1 -all\"", "\"a\" \"b\""}) {
    const auto checked = check_manifest_text(text);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().hint, "write the text itself, without quotes");
  }
}

}  // namespace
}  // namespace plumb::values
