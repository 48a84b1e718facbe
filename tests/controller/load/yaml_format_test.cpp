#include "controller/load/yaml_format.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace plumb::load {
namespace {

struct Case {
  const char* name;
  const char* before;
  const char* after;
};

class YamlFormat : public testing::TestWithParam<Case> {};

TEST_P(YamlFormat, GivesTheOneForm) {
  const auto formatted = format_yaml(GetParam().before, "a.yaml");
  ASSERT_TRUE(formatted) << formatted.error().message;
  EXPECT_EQ(*formatted, GetParam().after);
}

TEST_P(YamlFormat, IsIdempotent) {
  const auto again = format_yaml(GetParam().after, "a.yaml");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, GetParam().after);
}

INSTANTIATE_TEST_SUITE_P(
    Cases,
    YamlFormat,
    testing::Values(
        Case{"Indentation", "a:\n    b:\n        c: 1\n    d: 2\n", "a:\n  b:\n    c: 1\n  d: 2\n"},
        Case{"ListAtTheColumnOfItsKey", "a:\n- 1\n-   2\nb: 3\n", "a:\n  - 1\n  - 2\nb: 3\n"},
        Case{"MapsInAList",
             "a:\n- b: 1\n  c: 2\n-    d: 3\n     e:\n     - 4\n",
             "a:\n  - b: 1\n    c: 2\n  - d: 3\n    e:\n      - 4\n"},
        Case{"ListsInAList", "a:\n- - 1\n  - 2\n- - 3\n", "a:\n  - - 1\n    - 2\n  - - 3\n"},
        Case{"BlanksBehindIndicators",
             "a:    1\nb:   {  x:  1 ,y: 2  }\n",
             "a: 1\nb: {x: 1, y: 2}\n"},
        Case{"QuotedStaysAsItIs",
             "a: \"x  :  , {y}\"\nb: 'it''s  #  no comment'\nc: it's  two\n",
             "a: \"x  :  , {y}\"\nb: 'it''s  #  no comment'\nc: it's  two\n"},
        Case{"CommentsStay",
             "# head\na:   1   # why\n    # deep\nb:\n    # of c\n    c: 1\n# tail\n",
             "# head\na: 1   # why\n# deep\nb:\n  # of c\n  c: 1\n# tail\n"},
        Case{"CommentBehindAKey", "a:  # of the map\n    b: 1\n", "a:  # of the map\n  b: 1\n"},
        Case{"EmptyLines", "\n\na: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"},
        Case{"LineEnds", "a: 1  \r\nb: 2\t\r\n", "a: 1\nb: 2\n"},
        Case{"NoEndOfTheLastLine", "a: 1", "a: 1\n"},
        Case{"Documents", "a: 1\n---\n\nb:\n    c: 2\n", "a: 1\n---\n\nb:\n  c: 2\n"},
        Case{"BlockText",
             "a:\n    b: |\n        one\n          two  \n\n        # no comment\n    c: 1\n",
             "a:\n  b: |\n      one\n        two  \n\n      # no comment\n  c: 1\n"},
        Case{"TextOverLines",
             "a:\n    b: one\n       two\n\n\n       three\n    c: 1\n",
             "a:\n  b: one\n     two\n\n\n     three\n  c: 1\n"},
        Case{"QuotedOverLines",
             "a:\n    b: \"one\n\n      two\"\n    c: 1\n",
             "a:\n  b: \"one\n\n    two\"\n  c: 1\n"},
        Case{"BracesOverLines",
             "a:\n    b: {x: 1,\n        # of y\n        y:  [1,2],\n    }\n    c: 1\n",
             "a:\n  b: {x: 1,\n      # of y\n      y: [1, 2],\n  }\n  c: 1\n"},
        Case{"QuotedKeys", "a:\n    \"*\":   [x]\n    '@':  y\n", "a:\n  \"*\": [x]\n  '@': y\n"},
        Case{"ColonsInTexts", "a:  http://x:80/\nb:   x:y\n", "a: http://x:80/\nb: x:y\n"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(YamlFormat, RefusesWhatCannotBeRead) {
  const auto formatted = format_yaml("a: [1\nb: {}\n", "a.yaml");
  ASSERT_FALSE(formatted);
  EXPECT_EQ(formatted.error().code, ErrorCode::invalid_input);
  EXPECT_EQ(formatted.error().message.rfind("a.yaml:2:", 0), 0U) << formatted.error().message;
}

TEST(YamlFormat, OurOwnExamplesSayTheSameAfterwards) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(PLUMB_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto once = format_yaml(text.str(), entry.path().string());
    ASSERT_TRUE(once) << entry.path() << ": " << once.error().message;
    EXPECT_EQ(*once, text.str()) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 5U);
}

}  // namespace
}  // namespace plumb::load
