#include "resources/model/packed.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace plumb {
namespace {

Value placed(Value value, std::size_t line) {
  value.place = place_at(3, line, line % 4096);
  return value;
}

rc::Gen<Value> any_value(int depth) {
  const auto leaf =
      rc::gen::oneOf(rc::gen::just(Value()),
                     rc::gen::map(rc::gen::arbitrary<bool>(),
                                  [](bool flag) {
                                    return Value{flag, {}};
                                  }),
                     rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                                  [](std::int64_t n) {
                                    return Value{n, {}};
                                  }),
                     rc::gen::map(rc::gen::arbitrary<std::string>(), [](std::string text) {
                       return Value{std::move(text), {}};
                     }));
  const auto any =
      depth == 0
          ? leaf
          : rc::gen::oneOf(
                leaf,
                rc::gen::map(rc::gen::container<Value::List>(any_value(depth - 1)),
                             [](Value::List list) {
                               return Value{std::move(list), {}};
                             }),
                rc::gen::map(
                    rc::gen::container<Value::List>(any_value(depth - 1)), [](Value::List list) {
                      Value::Map map;
                      for (auto& item : list) {
                        const auto place = item.place;
                        map.push_back({"m" + std::to_string(map.size()), std::move(item), place});
                      }
                      return Value{std::move(map), {}};
                    }));
  return rc::gen::map(rc::gen::pair(any, rc::gen::inRange<std::size_t>(1, 1U << 20U)),
                      [](std::pair<Value, std::size_t> made) {
                        return placed(std::move(made.first), made.second);
                      });
}

void expect_same_places(const Value& a, const Value& b) {
  RC_ASSERT(a.place == b.place);
  if (const auto* list = a.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      expect_same_places((*list)[i], (*b.as_list())[i]);
    }
  } else if (const auto* map = a.as_map()) {
    for (std::size_t i = 0; i < map->size(); ++i) {
      RC_ASSERT((*map)[i].place == (*b.as_map())[i].place);
      expect_same_places((*map)[i].value, (*b.as_map())[i].value);
    }
  }
}

TEST(Packed, TreesComeBackWithTheirPlaces) {
  EXPECT_TRUE(rc::check("any tree", [] {
    const auto value = *any_value(2);
    PackWriter out;
    out.value(value);
    RC_ASSERT(out.good());
    PackReader in(out.octets(), 3);
    const auto back = in.value();
    RC_ASSERT(in.good());
    RC_ASSERT(in.at_end());
    RC_ASSERT(back == value);
    expect_same_places(value, back);
  }));
}

TEST(Packed, PlacesLieInTheFileThatIsReadNow) {
  PackWriter out;
  out.place(place_at(7, (1U << 20U) - 1, 4095));
  out.place({});
  PackReader in(out.octets(), 9);
  EXPECT_EQ(in.place(), place_at(9, (1U << 20U) - 1, 4095));
  EXPECT_FALSE(in.place().known());
}

TEST(Packed, NumbersOfAllSizes) {
  PackWriter out;
  const std::uint64_t all[] = {0, 127, 128, 1U << 31U, std::numeric_limits<std::uint64_t>::max()};
  for (const auto number : all) {
    out.number(number);
  }
  PackReader in(out.octets(), 1);
  for (const auto number : all) {
    EXPECT_EQ(in.number(), number);
  }
  EXPECT_TRUE(in.good());
  PackReader narrow(std::string_view(out.octets()).substr(4), 1);
  narrow.number32();
  EXPECT_EQ(narrow.number32(), 0U);
  EXPECT_FALSE(narrow.good()) << "what does not fit is not cut";
}

TEST(Packed, WhatIsCutOffIsNotGood) {
  PackWriter out;
  out.text("mail");
  out.value(Value{Value::Map{{"to", Value{std::string("jane"), {}}}}, place_at(1, 1, 1)});
  for (std::size_t size = 0; size < out.octets().size(); ++size) {
    const auto part = out.octets().substr(0, size);
    PackReader in(part, 1);
    in.text();
    in.value();
    EXPECT_FALSE(in.good()) << size;
  }
}

TEST(Packed, ReferencesAreNotForIt) {
  PackWriter out;
  out.value(Value{Reference{"Server/mx1", "ipv4"}, {}});
  EXPECT_FALSE(out.good());
}

TEST(Packed, TellsInWhichOfSeveralFilesAPlaceLies) {
  const std::vector<std::uint32_t> then{4, 9};
  PackWriter out(then);
  out.place(place_at(9, 3, 1));
  out.place({});
  const std::vector<Place> many{place_at(4, 1, 2), place_at(9, 5, 6), Place(), place_at(4, 7, 8)};
  out.places(many);
  ASSERT_TRUE(out.good());
  const std::vector<std::uint32_t> now{2, 1};
  PackReader in(out.octets(), now);
  EXPECT_EQ(in.place(), place_at(1, 3, 1));
  EXPECT_EQ(in.place(), Place());
  EXPECT_EQ(in.places(),
            (std::vector<Place>{place_at(2, 1, 2), place_at(1, 5, 6), Place(), place_at(2, 7, 8)}));
  EXPECT_TRUE(in.good() && in.at_end());
  PackReader fewer(out.octets(), std::span(now).first(1));
  fewer.place();
  EXPECT_FALSE(fewer.good());
}

TEST(Packed, IsNoGoodWithAPlaceInNoneOfItsFiles) {
  const std::vector<std::uint32_t> files{4};
  PackWriter one(files);
  one.place(place_at(5, 1, 1));
  EXPECT_FALSE(one.good());
  PackWriter many(files);
  many.places(std::vector<Place>{place_at(4, 1, 1), place_at(5, 1, 1)});
  EXPECT_FALSE(many.good());
}

}  // namespace
}  // namespace plumb
