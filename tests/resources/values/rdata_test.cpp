#include "resources/values/rdata.h"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "resources/values/rdata_types.h"

namespace plumb::values {
namespace {

const DomainName& zone() {
  static const DomainName kZone = DomainName::from_canonical("example.com.");
  return kZone;
}

std::string canonical(RecordType type, std::string_view text, TargetRule rule) {
  const auto result = canonical_rdata(type, text, zone(), rule);
  return result ? *result : "error: " + result.error().message;
}

std::string declared(RecordType type, std::string_view text) {
  return canonical(type, text, TargetRule::manifest);
}

struct Case {
  RecordType type;
  std::string_view written;
  std::string_view canonical;
};

using enum RecordType;

constexpr std::string_view kSha1 = "123456789abcdef67890123456789abcdef67890";
constexpr std::string_view kSha256 =
    "2bb183af5f22588179a53b0a98631fad1a292118e5c9ee0c2a4c2ebf02e9d2a3";

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) {
    out += part;
  }
  return out;
}

void expect_canonical(std::span<const Case> cases) {
  for (const auto& c : cases) {
    EXPECT_EQ(declared(c.type, c.written), c.canonical)
        << record_type_name(c.type) << ' ' << c.written;
    if (c.type != txt) {
      // Canonical data reads back to itself however names are read.
      EXPECT_EQ(canonical(c.type, c.canonical, TargetRule::absolute_only), c.canonical);
      EXPECT_EQ(canonical(c.type, c.canonical, TargetRule::master_file), c.canonical);
    }
  }
}

TEST(Rdata, OfAddressesIsTheOneForm) {
  const Case cases[] = {
      {a, "192.0.2.1", "192.0.2.1"},
      {a, " 192.0.2.1 ", "192.0.2.1"},
      {aaaa, "2001:DB8:0:0::0001", "2001:db8::1"},
  };
  expect_canonical(cases);
}

TEST(Rdata, OfNamesIsAbsoluteAndLowerCase) {
  const Case cases[] = {
      {cname, "@", "example.com."},
      {cname, "www", "www.example.com."},
      {cname, "WWW.Example.NET.", "www.example.net."},
      {cname, "ööö.企业.", "xn--ndaaa.xn--vhquv."},
      {ns, "ns1", "ns1.example.com."},
      {ptr, "mx1.example.com.", "mx1.example.com."},
      {dname, "example.net.", "example.net."},
      {mx, "10 mx1", "10 mx1.example.com."},
      {mx, "10 @", "10 example.com."},
      {mx, "0010\tMX1.Example.com.", "10 mx1.example.com."},
      {mx, "0 .", "0 ."},
      {mx, "65535 mx1", "65535 mx1.example.com."},
      {srv, "0 1 443 mail", "0 1 443 mail.example.com."},
      {srv, "0 0 0 .", "0 0 0 ."},
      {srv, "00 01 0443 Mail.Example.Com.", "0 1 443 mail.example.com."},
  };
  expect_canonical(cases);
}

TEST(Rdata, OfCaaHasItsValueInQuotes) {
  const Case cases[] = {
      {caa, "0 issue letsencrypt.org", "0 issue \"letsencrypt.org\""},
      {caa, "0 issue \"letsencrypt.org\"", "0 issue \"letsencrypt.org\""},
      {caa, "128 ISSUE ;", "128 issue \";\""},
      {caa, "0 issue \";\"", "0 issue \";\""},
      {caa, "0 iodef \"mailto:a@example.com\"", "0 iodef \"mailto:a@example.com\""},
      {caa,
       "0 issue \"ca.example; validationmethods=dns-01; accounturi=https://ca/1\"",
       "0 issue \"ca.example; validationmethods=dns-01; accounturi=https://ca/1\""},
      {caa, R"(0 issue "q\"\\")", R"(0 issue "q\"\\")"},
      {caa, "0 issuewild \"\"", "0 issuewild \"\""},
  };
  expect_canonical(cases);
  const auto caa_value = Caa::parse("128 issue ;", zone(), TargetRule::manifest);
  EXPECT_TRUE(caa_value->critical());
  EXPECT_EQ(caa_value->value, ";");
}

