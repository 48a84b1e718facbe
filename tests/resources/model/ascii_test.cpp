#include "resources/model/ascii.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Ascii, LettersChangeAndNothingElse) {
  EXPECT_EQ(ascii_lower("AZ az [@`{ \xC3\x84 09"), "az az [@`{ \xC3\x84 09");
  EXPECT_EQ(ascii_upper("AZ az [@`{ \xC3\xA4 09"), "AZ AZ [@`{ \xC3\xA4 09");
}

TEST(Ascii, WordsAreTheSameButForCase) {
  EXPECT_TRUE(ascii_same("Content-Type", "CONTENT-tYPE"));
  EXPECT_FALSE(ascii_same("a", "ab"));
  EXPECT_FALSE(ascii_same("[", "{")) << "letters alone";
}

TEST(Ascii, BlanksGoFromTheEndsAlone) {
  EXPECT_EQ(trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(trimmed(" \r\na\n"), "\r\na\n");
  EXPECT_EQ(trimmed(" \r\na\n", kFoldingBlanks), "a");
  EXPECT_EQ(trimmed(" \t"), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace plumb
