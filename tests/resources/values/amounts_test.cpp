#include <gtest/gtest.h>

#include "resources/values/byte_size.h"
#include "resources/values/duration.h"

namespace plumb::values {
namespace {

using std::chrono::seconds;

TEST(Duration, IsReadInEveryForm) {
  const std::pair<std::string_view, int> cases[] = {
      {"0", 0},
      {"300", 300},
      {"0300", 300},
      {"5m", 300},
      {"5M", 300},
      {"1h30m", 5400},
      {"2d", 172800},
      {"1w", 604800},
      {"1w2d3h4m5s", 788645},
      {"90m", 5400},
      {"0s", 0},
  };
  for (const auto& [text, expected] : cases) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(duration->count(), expected) << text;
  }
}

TEST(Duration, RefusesAllElse) {
  for (const auto* text :
       {"", "m", "5x", "-5", "+5", "1.5h", "5 m", "30m1h", "1h1h", "1h30", "h1", " 5"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_FALSE(duration.error().hint.empty());
  }
  EXPECT_FALSE(parse_duration("99999999999999999999"));
  EXPECT_FALSE(parse_duration("101000d"));
}

TEST(Duration, IsFormattedInItsShortestForm) {
  const std::pair<int, std::string_view> cases[] = {
      {0, "0s"}, {300, "5m"}, {5400, "1h30m"}, {86400, "1d"}, {604800, "7d"}, {3661, "1h1m1s"}};
  for (const auto& [count, expected] : cases) {
    EXPECT_EQ(format_duration(seconds(count)), expected);
    EXPECT_EQ(parse_duration(expected)->count(), count);
  }
}

TEST(Ttl, EndsAtThirtyOneBits) {
  EXPECT_EQ(*parse_ttl("0"), 0U);
  EXPECT_EQ(*parse_ttl("1h"), 3600U);
  EXPECT_EQ(*parse_ttl("2147483647"), 2147483647U);
  EXPECT_FALSE(parse_ttl("2147483648"));
  const auto word = parse_ttl("soon");
  ASSERT_FALSE(word);
  EXPECT_EQ(word.error().message, "TTL: 'soon' is not a duration");
}

TEST(ByteSize, IsReadInEveryUnit) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"0", 0},
      {"1024", 1024},
      {"1B", 1},
      {"1kB", 1000},
      {"1KB", 1000},
      {"1KiB", 1024},
      {"4GiB", 4ULL << 30U},
      {"4 GiB", 4ULL << 30U},
      {"4gib", 4ULL << 30U},
      {"2GB", 2'000'000'000ULL},
      {"1.5GiB", 3ULL << 29U},
      {"0.5KiB", 512},
      {"2TiB", 2ULL << 40U},
      {"1PB", 1'000'000'000'000'000ULL},
      {"18446744073709551615", 18446744073709551615ULL},
  };
  for (const auto& [text, expected] : cases) {
    const auto size = parse_byte_size(text);
    ASSERT_TRUE(size) << text;
    EXPECT_EQ(*size, expected) << text;
  }
}

TEST(ByteSize, RefusesAllElse) {
  for (const auto* text : {"",
                           "GiB",
                           "-1",
                           "1.GiB",
                           ".5GiB",
                           "1.2.3GiB",
                           "0.3B",
                           "1XB",
                           "1GiBs",
                           "99999999999999999999",
                           "20000PiB",
                           "1e9"}) {
    EXPECT_FALSE(parse_byte_size(text)) << text;
  }
}

TEST(ByteSize, AsksWhichUnitWasMeant) {
  const auto size = parse_byte_size("4G");
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().hint, "write '4GiB' for powers of 1024 or '4GB' for powers of 1000");
}

TEST(ByteSize, IsFormattedInTheLargestUnitThatDividesIt) {
  const std::pair<std::uint64_t, std::string_view> cases[] = {
      {0, "0B"},
      {1, "1B"},
      {1023, "1023B"},
      {1024, "1KiB"},
      {1000, "1kB"},
      {4ULL << 30U, "4GiB"},
      {3ULL << 29U, "1536MiB"},
      {2'000'000'000ULL, "2GB"},
      {5'000'000'001ULL, "5000000001B"},
  };
  for (const auto& [bytes, expected] : cases) {
    EXPECT_EQ(format_byte_size(bytes), expected);
    EXPECT_EQ(*parse_byte_size(expected), bytes);
  }
}

}  // namespace
}  // namespace plumb::values
