#include "resources/values/ip_address.h"

#include <gtest/gtest.h>

namespace plumb::values {
namespace {

TEST(Ipv4Address, IsReadStrictly) {
  for (const auto* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "10.20.30.40"}) {
    const auto address = Ipv4Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  for (const auto* text : {"",
                           "1",
                           "1.2.3",
                           "1.2.3.4.5",
                           "1.2.3.04",
                           "01.2.3.4",
                           "1.2.3.256",
                           "1.2.3.1000",
                           "1..2.3",
                           "1.2.3.",
                           ".1.2.3",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "1.2.3.a",
                           "0x1.2.3.4",
                           "+1.2.3.4",
                           "1.2.3.4/24"}) {
    EXPECT_FALSE(Ipv4Address::parse(text)) << text;
  }
}

TEST(Ipv4Address, PointsToTheRightType) {
  const auto wrong = Ipv4Address::parse("2001:db8::1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "'2001:db8::1' is an IPv6 address, not an IPv4 address");
  EXPECT_EQ(wrong.error().hint, "use type AAAA for IPv6 addresses");
}

struct Case {
  std::string_view written;
  std::string_view canonical;
};

TEST(Ipv6Address, IsWrittenInTheRecommendedForm) {
  const Case cases[] = {
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8:0:0::0001", "2001:db8::1"},
      {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
      {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
      {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
      {"0:0:0:0:0:0:0:0", "::"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::FFFF:C000:201", "::ffff:192.0.2.1"},
      {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
      {"::1.2.3.4", "::102:304"},
      {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
      {"fe80:0000:0000:0000:0000:0000:0000:00aB", "fe80::ab"},
  };
  for (const auto& c : cases) {
    const auto address = Ipv6Address::parse(c.written);
    ASSERT_TRUE(address) << c.written;
    EXPECT_EQ(address->text(), c.canonical) << c.written;
    EXPECT_EQ(*Ipv6Address::parse(address->text()), *address) << c.written;
  }
}

TEST(Ipv6Address, IsReadStrictly) {
  for (const auto* text : {"",
                           ":",
                           ":::",
                           "1",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "1:2:3:4::5:6:7:8",
                           "1::2::3",
                           ":1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:",
                           "::1:",
                           "12345::",
                           "g::1",
                           "fe80::1%eth0",
                           "2001:db8::/32",
                           "[::1]",
                           "::1.2.3",
                           "::1.2.3.04",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "1.2.3.4::",
                           "1.2.3.4"}) {
    EXPECT_FALSE(Ipv6Address::parse(text)) << text;
  }
  const auto wrong = Ipv6Address::parse("192.0.2.1");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().hint, "use type A for IPv4 addresses");
}

TEST(IpAddress, HasAReverseName) {
  EXPECT_EQ(Ipv4Address::parse("192.0.2.10")->reverse_name().text(), "10.2.0.192.in-addr.arpa.");
  EXPECT_EQ(Ipv6Address::parse("2001:db8::10")->reverse_name().text(),
            "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
}

TEST(IpAddress, IsToldFromAName) {
  EXPECT_TRUE(is_ip_address("192.0.2.1"));
  EXPECT_TRUE(is_ip_address("::1"));
  EXPECT_FALSE(is_ip_address("192.0.2.1."));
  EXPECT_FALSE(is_ip_address("www"));
  EXPECT_FALSE(is_ip_address(""));
}

}  // namespace
}  // namespace plumb::values
