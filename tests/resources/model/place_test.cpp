#include "resources/model/place.h"

#include <gtest/gtest.h>

namespace plumb {
namespace {

TEST(Place, IsOrderedByFileLineAndColumn) {
  EXPECT_LT(place_at(1, 9, 9), place_at(2, 1, 1));
  EXPECT_LT(place_at(1, 1, 9), place_at(1, 2, 1));
  EXPECT_LT(place_at(1, 1, 1), place_at(1, 1, 2));
  EXPECT_EQ(place_at(1, 1, 1), place_at(1, 1, 1));
  EXPECT_FALSE(Place().known());
  EXPECT_TRUE(place_at(1, 1, 1).known());
}

TEST(Place, ClampsWhatItCannotHold) {
  const auto place = place_at(3, std::size_t{1} << 40U, 1000000);
  EXPECT_EQ(place.file, 3U);
  EXPECT_EQ(place.line, (1U << 20U) - 1);
  EXPECT_EQ(place.column, (1U << 12U) - 1);
}

TEST(Files, InternsEachPathOnceFromOne) {
  Files files;
  EXPECT_EQ(files.intern("a.yaml"), 1U);
  EXPECT_EQ(files.intern("b.yaml"), 2U);
  EXPECT_EQ(files.intern("a.yaml"), 1U);
  EXPECT_EQ(files.size(), 2U);
  EXPECT_EQ(files.path(2), "b.yaml");
  EXPECT_EQ(files.path(0), "");
  EXPECT_EQ(files.path(9), "");
}

TEST(Files, SayAPlaceAsEditorsReadIt) {
  Files files;
  const auto file = files.intern("domains/example.com.yaml");
  EXPECT_EQ(files.text(place_at(file, 14, 13)), "domains/example.com.yaml:14:13");
  EXPECT_EQ(files.text({}), "");
}

}  // namespace
}  // namespace plumb
