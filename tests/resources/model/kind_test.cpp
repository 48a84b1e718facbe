#include "resources/model/kind.h"

#include <array>

#include <gtest/gtest.h>

#include "resources/model/cbor.h"
#include "resources/model/consent.h"

namespace plumb {
namespace {

constexpr std::array kFields{FieldRule{1, "size"}, FieldRule{2, "names", FieldType::set}};
const std::array kKinds{Kind{.id = KindId{4}, .name = "Box", .fields = kFields},
                        Kind{.id = KindId{9}, .name = "Bag"}};

TEST(Catalog, FindsKindsByNumberAndName) {
  const Catalog catalog(kKinds);
  EXPECT_EQ(catalog.find("Bag"), &kKinds[1]);
  EXPECT_EQ(catalog.find(KindId{4}), &kKinds[0]);
  EXPECT_EQ(&catalog.of(KindId{4}), &kKinds[0]);
  EXPECT_EQ(catalog.find("Sack"), nullptr);
  EXPECT_EQ(catalog.find(KindId{1}), nullptr);
  EXPECT_EQ(kKinds[0].field(2)->name, "names");
  EXPECT_EQ(kKinds[0].field(3), nullptr);
}

TEST(BodyTree, NamesTheFieldsAndLeavesOutUnknownNumbers) {
  std::string size;
  cbor::unsigned_number(size, 5);
  std::string name;
  cbor::octets(name, "x");
  const std::vector<std::pair<std::uint8_t, std::string>> fields{{1, size}, {2, name}, {7, name}};
  const auto tree = body_tree(kKinds[0], cbor::body(fields));
  ASSERT_TRUE(tree);
  EXPECT_EQ(*tree,
            (Value{Value::Map{{"size", Value{std::int64_t{5}, {}}},
                              {"names", Value{std::string("x"), {}}}},
                   {}}));
  EXPECT_EQ(body_tree(kKinds[0], "").value(), (Value{Value::Map{}, {}}));
}

TEST(Value, FindsMembersAndReferencesBelow) {
  const Value reference{Reference{"Server/mx1", "ipv4"}, {}};
  const Value tree{Value::Map{{"a", Value{Value::List{Value{}, reference}, {}}}}, {}};
  EXPECT_TRUE(tree.has_references());
  EXPECT_NE(tree.find("a"), nullptr);
  EXPECT_EQ(tree.find("b"), nullptr);
  EXPECT_EQ(reference.find("a"), nullptr);
  EXPECT_FALSE((Value{std::string("${Server/mx1:ipv4}"), {}}).has_references());
  EXPECT_EQ(type_name(reference), "a reference");
}

TEST(Consents, HaveAWordForEachGuardThatCanBeLifted) {
  EXPECT_EQ(consent_word(Guard::none), "");
  for (const auto word : consent_words()) {
    EXPECT_FALSE(word.empty());
  }
  const auto words = consent_words();
  EXPECT_NE(std::find(words.begin(), words.end(), consent_word(Guard::apex_ns)), words.end());
}

}  // namespace
}  // namespace plumb
