#include "resources/values/domain_name.h"

#include <algorithm>
#include <unordered_set>

#include <gtest/gtest.h>

namespace plumb::values {
namespace {

DomainName name(std::string_view text) {
  auto parsed = DomainName::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : DomainName();
}

const DomainName& zone() {
  static const DomainName kZone = name("example.com.");
  return kZone;
}

std::string shown(const Result<DomainName>& result) {
  return result ? result->text() : "error: " + result.error().message;
}

struct Case {
  std::string_view written;
  std::string_view canonical;
};

TEST(DomainName, IsCanonicalWhateverWasWritten) {
  const Case cases[] = {
      {".", "."},
      {"example.com", "example.com."},
      {"example.com.", "example.com."},
      {"EXAMPLE.Com.", "example.com."},
      {"_dmarc.example.com", "_dmarc.example.com."},
      {"s1._domainkey.example.com", "s1._domainkey.example.com."},
      {"_25._tcp.mx.example.com", "_25._tcp.mx.example.com."},
      {"*.Example.com", "*.example.com."},
      {"0/25.2.0.192.in-addr.arpa.", "0/25.2.0.192.in-addr.arpa."},
      {R"(a\.b.example.com)", R"(a\.b.example.com.)"},
      {R"(a\046b.example.com)", R"(a\.b.example.com.)"},
      {R"(\065bc.example.com)", "abc.example.com."},
      {R"(\a\b\c.example.com)", "abc.example.com."},
      {R"(back\\slash.example.com)", R"(back\092slash.example.com.)"},
      {R"(with\032blank.example.com)", R"(with\032blank.example.com.)"},
      {R"(with\ blank.example.com)", R"(with\032blank.example.com.)"},
      {R"(\"q\;\(\)\@\$.example.com)", R"(\"q\;\(\)\@\$.example.com.)"},
      {"cost$.example.com", R"(cost\$.example.com.)"},
      {R"(\000\255.example.com)", R"(\000\255.example.com.)"},
      {R"(dot\.)", R"(dot\..)"},
      {R"(slash\\.)", R"(slash\092.)"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(shown(DomainName::parse(c.written)), c.canonical) << c.written;
    EXPECT_EQ(shown(DomainName::parse(c.canonical)), c.canonical) << "again: " << c.canonical;
  }
}

TEST(DomainName, TurnsULabelsIntoALabels) {
  const Case cases[] = {
      {"bücher.example", "xn--bcher-kva.example."},
      {"BÜCHER.example", "xn--bcher-kva.example."},
      {"xn--bcher-kva.example", "xn--bcher-kva.example."},
      {"XN--BCHER-KVA.example", "xn--bcher-kva.example."},
      {"ööö.企业.", "xn--ndaaa.xn--vhquv."},
      {"中文.example", "xn--fiq228c.example."},
      {"straße.example", "xn--strae-oqa.example."},
      {"*.ööö.example", "*.xn--ndaaa.example."},
      {"_dmarc.ööö.example", "_dmarc.xn--ndaaa.example."},
      // Composed and decomposed forms are one name.
      {"bu\xcc\x88"
       "cher.example",
       "xn--bcher-kva.example."},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(shown(DomainName::parse(c.written)), c.canonical) << c.written;
  }
}

TEST(DomainName, IsShownInULabels) {
  EXPECT_EQ(name("xn--bcher-kva.example").to_unicode(), "bücher.example");
  EXPECT_EQ(name("_dmarc.ööö.企业").to_unicode(), "_dmarc.ööö.企业");
  EXPECT_EQ(name("www.example.com").to_unicode(), "www.example.com");
  EXPECT_EQ(name(".").to_unicode(), ".");
  // What is no valid A-label stays as it is.
  EXPECT_EQ(name("xn--0.example").to_unicode(), "xn--0.example");
}

TEST(DomainName, RefusesWhatIsNoName) {
  const Case cases[] = {
      {"", "a name is empty"},
      {"@", "'@' is no absolute name"},
      {"..", "empty label"},
      {".example.com", "empty label"},
      {"www..example.com", "empty label"},
      {"www.example.com..", "empty label"},
      {"jane@example.com", "holds '@'"},
      {"two words.example.com", "holds ' '"},
      {"semi;colon.example.com", "holds ';'"},
      {"\"quoted\".example.com", "holds '\"'"},
      {"tab\t.example.com", "holds '\\009'"},
      {R"(broken\)", "broken escape"},
      {R"(broken\25.example.com)", "broken escape"},
      {R"(broken\256.example.com)", "broken escape"},
      {R"(ö\046.example.com)", "mixes escapes"},
      {"☃☃.example.com", "not a valid internationalised label"},
      {"\xff\xfe.example.com", "not a valid internationalised label"},
      {"\xc2\xad.example.com", "characters that do not count"},  // a soft hyphen
      {"ö(.example.com", "not a valid internationalised label"},
  };
  for (const auto& c : cases) {
    const auto result = DomainName::parse(c.written);
    ASSERT_FALSE(result) << c.written;
    EXPECT_NE(result.error().message.find(c.canonical), std::string::npos)
        << c.written << ": " << result.error().message;
    EXPECT_FALSE(result.error().hint.empty()) << c.written;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_input);
  }
}

TEST(DomainName, KeepsTheLimitsOfTheWire) {
  const std::string label63(63, 'a');
  const std::string label64(64, 'a');
  EXPECT_TRUE(DomainName::parse(label63 + ".com"));
  EXPECT_FALSE(DomainName::parse(label64 + ".com"));
  EXPECT_FALSE(DomainName::parse(label64));
  std::string escaped63;
  for (int i = 0; i < 63; ++i) {
    escaped63 += "\\255";
  }
  EXPECT_TRUE(DomainName::parse(escaped63 + ".com"));
  EXPECT_FALSE(DomainName::parse(escaped63 + "\\255.com"));
  const std::string three = label63 + '.' + label63 + '.' + label63 + '.';
  const auto longest = DomainName::parse(three + std::string(61, 'a'));
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->wire_length(), 255U);
  EXPECT_FALSE(DomainName::parse(three + std::string(62, 'a')));
  // Relative names count with their zone: 192 + 50 + 13 octets are just allowed.
  EXPECT_TRUE(DomainName::parse_relative(three + std::string(49, 'a'), zone()));
  EXPECT_FALSE(DomainName::parse_relative(three + std::string(50, 'a'), zone()));
  EXPECT_FALSE(DomainName::parse(std::string(100000, 'a')));
}

TEST(DomainName, ReadsOwnerNamesRelativeToTheirZone) {
  const Case cases[] = {
      {"@", "example.com."},
      {"www", "www.example.com."},
      {"WWW", "www.example.com."},
      {"*", "*.example.com."},
      {"*.sub", "*.sub.example.com."},
      {"a.b", "a.b.example.com."},
      {"_dmarc", "_dmarc.example.com."},
      {"ööö", "xn--ndaaa.example.com."},
      {"www.example.com.", "www.example.com."},
      {"Example.COM.", "example.com."},
      {"com", "com.example.com."},
      {"myexample.com", "myexample.com.example.com."},
      {R"(a\.example.com)", R"(a\.example.com.example.com.)"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(shown(DomainName::parse_relative(c.written, zone())), c.canonical) << c.written;
  }
  EXPECT_EQ(shown(DomainName::parse_relative("www", DomainName())), "www.");
}

TEST(DomainName, RefusesAnOwnerNameThatRepeatsItsZone) {
  const auto www = DomainName::parse_relative("www.example.com", zone());
  ASSERT_FALSE(www);
  EXPECT_EQ(www.error().message,
            "name 'www.example.com' repeats the zone: it would be www.example.com.example.com");
  EXPECT_EQ(www.error().hint, "write 'www', or the absolute name with its final dot");
  const auto apex = DomainName::parse_relative("Example.com", zone());
  ASSERT_FALSE(apex);
  EXPECT_EQ(apex.error().hint, "write '@', or the absolute name with its final dot");
}

TEST(DomainName, RefusesAnOwnerNameOutsideOfItsZone) {
  for (const auto* outside : {"www.example.org.", "com.", ".", R"(a\.example.com.)"}) {
    const auto result = DomainName::parse_relative(outside, zone());
    ASSERT_FALSE(result) << outside;
    EXPECT_NE(result.error().message.find("outside of the zone example.com"), std::string::npos)
        << result.error().message;
  }
}

TEST(DomainName, ReadsTargetsOfManifests) {
  const Case cases[] = {
      {"@", "example.com."},
      {"mx1", "mx1.example.com."},
      {"mx1.example.net.", "mx1.example.net."},
      {"MX1.Example.NET.", "mx1.example.net."},
      {".", "."},
      {"ööö.企业.", "xn--ndaaa.xn--vhquv."},
      {"ööö", "xn--ndaaa.example.com."},
      {R"(a\.b)", R"(a\.b.example.com.)"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(shown(DomainName::parse_target(c.written, zone())), c.canonical) << c.written;
  }
}

TEST(DomainName, RefusesAnAmbiguousTargetWithBothReadings) {
  const auto outside = DomainName::parse_target("mx1.example.net", zone());
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().message, "target 'mx1.example.net' is ambiguous without a final dot");
  EXPECT_EQ(outside.error().hint,
            "write 'mx1.example.net.' if that is the whole name, or "
            "'mx1.example.net.example.com.' if it lies in this zone");
  const auto inside = DomainName::parse_target("mx1.example.com", zone());
  ASSERT_FALSE(inside);
  EXPECT_EQ(inside.error().hint, "write 'mx1.example.com.'");
}

TEST(DomainName, RefusesAnAddressAsTarget) {
  for (const auto* address : {"192.0.2.1", "2001:db8::1"}) {
    const auto result = DomainName::parse_target(address, zone());
    ASSERT_FALSE(result) << address;
    EXPECT_NE(result.error().message.find("is an IP address"), std::string::npos);
  }
}

TEST(DomainName, ReadsMasterFileNamesRelativeToTheOrigin) {
  const Case cases[] = {
      {"@", "example.com."},
      {"mx1", "mx1.example.com."},
      {"mx1.example.net", "mx1.example.net.example.com."},
      {"mx1.example.net.", "mx1.example.net."},
      {".", "."},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(shown(DomainName::parse_master_file(c.written, zone())), c.canonical) << c.written;
  }
  EXPECT_EQ(shown(DomainName::parse_master_file("com", DomainName())), "com.");
}

TEST(DomainName, KnowsWhatLiesBelowIt) {
  EXPECT_TRUE(name("www.example.com").is_subdomain_of(zone()));
  EXPECT_TRUE(zone().is_subdomain_of(zone()));
  EXPECT_TRUE(zone().is_subdomain_of(DomainName()));
  EXPECT_TRUE(name(R"(a\\.example.com)").is_subdomain_of(zone()));
  EXPECT_FALSE(name(R"(a\.example.com)").is_subdomain_of(zone()));
  EXPECT_FALSE(name("myexample.com").is_subdomain_of(zone()));
  EXPECT_FALSE(name("com").is_subdomain_of(zone()));
  EXPECT_FALSE(DomainName().is_subdomain_of(zone()));
}

TEST(DomainName, IsWrittenRelativeToAZone) {
  EXPECT_EQ(zone().relative_to(zone()), "@");
  EXPECT_EQ(name("a.b.example.com").relative_to(zone()), "a.b");
  EXPECT_EQ(name("example.org").relative_to(zone()), "example.org.");
  EXPECT_EQ(name("www.example.com").relative_to(DomainName()), "www.example.com");
  EXPECT_EQ(DomainName().relative_to(DomainName()), "@");
}

TEST(DomainName, HasLabelsAndAParent) {
  const auto written = name(R"(*.a\.b.example.com)");
  const std::vector<std::string_view> labels = {"*", R"(a\.b)", "example", "com"};
  EXPECT_EQ(written.labels(), labels);
  EXPECT_EQ(written.label_count(), 4U);
  EXPECT_TRUE(written.is_wildcard());
  EXPECT_FALSE(written.parent().is_wildcard());
  EXPECT_EQ(written.parent().text(), R"(a\.b.example.com.)");
  EXPECT_EQ(written.parent().parent(), zone());
  EXPECT_EQ(name("com").parent(), DomainName());
  EXPECT_EQ(DomainName().parent(), DomainName());
  EXPECT_TRUE(DomainName().labels().empty());
  EXPECT_EQ(DomainName().label_count(), 0U);
  EXPECT_EQ(DomainName().wire_length(), 1U);
  EXPECT_EQ(zone().wire_length(), 13U);
  EXPECT_EQ(name(R"(\255\.a)").wire_length(), 5U);
  EXPECT_EQ(zone().without_dot(), "example.com");
  EXPECT_EQ(DomainName().without_dot(), ".");
}

TEST(DomainName, SortsAsDnssecDoes) {
  // RFC 4034 §6.1, its example.
  std::vector<DomainName> names;
  for (const auto* text : {"example",
                           "a.example",
                           "yljkjljk.a.example",
                           "Z.a.example",
                           "zABC.a.EXAMPLE",
                           "z.example",
                           R"(\001.z.example)",
                           "*.z.example",
                           R"(\200.z.example)"}) {
    names.push_back(name(text));
  }
  auto sorted = names;
  std::reverse(sorted.begin(), sorted.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return canonical_order(a, b) < 0;
  });
  EXPECT_EQ(sorted, names);
  EXPECT_EQ(canonical_order(names[3], names[3]), std::strong_ordering::equal);
}

TEST(DomainName, CanBeKeptInSets) {
  const std::unordered_set<DomainName> names = {name("a.example"), name("A.example.")};
  EXPECT_EQ(names.size(), 1U);
  EXPECT_EQ(DomainName::from_canonical("a.example."), name("a.example"));
}

}  // namespace
}  // namespace plumb::values
