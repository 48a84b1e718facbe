#include "resources/model/diagnostic.h"

#include <array>

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Diagnostics, CountsErrorsAndWarnings) {
  Diagnostics problems;
  EXPECT_TRUE(problems.empty());
  EXPECT_FALSE(problems.has_errors());
  problems.warning({}, "odd");
  EXPECT_FALSE(problems.has_errors());
  problems.add({.severity = Severity::note, .message = "by the way"});
  problems.error({}, "wrong", "put it right");
  problems.error(place_at(1, 2, 3), Error{.message = "bad name", .hint = "rename it"});
  EXPECT_TRUE(problems.has_errors());
  EXPECT_EQ(problems.error_count(), 2U);
  EXPECT_EQ(problems.warning_count(), 1U);
  ASSERT_EQ(problems.all().size(), 4U);
  EXPECT_EQ(problems.all()[3].message, "bad name");
  EXPECT_EQ(problems.all()[3].hint, "rename it");
  EXPECT_EQ(problems.all()[3].place, place_at(1, 2, 3));
}

TEST(Diagnostics, AppendKeepsOrderAndCounts) {
  Diagnostics first;
  first.error({}, "a");
  Diagnostics second;
  second.warning({}, "b");
  second.error({}, "c");
  first.append(std::move(second));
  EXPECT_EQ(first.error_count(), 2U);
  EXPECT_EQ(first.warning_count(), 1U);
  EXPECT_EQ(first.all()[2].message, "c");
}

TEST(Diagnostics, SortGoesByPlaceAndDropsRepetitions) {
  Diagnostics problems;
  problems.error(place_at(2, 1, 1), "other file");
  problems.error(place_at(1, 9, 1), "line 9");
  problems.error(place_at(1, 2, 5), "column 5");
  problems.warning(place_at(1, 2, 1), "first of two");
  problems.error(place_at(1, 2, 1), "second of two");
  problems.error(place_at(1, 9, 1), "line 9");
  problems.sort();
  std::vector<std::string> messages;
  for (const auto& found : problems.all()) {
    messages.push_back(found.message);
  }
  EXPECT_EQ(messages,
            (std::vector<std::string>{
                "first of two", "second of two", "column 5", "line 9", "other file"}));
  EXPECT_EQ(problems.error_count(), 4U);
  EXPECT_EQ(problems.warning_count(), 1U);
}

TEST(Diagnostics, SortDropsARepetitionThatStandsApart) {
  Diagnostics problems;
  for (const auto* message : {"a", "b", "a"}) {
    problems.error(place_at(1, 1, 1), message);
  }
  problems.error({}, "nowhere");
  problems.error({}, "nowhere");
  problems.sort();
  EXPECT_EQ(problems.error_count(), 4U) << "what has no place is never taken for a repetition";
}

TEST(DidYouMean, FindsTheNearestWord) {
  constexpr std::array<std::string_view, 6> kWords{
      "name", "providers", "profiles", "records", "nameServers", "ttl"};
  struct Case {
    std::string_view word;
    std::string_view meant;
  };
  constexpr std::array kCases{
      Case{"provider", "providers"},
      Case{"porfiles", "profiles"},
      Case{"record", "records"},
      Case{"tll", "ttl"},
      Case{"nameservers", "nameServers"},
      Case{"xyz", ""},
      Case{"mailboxes", ""},
      Case{"", ""},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(nearest(c.word, kWords), c.meant) << c.word;
    EXPECT_EQ(did_you_mean(c.word, kWords),
              c.meant.empty() ? "" : "did you mean " + std::string(c.meant) + "?");
  }
  EXPECT_EQ(nearest(std::string(100000, 'a'), kWords), "");
}

}  // namespace
}  // namespace plumb
