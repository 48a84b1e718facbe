#include "resources/model/table.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plumb {
namespace {

constexpr KindId kOne{1};
constexpr KindId kTwo{2};

Table table_of(const std::vector<std::pair<std::string, std::string>>& rows, KindId kind = kOne) {
  TableBuilder builder;
  for (const auto& [key, body] : rows) {
    builder.add(kind, key, body);
  }
  return builder.seal().table;
}

TEST(Table, FindsRowsByKindAndKey) {
  TableBuilder builder;
  builder.reserve(3, 100);
  builder.add(kOne, "www", "one", has_references, 7);
  builder.add(kTwo, "www", "two");
  builder.add(kOne, "", "");
  EXPECT_EQ(builder.size(), 3U);
  const auto table = builder.seal().table;
  ASSERT_EQ(table.size(), 3U);
  const auto row = table.find(kOne, "www");
  ASSERT_TRUE(row);
  EXPECT_EQ(table.key(table[*row]), "www");
  EXPECT_EQ(table.body(table[*row]), "one");
  EXPECT_EQ(table[*row].flags, has_references);
  EXPECT_EQ(table[*row].side, 7U);
  EXPECT_EQ(table.body(table[table.find(kTwo, "www").value()]), "two");
  EXPECT_EQ(table.body(table[table.find(kOne, "").value()]), "");
  EXPECT_EQ(table.find(kTwo, ""), std::nullopt);
  EXPECT_EQ(table.find(kOne, "ftp"), std::nullopt);
  EXPECT_EQ(Table().find(kOne, "www"), std::nullopt);
}

TEST(Table, IsTheSameWhateverTheOrderOfAdding) {
  const auto a = table_of({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  const auto b = table_of({{"c", "3"}, {"a", "1"}, {"b", "2"}});
  EXPECT_EQ(a.digest(1), b.digest(1));
  for (std::size_t row = 0; row < a.size(); ++row) {
    EXPECT_EQ(a.key(a[row]), b.key(b[row]));
  }
}

TEST(Table, DigestSeesEveryPartOfARowAndTheSeed) {
  const auto base = table_of({{"a", "1"}}).digest(1);
  TableBuilder flagged;
  flagged.add(kOne, "a", "1", opaque);
  EXPECT_NE(table_of({{"a", "1"}}).digest(2), base);
  EXPECT_NE(table_of({{"a", "2"}}).digest(1), base);
  EXPECT_NE(table_of({{"b", "1"}}).digest(1), base);
  EXPECT_NE(table_of({{"a1", ""}}).digest(1), base);
  EXPECT_NE(table_of({{"a", "1"}}, kTwo).digest(1), base);
  EXPECT_NE(flagged.seal().table.digest(1), base);
  EXPECT_NE(Table().digest(1), base);
  EXPECT_EQ(base.size(), 16U);
}

TEST(TableBuilder, KeepsTheFirstOfDuplicatesAndNamesThem) {
  TableBuilder builder;
  builder.add(kOne, "b", "0");
  builder.add(kOne, "a", "first");
  builder.add(kTwo, "a", "other kind");
  builder.add(kOne, "a", "second");
  builder.add(kOne, "a", "third");
  const auto sealed = builder.seal();
  EXPECT_EQ(sealed.table.size(), 3U);
  EXPECT_EQ(sealed.duplicates,
            (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{1, 3}, {1, 4}}));
  const auto row = sealed.table.find(kOne, "a").value();
  EXPECT_EQ(sealed.table.body(sealed.table[row]), "first");
  EXPECT_EQ(sealed.order.at(row), 1U);
  EXPECT_EQ(builder.size(), 0U);
}

TEST(Rows, CompareBodiesByTheirBytes) {
  const auto a = table_of({{"k", "same"}});
  const auto b = table_of({{"k", "same"}});
  const auto c = table_of({{"k", "else"}});
  EXPECT_TRUE(same_body(a, a[0], b, b[0]));
  EXPECT_FALSE(same_body(a, a[0], c, c[0]));
  EXPECT_EQ(compare_rows(a, a[0], c, c[0]), 0);
}

TEST(Rows, AreNotEqualBecauseTheirHashesAre) {
  const auto a = table_of({{"k", "same"}});
  const auto c = table_of({{"k", "else"}});
  auto forged = c[0];
  forged.body_hash = a[0].body_hash;
  EXPECT_FALSE(same_body(a, a[0], c, forged));
}

RC_GTEST_PROP(TableProperty, HoldsExactlyWhatWasAdded, (std::vector<std::string> keys)) {
  TableBuilder builder;
  std::map<std::pair<int, std::string>, std::string> expected;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const int kind = i % 2 == 0 ? 1 : 2;
    const auto body = "body" + std::to_string(i);
    builder.add(KindId{static_cast<std::uint8_t>(kind)}, keys[i], body);
    expected.emplace(std::pair(kind, keys[i]), body);
  }
  const auto sealed = builder.seal();
  const auto& table = sealed.table;
  RC_ASSERT(table.size() == expected.size());
  RC_ASSERT(sealed.order.size() == expected.size());
  RC_ASSERT(sealed.duplicates.size() == keys.size() - expected.size());
  for (const auto& [id, body] : expected) {
    const auto row = table.find(KindId{static_cast<std::uint8_t>(id.first)}, id.second);
    RC_ASSERT(row.has_value());
    RC_ASSERT(table.body(table[*row]) == body);
    RC_ASSERT(keys[sealed.order[*row]] == id.second);
  }
  for (std::size_t row = 1; row < table.size(); ++row) {
    RC_ASSERT(compare_rows(table, table[row - 1], table, table[row]) < 0);
  }
}

}  // namespace
}  // namespace plumb