TEST(Rdata, OfNaptrAndUriHasStringsInQuotes) {
  const Case cases[] = {
      {naptr,
       R"(100 10 S SIP+D2U "" _sip._udp.example.com.)",
       R"(100 10 "S" "SIP+D2U" "" _sip._udp.example.com.)"},
      {naptr,
       R"(100 50 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .)",
       R"(100 50 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .)"},
      {naptr,
       R"(1 2 "u" "x" "!^(\\d+)$!sip:\\1@example.com!" .)",
       R"(1 2 "u" "x" "!^(\\d+)$!sip:\\1@example.com!" .)"},
      {naptr, R"(1 2 "" "" "" a.b.)", R"(1 2 "" "" "" a.b.)"},
      {uri, "10 1 https://example.com/", "10 1 \"https://example.com/\""},
      {uri, "10 1 \"https://example.com/a b\"", "10 1 \"https://example.com/a b\""},
  };
  expect_canonical(cases);
}

TEST(Rdata, OfDigestsIsLowerCaseWithoutBlanks) {
  const std::string upper = "2BB183AF5F22588179A53B0A98631FAD1A292118 E5C9EE0C2A4C2EBF02E9D2A3";
  const std::string sha384 = join({kSha256, kSha256.substr(0, 32)});
  const std::string sha512 = join({kSha256, kSha256});
  const std::pair<RecordType, std::pair<std::string, std::string>> cases[] = {
      {ds, {"60485 13 2 " + upper, join({"60485 13 2 ", kSha256})}},
      {ds, {"60485 ECDSAP256SHA256 2 " + upper, join({"60485 13 2 ", kSha256})}},
      {ds, {join({"1 8 1 ", kSha1}), join({"1 8 1 ", kSha1})}},
      {ds, {"1 8 4 " + sha384, "1 8 4 " + sha384}},
      {ds, {"1 8 9 AB", "1 8 9 ab"}},
      {sshfp, {"4 2 " + upper, join({"4 2 ", kSha256})}},
      {sshfp, {join({"01 1 ", kSha1}), join({"1 1 ", kSha1})}},
      {tlsa, {"3 1 1 " + upper, join({"3 1 1 ", kSha256})}},
      {tlsa, {"DANE-EE SPKI SHA2-256 " + upper, join({"3 1 1 ", kSha256})}},
      {tlsa, {"2 0 2 " + sha512, "2 0 2 " + sha512}},
      {tlsa, {"3 0 0 30 82 AB", "3 0 0 3082ab"}},
      {smimea, {"3 1 1 " + upper, join({"3 1 1 ", kSha256})}},
      {openpgpkey, {"mQIN BFit\n2jsB EAD=", "mQINBFit2jsBEAA="}},
      {openpgpkey, {"YWI", "YWI="}},
      {openpgpkey, {"YWJj", "YWJj"}},
  };
  for (const auto& [type, pair] : cases) {
    const Case one[] = {{type, pair.first, pair.second}};
    expect_canonical(one);
  }
}

TEST(Rdata, OfLocIsWhatTheWireHolds) {
  const Case cases[] = {
      {loc,
       "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
       "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m"},
      {loc,
       "42 21 54 N 71 06 18 W -24m 30m",
       "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m"},
      {loc, "42 N 71 W 0", "42 0 0.000 N 71 0 0.000 W 0.00m 1.00m 10000.00m 10.00m"},
      {loc, "42 21 s 71 6 e 1.5", "42 21 0.000 S 71 6 0.000 E 1.50m 1.00m 10000.00m 10.00m"},
      {loc, "0 0 0.5 S 0 0 0 W 0m", "0 0 0.500 S 0 0 0.000 E 0.00m 1.00m 10000.00m 10.00m"},
      {loc,
       "90 N 180 E 42849672.95m 90000000m",
       "90 0 0.000 N 180 0 0.000 E 42849672.95m 90000000.00m 10000.00m 10.00m"},
      {loc, "1 N 1 E -100000m 35m", "1 0 0.000 N 1 0 0.000 E -100000.00m 30.00m 10000.00m 10.00m"},
  };
  expect_canonical(cases);
}

