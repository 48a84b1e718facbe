#include "resources/kinds/merge.h"

#include <gtest/gtest.h>

namespace plumb::kinds {
namespace {

Value text(std::string value) {
  return Value{std::move(value), {}};
}
Value list(std::vector<std::string> texts) {
  Value::List out;
  for (auto& one : texts) {
    out.push_back(text(std::move(one)));
  }
  return Value{std::move(out), {}};
}
Value map(Value::Map fields) {
  return Value{std::move(fields), {}};
}
Value flag(bool value) {
  return Value{value, {}};
}

struct Case {
  const char* what;
  Value base, over, merged;
};

TEST(Merge, LaysOneTreeOnAnother) {
  const Case cases[] = {
      {"maps merge member by member",
       map({{"a", text("1")}, {"b", text("2")}}),
       map({{"b", text("3")}, {"c", text("4")}}),
       map({{"a", text("1")}, {"b", text("3")}, {"c", text("4")}})},
      {"maps merge in depth",
       map({{"d", map({{"x", text("1")}, {"y", text("2")}})}}),
       map({{"d", map({{"y", text("3")}})}}),
       map({{"d", map({{"x", text("1")}, {"y", text("3")}})}})},
      {"lists replace",
       map({{"l", list({"1"})}}),
       map({{"l", list({"2"})}}),
       map({{"l", list({"2"})}})},
      {"key+ appends",
       map({{"l", list({"1"})}}),
       map({{"l+", list({"2"})}}),
       map({{"l", list({"1", "2"})}})},
      {"key+ on nothing is the list",
       map({}),
       map({{"l+", list({"2"})}}),
       map({{"l", list({"2"})}})},
      {"key replaces before key+ appends, however they are ordered",
       map({{"l", list({"1"})}}),
       map({{"l+", list({"3"})}, {"l", list({"2"})}}),
       map({{"l", list({"2", "3"})}})},
      {"key+ works in a map that is new",
       map({}),
       map({{"d", map({{"l+", list({"2"})}})}}),
       map({{"d", map({{"l", list({"2"})}})}})},
      {"null takes away",
       map({{"a", text("1")}, {"b", text("2")}}),
       map({{"a", Value{}}}),
       map({{"b", text("2")}})},
      {"null takes nothing away where nothing is", map({}), map({{"a", Value{}}}), map({})},
      {"a scalar replaces a map",
       map({{"a", map({})}}),
       map({{"a", text("1")}}),
       map({{"a", text("1")}})},
      {"a map replaces a scalar",
       map({{"a", text("1")}}),
       map({{"a", map({{"b", text("2")}})}}),
       map({{"a", map({{"b", text("2")}})}})},
  };
  for (const auto& one : cases) {
    Diagnostics problems;
    EXPECT_EQ(merge(one.base, one.over, problems), one.merged) << one.what;
    EXPECT_TRUE(problems.empty()) << one.what;
  }
}

TEST(Merge, RefusesToAppendWhereThereIsNoList) {
  for (const auto& [base, over] :
       {std::pair{map({{"l", text("1")}}), map({{"l+", list({"2"})}})},
        std::pair{map({{"l", list({"1"})}}), map({{"l+", text("2")}})}}) {
    Diagnostics problems;
    merge(base, over, problems);
    EXPECT_EQ(problems.error_count(), 1U);
  }
}

TEST(Merge, KeepsThePlaceOfWhatWon) {
  auto base = map({{"a", Value{std::string("1"), place_at(1, 2, 3)}}});
  auto over = map({{"a", Value{std::string("2"), place_at(1, 9, 9)}}});
  Diagnostics problems;
  EXPECT_EQ(merge(base, over, problems).find("a")->place, place_at(1, 9, 9));
  EXPECT_EQ(merge(base, map({}), problems).find("a")->place, place_at(1, 2, 3));
}

TEST(Merge, FormsOfMailReplaceOneAnother) {
  const auto none = map({{"none", flag(true)}});
  const auto alias = map({{"aliasOf", text("example.com")}});
  const auto full = map({{"provider", text("p")}, {"spf", map({{"all", text("fail")}})}});
  const auto more = map({{"spf", map({{"include", list({"x"})}})}});
  Diagnostics problems;
  EXPECT_EQ(merge_mail(none, full, problems), full);
  EXPECT_EQ(merge_mail(full, none, problems), none);
  EXPECT_EQ(merge_mail(alias, full, problems), full);
  EXPECT_EQ(merge_mail(full, alias, problems), alias);
  EXPECT_EQ(merge_mail(none, alias, problems), alias);
  EXPECT_EQ(merge_mail(full, more, problems),
            map({{"provider", text("p")},
                 {"spf", map({{"all", text("fail")}, {"include", list({"x"})}})}}));
  EXPECT_TRUE(problems.empty());
}

}  // namespace
}  // namespace plumb::kinds
