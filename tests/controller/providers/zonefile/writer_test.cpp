#include "controller/providers/zonefile/writer.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "controller/providers/zonefile/parser.h"
#include "tests/support/golden.h"

namespace plumb::providers::zonefile {
namespace {

using std::chrono::sys_days;

const auto kName = values::DomainName::from_canonical("example.com.");

Zone parsed(const std::string& text) {
  auto zone = parse_zone(text, kName, "x");
  EXPECT_TRUE(zone) << zone.error().message;
  return zone ? std::move(*zone) : Zone{};
}

constexpr std::string_view kMixed = R"(
$TTL 1h
@   86400 IN SOA ns1 hostmaster ( 2026112003 3h 1h 2w 5m ) ; written by hand
    IN NS ns2
    IN NS ns1.example.com.
z   A 192.0.2.26
*   A 192.0.2.42
Z.a A 192.0.2.1
yljkjljk.a A 192.0.2.2
a   60 MX 20 mx2
a   60 MX 10 mx1
a   TXT "v=spf1 -all"
@   MX 0 .
\$weird A 192.0.2.3
_dmarc TXT ( "v=DMARC1; p=none;"
             " rua=mailto:d@example.com" )
odd TYPE65280 \# 2 abcd
$ORIGIN deep.example.com.
rp  RP admin txt
)";

TEST(ZoneFileWriter, WritesAZoneInCanonicalOrder) {
  test::expect_golden("controller/providers/zonefile/mixed.zone",
                      render_zone(parsed(std::string(kMixed))));
}

TEST(ZoneFileWriter, WritesWhatReadsBackTheSame) {
  const auto zone = parsed(std::string(kMixed));
  const auto text = render_zone(zone);
  const auto again = parsed(text);
  EXPECT_EQ(observed_zone(again).table.digest(0), observed_zone(zone).table.digest(0));
  EXPECT_EQ(render_zone(again), text);
}

TEST(ZoneFileWriter, KeepsEveryOctetOfText) {
  std::string all;
  for (int octet = 0; octet < 256; ++octet) {
    all += static_cast<char>(octet);
  }
  for (const std::string& text : {std::string(),
                                  all,
                                  all + all + all + "x",
                                  std::string(255, 'a'),
                                  std::string(256, '"'),
                                  std::string(65279, '\\')}) {
    Zone zone = parsed("@ 60 SOA a b 1 2 3 4 5\nt 60 TXT x\n");
    zone.sets.at(0).values = {text};
    EXPECT_EQ(parsed(render_zone(zone)).sets.at(0).values, std::vector<std::string>{text});
  }
}

TEST(ZoneFileWriter, KeepsTheStringsThatSomebodyCut) {
  const std::string longest(255, 'x');
  for (const std::string data :
       {"\"a\" \"b\"", "\"ab\"", "\"\" \"a\" \"\"", "\"\"", "\"\\\"a\\\"\" \"b\\\\\""}) {
    const auto zone = parsed("$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ TXT " + data + "\n");
    EXPECT_NE(render_zone(zone).find("TXT\t" + data + "\n"), std::string::npos)
        << render_zone(zone);
  }
  // What is cut as everybody does is not remembered, and neither is how it was written.
  const auto usual = parsed("$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ TXT \"" + longest + "\" b\n");
  EXPECT_TRUE(usual.sets.at(0).cut.empty());
  // Of two values with the same octets one is left, whichever way it was cut.
  const auto opaque = parsed("$TTL 60\n@ SOA ns1 h 1 2 3 4 5\n@ TXT a b\n@ TXT \\# 2 0163\n");
  EXPECT_NE(render_zone(opaque).find("\"a\" \"b\""), std::string::npos) << render_zone(opaque);
}

TEST(ZoneFileWriter, MovesTheSerialForward) {
  const auto day = sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(12);
  struct Case {
    std::uint32_t before;
    std::uint32_t after;
  };
  for (const auto& [before, after] : {Case{0, 2026112000},
                                      {7, 2026112000},
                                      {2026111999, 2026112000},
                                      {2026112000, 2026112001},
                                      {2026112099, 2026112100},
                                      {2030010100, 2030010101},
                                      {4294967295, 2026112000},
                                      {4173595649, 2026112000},
                                      {4173595647, 4173595648},
                                      {2026112000U + (1U << 31U), 2026112001U + (1U << 31U)}}) {
    EXPECT_EQ(next_serial(before, day), after) << before;
  }
  // The clock of a machine that believes in 1970 never yields 0.
  EXPECT_EQ(next_serial(4294967295, sys_days{}), 1970010100U);
}

}  // namespace
}  // namespace plumb::providers::zonefile
