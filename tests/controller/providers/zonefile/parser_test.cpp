#include "controller/providers/zonefile/parser.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"

namespace plumb::providers::zonefile {
namespace {

using values::DomainName;

constexpr std::string_view kSoa =
    "@ 3600 IN SOA ns1.example.com. hostmaster.example.com. 7 10800 3600 604800 300\n";

Result<Zone> parse(const std::string& text) {
  return parse_zone(text, DomainName::from_canonical("example.com."), "zones/example.com.zone");
}

/// All sets as "owner TYPE ttl: value | value", sorted.
std::vector<std::string> sets_of(const Zone& zone) {
  std::vector<std::string> all;
  for (const auto& set : zone.sets) {
    const auto [owner, type] = kinds::split_rrset_key(set.key);
    auto line = std::string(owner) + " " + std::string(type) + " " + std::to_string(set.ttl) + ":";
    for (const auto& value : set.values) {
      line += " " + value + " |";
    }
    line.pop_back();
    line.pop_back();
    all.push_back(line);
  }
  std::sort(all.begin(), all.end());
  return all;
}

struct Case {
  std::string_view name;
  std::string text;  ///< follows the SOA
  std::vector<std::string> sets;
};

void expect_sets(const std::vector<Case>& cases) {
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const auto zone = parse(std::string(kSoa) + one.text);
    ASSERT_TRUE(zone) << zone.error().message;
    EXPECT_EQ(sets_of(*zone), one.sets);
  }
}

TEST(ZoneFileParser, ReadsNamesAsTheyAreWritten) {
  expect_sets({
      {"relative", "www 60 IN A 192.0.2.1\n", {"www A 60: 192.0.2.1"}},
      {"absolute", "www.example.com. 60 IN A 192.0.2.1\n", {"www A 60: 192.0.2.1"}},
      {"upper case", "WWW.Example.COM. 60 IN A 192.0.2.1\n", {"www A 60: 192.0.2.1"}},
      {"apex as @", "@ 60 IN A 192.0.2.1\n", {"@ A 60: 192.0.2.1"}},
      {"apex by name", "example.com. 60 IN A 192.0.2.1\n", {"@ A 60: 192.0.2.1"}},
      {"blank owner is the one before",
       "www 60 IN A 192.0.2.1\n\t60 IN AAAA 2001:DB8::1\n",
       {"www A 60: 192.0.2.1", "www AAAA 60: 2001:db8::1"}},
      {"blank owner after $ORIGIN keeps its zone name",
       "www 60 IN A 192.0.2.1\n$ORIGIN sub.example.com.\n  60 AAAA ::1\n",
       {"www A 60: 192.0.2.1", "www AAAA 60: ::1"}},
      {"$ORIGIN",
       "$ORIGIN sub.example.com.\n@ 60 A 192.0.2.1\nx 60 MX 1 y\n",
       {"sub A 60: 192.0.2.1", "x.sub MX 60: 1 y.sub.example.com."}},
      {"relative $ORIGIN", "$ORIGIN sub\nx 60 A 192.0.2.1\n", {"x.sub A 60: 192.0.2.1"}},
      {"wildcard and underscore",
       "*.sub 60 A 192.0.2.1\n_dmarc 60 TXT a\n",
       {"*.sub A 60: 192.0.2.1", "_dmarc TXT 60: a"}},
      {"escaped dot", "a\\.b 60 A 192.0.2.1\n", {"a\\.b A 60: 192.0.2.1"}},
      {"relative target",
       "www 60 CNAME @\nmail 60 CNAME www\n",
       {"mail CNAME 60: www.example.com.", "www CNAME 60: example.com."}},
  });
}

TEST(ZoneFileParser, ReadsARelativeNameAsItsAbsoluteForm) {
  const std::string long_label(63, 'l');
  for (const std::string name : {"www",
                                 "WWW",
                                 "a-b",
                                 "-a-",
                                 "ab--cd",
                                 "_dmarc",
                                 "1",
                                 "*",
                                 "*.x",
                                 "x.*",
                                 "a*b",
                                 "a.b.c",
                                 "xn--ndaaa",
                                 "XN--NDAAA",
                                 "a_b",
                                 "\\097",
                                 "x\\.y",
                                 long_label.c_str()}) {
    const auto zone = parse(std::string(kSoa) + name + " 60 A 192.0.2.1\n" + name +
                            ".example.com. 60 A 192.0.2.2\n");
    ASSERT_TRUE(zone) << zone.error().message;
    EXPECT_EQ(zone->sets.size(), 1U) << name;
  }
  for (const auto& name : {std::string(64, 'l'),
                           std::string("a..b"),
                           long_label + "." + long_label + "." + long_label + "." + long_label}) {
    EXPECT_FALSE(parse(std::string(kSoa) + name + " 60 A 192.0.2.1\n")) << name;
  }
}

TEST(ZoneFileParser, ReadsTtlAndClassInEitherOrderOrNotAtAll) {
  expect_sets({
      {"class first", "a IN 60 A 192.0.2.1\n", {"a A 60: 192.0.2.1"}},
      {"ttl first", "a 60 IN A 192.0.2.1\n", {"a A 60: 192.0.2.1"}},
      {"no class", "a 60 A 192.0.2.1\n", {"a A 60: 192.0.2.1"}},
      {"lower case", "a in 60 a 192.0.2.1\n", {"a A 60: 192.0.2.1"}},
      {"units",
       "a 1h30m IN A 192.0.2.1\nb 2D A 192.0.2.1\n",
       {"a A 5400: 192.0.2.1", "b A 172800: 192.0.2.1"}},
      {"the TTL before",
       "a 60 A 192.0.2.1\nb A 192.0.2.1\n",
       {"a A 60: 192.0.2.1", "b A 60: 192.0.2.1"}},
      {"$TTL wins over the TTL before",
       "$TTL 1d\na 60 A 192.0.2.1\nb A 192.0.2.1\n",
       {"a A 60: 192.0.2.1", "b A 86400: 192.0.2.1"}},
      {"a name like a type",
       "mx 60 MX 1 a\nin 60 IN A 192.0.2.1\n",
       {"in A 60: 192.0.2.1", "mx MX 60: 1 a.example.com."}},
      {"a number as a name", "10 60 IN A 192.0.2.1\n", {"10 A 60: 192.0.2.1"}},
  });
}

TEST(ZoneFileParser, TakesTheMinimumOfTheSoaWhereNoTtlIsStated) {
  const auto zone = parse("@ IN SOA ns1 hostmaster 7 3h 1h 1w 5m\nwww A 192.0.2.1\n");
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(sets_of(*zone), std::vector<std::string>{"www A 300: 192.0.2.1"});
  EXPECT_EQ(zone->soa_ttl, 300U);
  EXPECT_EQ(zone->soa.refresh, 10'800U);
  EXPECT_EQ(zone->soa.expire, 604'800U);
  EXPECT_EQ(zone->soa.primary.text(), "ns1.example.com.");
}

TEST(ZoneFileParser, JoinsLinesWithinParentheses) {
  const auto zone = parse(
      "@ 60 IN SOA ns1.example.com. hostmaster.example.com. ( ; the start\n"
      "\t7 ; serial (yes)\n\t10800\n\n 3600 604800\n300 )\n"
      "www 60 IN A ( 192.0.2.1 )\n"
      "k._domainkey 60 TXT ( \"v=DKIM1; \"\n \"p=abc\" )\n"
      "svc 60 HTTPS ( 1 . alpn=\"h2\" )\n");
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(zone->soa.serial, 7U);
  EXPECT_EQ(sets_of(*zone),
            (std::vector<std::string>{"k._domainkey TXT 60: v=DKIM1; p=abc",
                                      "svc HTTPS 60: 1 . alpn=h2",
                                      "www A 60: 192.0.2.1"}));
}

TEST(ZoneFileParser, ReadsTextByteExact) {
  expect_sets({
      {"semicolon in quotes", "a 60 TXT \"v=spf1; x\" ; comment\n", {"a TXT 60: v=spf1; x"}},
      {"escaped semicolon", "a 60 TXT v\\;w\n", {"a TXT 60: v;w"}},
      {"strings are joined", "a 60 TXT \"one \" \"two\"\n", {"a TXT 60: one two"}},
      {"quote and backslash",
       R"(a 60 TXT "q\"b\\")"
       "\n",
       {R"(a TXT 60: q"b\)"}},
      {"decimal escape", "a 60 TXT \"\\195\\164\\032\"\n", {"a TXT 60: \xC3\xA4 "}},
      {"raw octets", "a 60 TXT \"\xC3\xA4\"\n", {"a TXT 60: \xC3\xA4"}},
      {"empty", "a 60 TXT \"\"\n", {"a TXT 60: "}},
      {"parentheses in quotes", "a 60 TXT \"(\"\n", {"a TXT 60: ("}},
      {"two values", "a 60 TXT b\na 60 TXT a\n", {"a TXT 60: b | a"}},
      {"windows line ends",
       "a 60 TXT b\r\nb 60 A 192.0.2.1\r\n",
       {"a TXT 60: b", "b A 60: 192.0.2.1"}},
      {"no line end at the end", "a 60 TXT b", {"a TXT 60: b"}},
  });
}

TEST(ZoneFileParser, GathersASetFromAllOverTheFile) {
  expect_sets({{"scattered",
                "a 60 A 192.0.2.1\nb 60 A 192.0.2.9\na 60 A 192.0.2.2\n",
                {"a A 60: 192.0.2.1 | 192.0.2.2", "b A 60: 192.0.2.9"}}});
}

TEST(ZoneFileParser, TakesTheLowestOfMixedTtlsAndSaysSo) {
  const auto zone = parse(std::string(kSoa) + "a 60 A 192.0.2.1\na 30 A 192.0.2.2\n");
  ASSERT_TRUE(zone);
  EXPECT_EQ(zone->sets.at(0).ttl, 30U);
  EXPECT_TRUE(zone->sets.at(0).mixed_ttl);
  const auto observed = observed_zone(*zone);
  const auto row = observed.table.find(kinds::kRRset, std::string_view("a\0A", 3));
  ASSERT_TRUE(row);
  const auto& side = observed.side.at(observed.table[*row].side - 1);
  EXPECT_EQ(side.outputs, (std::vector<Field>{{"mixedTTL", Value{true, {}}}}));
}

TEST(ZoneFileParser, KeepsWhatItDoesNotKnowAsOpaque) {
  const auto zone = parse(std::string(kSoa) +
                          "a 60 IN TYPE65280 \\# 3 ( abcd\n ef )\n"
                          "b 60 HINFO \"PC\" Linux\n"
                          "c 60 TYPE1 \\# 4 C0000201\n"
                          "d 60 TYPE1 192.0.2.1\n");
  ASSERT_TRUE(zone) << zone.error().message;
  EXPECT_EQ(sets_of(*zone),
            (std::vector<std::string>{"a TYPE65280 60: \\# 3 abcd ef",
                                      "b HINFO 60: \"PC\" Linux",
                                      "c A 60: \\# 4 C0000201",
                                      "d A 60: 192.0.2.1"}));
  const auto observed = observed_zone(*zone);
  const auto flags = [&](std::string_view key) {
    return observed.table[*observed.table.find(kinds::kRRset, key)].flags;
  };
  EXPECT_EQ(flags(std::string_view("a\0TYPE65280", 11)), EntryFlag::opaque);
  EXPECT_EQ(flags(std::string_view("b\0HINFO", 7)), EntryFlag::opaque);
  EXPECT_EQ(flags(std::string_view("c\0A", 3)), EntryFlag::opaque);
  EXPECT_EQ(flags(std::string_view("d\0A", 3)), 0);
  EXPECT_EQ(flags(std::string_view("@\0SOA", 5)), EntryFlag::system_owned);
}

TEST(ZoneFileParser, SaysWhereTheFileIsWrong) {
  struct Bad {
    std::string text;  ///< follows the SOA's line
    std::string place;
    std::string message;
  };
  const std::vector<Bad> cases = {
      {"$INCLUDE other.zone\n", "2:1", "$INCLUDE is not supported"},
      {"\n$GENERATE 1-9 h$ A 192.0.2.$\n", "3:1", "$GENERATE is not supported"},
      {"$FOO 1\n", "2:1", "unknown directive '$FOO'"},
      {"$TTL\n", "2:1", "$TTL takes exactly one value"},
      {"$TTL soon\n", "2:6", "'soon' is not a TTL"},
      {"www.example.org. 60 A 192.0.2.1\n", "2:1", "www.example.org lies outside of zone"},
      {"www 60 A 192.0.2.300\n", "2:10", "192.0.2.300"},
      {"www 60 CH TXT x\n", "2:8", "class CH is not supported"},
      {"www 60 A\n", "2:8", "this A record has no data"},
      {"www 60\n", "2:5", "this record has no type"},
      {"www 60 4x 192.0.2.1\n", "2:8", "'4x' is neither a TTL, a class nor a type"},
      {"www 99999999999 A 192.0.2.1\n", "2:5", "'99999999999' is neither a TTL"},
      {"www 60 TXT \"open\n", "2:12", "this string is not closed on its line"},
      {"www 60 A ( 192.0.2.1\n", "2:10", "this parenthesis is never closed"},
      {"www 60 A ( ( 192.0.2.1 ) )\n", "2:12", "parentheses do not nest"},
      {"www 60 A 192.0.2.1 )\n", "2:20", "there is no parenthesis to close"},
      {"www 60 TXT a\\\n", "2:13", "a backslash at the end of a line"},
      {"@ 60 SOA a b 1 2 3 4 5\n", "2:10", "the zone has a second SOA record"},
      {"a..b 60 A 192.0.2.1\n", "2:1", ""},
  };
  for (const auto& bad : cases) {
    SCOPED_TRACE(bad.text);
    const auto zone = parse(std::string(kSoa) + bad.text);
    ASSERT_FALSE(zone);
    EXPECT_EQ(zone.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(zone.error().message.substr(0, 24 + bad.place.size()),
              "zones/example.com.zone:" + bad.place + ":");
    EXPECT_NE(zone.error().message.find(bad.message), std::string::npos) << zone.error().message;
  }
}

TEST(ZoneFileParser, NeverTakesAFileWithoutSoaForAnEmptyZone) {
  for (const std::string text : {"", "\n; nothing\n", "$TTL 60\nwww A 192.0.2.1\n"}) {
    const auto zone = parse(text);
    ASSERT_FALSE(zone) << text;
    EXPECT_NE(zone.error().message.find("has no SOA record"), std::string::npos);
  }
  EXPECT_FALSE(parse("  60 A 192.0.2.1\n"));
  EXPECT_FALSE(parse("sub 60 SOA a b 1 2 3 4 5\n"));
  EXPECT_FALSE(parse("www A 192.0.2.1\n"));
  EXPECT_FALSE(parse("@ 60 SOA a b 1 2 3 4\n"));
}

}  // namespace
}  // namespace plumb::providers::zonefile