TEST(Rdata, OfServiceBindingsHasItsParametersInOrder) {
  const Case cases[] = {
      {https, "1 .", "1 ."},
      {https, "0 www", "0 www.example.com."},
      {https, "1 . port=08443 alpn=\"h3,h2\"", "1 . alpn=h3,h2 port=8443"},
      {https,
       "1 . ipv6hint=2001:DB8::1,2001:db8:0::2 ipv4hint=192.0.2.1 alpn=h2 no-default-alpn",
       "1 . alpn=h2 no-default-alpn ipv4hint=192.0.2.1 ipv6hint=2001:db8::1,2001:db8::2"},
      {svcb,
       "16 Foo.example.net. mandatory=ipv4hint,alpn alpn=h2 ipv4hint=192.0.2.1",
       "16 foo.example.net. mandatory=alpn,ipv4hint alpn=h2 ipv4hint=192.0.2.1"},
      {svcb, "1 foo.example.net. key667=hello", "1 foo.example.net. key667=\"hello\""},
      {svcb, R"(1 f. key667="hello\210qoo")", R"(1 f. key667="hello\210qoo")"},
      {svcb, "1 f. key667", "1 f. key667=\"\""},
      {svcb, "1 f. dohpath=/q{?dns}", "1 f. key7=\"/q{?dns}\""},
      {svcb, "1 f. ech=YWJj", "1 f. ech=\"YWJj\""},
      // RFC 9460 Appendix D.2: the two-level escapes of a list.
      {svcb, R"(16 f. alpn="f\\\\oo\\,bar,h2")", R"(16 f. alpn=f\\\\oo\\,bar,h2)"},
      {svcb, R"(16 f. alpn=f\\\092oo\092,bar,h2)", R"(16 f. alpn=f\\\\oo\\,bar,h2)"},
      {svcb, R"(16 f. alpn="a b")", R"(16 f. alpn="a b")"},
  };
  expect_canonical(cases);
}

TEST(Rdata, OfTxtIsItsOctets) {
  for (const std::size_t size : {0U, 254U, 255U, 256U, 509U, 510U, 511U, 764U, 765U, 766U}) {
    const std::string octets(size, 'x');
    EXPECT_EQ(declared(txt, octets), octets);
    const auto wire = wire_presentation(txt, octets);
    EXPECT_EQ(canonical(txt, wire, TargetRule::absolute_only), octets);
    EXPECT_EQ(canonical(txt, wire, TargetRule::master_file), octets);
  }
  EXPECT_EQ(declared(txt, " v=DKIM1; p=\\\"x "), " v=DKIM1; p=\\\"x ");
  EXPECT_EQ(declared(txt, "Grüße"), "Grüße");
  EXPECT_EQ(canonical(txt, R"("v=DKIM1\; " "p=x")", TargetRule::master_file), "v=DKIM1; p=x");
  EXPECT_NE(declared(txt, "\"quoted\"").find("error"), std::string::npos);
  EXPECT_EQ(wire_presentation(txt, ""), "\"\"");
  EXPECT_EQ(wire_presentation(mx, "10 mx1.example.com."), "10 mx1.example.com.");
}

TEST(Rdata, DifferentChunksOfTheSameOctetsAreEqual) {
  const std::string whole = '"' + std::string(300, 'k') + '"';
  const std::string cut = '"' + std::string(100, 'k') + "\" \"" + std::string(200, 'k') + '"';
  EXPECT_EQ(canonical(txt, whole, TargetRule::absolute_only),
            canonical(txt, cut, TargetRule::absolute_only));
}

TEST(Rdata, ReadsNamesUnderTheRuleOfTheirSource) {
  EXPECT_EQ(canonical(mx, "10 mx1.example.net", TargetRule::master_file),
            "10 mx1.example.net.example.com.");
  EXPECT_EQ(canonical(mx, "10 mx1", TargetRule::master_file), "10 mx1.example.com.");
  EXPECT_EQ(canonical(mx, "10 @", TargetRule::master_file), "10 example.com.");
  EXPECT_EQ(canonical(mx, "10 Mail.ex.test", TargetRule::absolute_only), "10 mail.ex.test.");
  EXPECT_EQ(canonical(cname, "mail", TargetRule::absolute_only), "mail.");
  EXPECT_NE(declared(mx, "10 mx1.example.net").find("ambiguous"), std::string::npos);
}

