#include "resources/kinds/record_item.h"

#include <gtest/gtest.h>

namespace plumb::kinds {
namespace {

Value text(std::string value, Place place = {}) {
  return Value{std::move(value), place};
}

Value item(std::string name, std::string type, Value::List values) {
  Value::Map map;
  map.push_back({"name", text(std::move(name), place_at(1, 7, 14))});
  map.push_back({"type", text(std::move(type))});
  map.push_back({"ttl", Value{std::int64_t{300}, {}}});
  map.push_back({"values", Value{std::move(values), {}}});
  return Value{std::move(map), place_at(1, 7, 7)};
}

TEST(RecordPack, KeepsWhatWasWritten) {
  RecordPack pack;
  Diagnostics problems;
  ASSERT_TRUE(
      pack.add(item("WWW", "TXT", {text("a \"b\" ${c}"), Value{std::int64_t{7}, {}}}), problems));
  ASSERT_TRUE(pack.add(item("@", "A", {text("192.0.2.1", place_at(1, 8, 9))}), problems));
  ASSERT_EQ(pack.size(), 2U);
  EXPECT_EQ(pack.name(pack[0]), "WWW");
  EXPECT_EQ(pack[0].type, values::RecordType::txt);
  EXPECT_TRUE(pack[0].has_ttl);
  EXPECT_EQ(pack[0].ttl, 300U);
  EXPECT_EQ(pack[0].place, place_at(1, 7, 7));
  EXPECT_EQ(pack[0].name_place, place_at(1, 7, 14));
  const auto values = pack.values(pack[0]);
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(pack.text(values[0]), "a \"b\" ${c}");
  EXPECT_EQ(values[0].variable, 1U);
  EXPECT_EQ(pack.text(values[1]), "7");
  EXPECT_EQ(values[1].variable, 0U);
  EXPECT_EQ(pack.extra(pack[0]), nullptr);
  EXPECT_EQ(pack.values(pack[1])[0].place, place_at(1, 8, 9));
}

TEST(RecordPack, LeavesOutWhatIsWrong) {
  RecordPack pack;
  Diagnostics problems;
  EXPECT_FALSE(pack.add(item("www", "A", {}), problems));
  EXPECT_FALSE(pack.add(text("www A 192.0.2.1"), problems));
  EXPECT_EQ(pack.size(), 0U);
  EXPECT_EQ(problems.error_count(), 2U);
}

TEST(RecordPack, TakesAboutTheRoomOfItsText) {
  RecordPack pack;
  Diagnostics problems;
  std::size_t written = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto name = "mail.sales" + std::to_string(i);
    const std::string value = "185.12." + std::to_string(i % 256) + ".7";
    ASSERT_TRUE(pack.add(item(name, "A", {text(value)}), problems));
    // "    - {name: 'N', type: A, ttl: 300, values: ['V']}" and its line end
    written += name.size() + value.size() + 50;
  }
  pack.shrink();
  EXPECT_LE(pack.memory(), written * 12 / 10);
}

TEST(RecordPack, ReadsTheSpecOfADnsRecord) {
  auto spec = item("www", "A", {text("192.0.2.1")});
  auto& map = std::get<Value::Map>(spec.data);
  map.push_back({"domain", text("example.com")});
  map.push_back({"protect", Value{true, {}}});
  RecordPack pack;
  Diagnostics problems;
  EXPECT_TRUE(pack.add_spec(spec, problems));
  EXPECT_FALSE(pack.add(spec, problems));
  EXPECT_EQ(problems.error_count(), 2U);
}

}  // namespace
}  // namespace plumb::kinds
