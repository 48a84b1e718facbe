#include "controller/env/random.h"

#include <array>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace plumb::env {
namespace {

TEST(Random, AnIdIsTwentySixSmallLettersAndDigits) {
  SystemRandom random;
  const auto id = random_id(random);
  EXPECT_EQ(id.size(), 26U);
  EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos);
}

TEST(Random, AnIdIsTheBase32OfItsOctets) {
  class Counting final : public Random {
    void fill(std::span<std::byte> octets) override {
      for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::byte>(i);
      }
    }
  };
  Counting random;
  EXPECT_EQ(random_id(random), "aaaqeayeaudaocajbifqydiob4");  // coreutils' base32, lower case
}

TEST(Random, NoTwoIdsAreAlike) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(random_id(random)).second);
  }
}

TEST(Random, ASeedGivesTheSameSequenceAgain) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom c(8);
  const auto first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_NE(first, a.next());
}

TEST(Random, FillsOddSizesToTheEnd) {
  SeededRandom random(1);
  std::array<std::byte, 37> octets{};
  random.fill(octets);
  std::set<std::byte> tail(octets.begin() + 29, octets.end());
  EXPECT_GT(tail.size(), 1U);
}

TEST(Random, FractionsLieBelowOne) {
  SeededRandom random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto fraction = random.next01();
    EXPECT_GE(fraction, 0.0);
    EXPECT_LT(fraction, 1.0);
  }
}

}  // namespace
}  // namespace plumb::env