TEST(Rdata, OfTheSystemIsReadAndPassedOn) {
  EXPECT_EQ(canonical(soa, "NS1 Hostmaster 2024010100 1h 900 1w 300", TargetRule::master_file),
            "ns1.example.com. hostmaster.example.com. 2024010100 3600 900 604800 300");
  EXPECT_EQ(canonical(dnskey, " 257  3\t13 AbC= ", TargetRule::absolute_only), "257 3 13 AbC=");
  EXPECT_NE(canonical(cds, "  ", TargetRule::absolute_only).find("error"), std::string::npos);
}

TEST(Rdata, KnowsItsTarget) {
  const std::pair<Case, bool> cases[] = {
      {{mx, "10 mx1.example.com.", "mx1.example.com."}, true},
      {{mx, "0 .", "."}, true},
      {{srv, "0 1 443 mail.example.com.", "mail.example.com."}, true},
      {{cname, "www.example.com.", "www.example.com."}, true},
      {{dname, "example.net.", "example.net."}, true},
      {{ptr, "a.example.net.", "a.example.net."}, true},
      {{ns, "ns1.example.net.", "ns1.example.net."}, true},
      {{https, "1 . alpn=h2", "."}, true},
      {{svcb, "1 svc.example.com. port=1", "svc.example.com."}, true},
      {{https, "0 svc.example.com.", "svc.example.com."}, true},
      {{naptr, "1 2 \"s\" \"x\" \"\" _sip.example.com.", "_sip.example.com."}, true},
      {{naptr, "1 2 \"u\" \"x\" \"!a!b!\" .", ""}, false},
      {{txt, "points nowhere.", ""}, false},
      {{a, "192.0.2.1", ""}, false},
      {{caa, "0 issue \"a.\"", ""}, false},
      {{mx, "", ""}, false},
      {{svcb, "", ""}, false},
  };
  for (const auto& [c, has_target] : cases) {
    const auto target = target_of(c.type, c.written);
    ASSERT_EQ(target.has_value(), has_target) << c.written;
    if (target) {
      EXPECT_EQ(target->text(), c.canonical);
    }
  }
}

TEST(Rdata, OfEveryExampleIsValid) {
  for (const auto name : known_types()) {
    const auto type = *find_record_type(name);
    std::string example(example_of(type));
    const auto place = example.find('(');
    if (place != std::string::npos) {
      const bool hex = example.find("hexadecimal") != std::string::npos;
      example = example.substr(0, place) + (hex ? std::string(kSha256) : "YWJj");
    }
    const auto read = canonical_rdata(type, example, zone(), TargetRule::manifest);
    EXPECT_TRUE(read) << name << ' ' << example << ": " << read.error().message;
  }
}

TEST(Rdata, OfAPlaceThatTheWireCanHoldAndNobodyCanReachIsATextAllTheSame) {
  EXPECT_EQ(Loc{.latitude_ms = std::numeric_limits<std::int32_t>::min()}.text(),
            "596 31 23.648 S 0 0 0.000 E 0.00m 1.00m 10000.00m 10.00m");
}

TEST(Rdata, IsAvailableInParts) {
  const auto null_mx = Mx::parse("0 .", zone(), TargetRule::manifest);
  EXPECT_TRUE(null_mx->is_null());
  const auto service = Srv::parse("1 2 3 mail", zone(), TargetRule::manifest);
  EXPECT_EQ(service->port, 3);
  EXPECT_EQ(service->target.text(), "mail.example.com.");
  const auto binding = Svcb::parse("1 . alpn=h2 port=443", zone(), TargetRule::manifest);
  ASSERT_EQ(binding->params.size(), 2U);
  EXPECT_EQ(binding->params[1].key, 3);
  EXPECT_EQ(binding->params[1].value, "443");
}

}  // namespace
}  // namespace plumb::values
