#include <gtest/gtest.h>

#include "resources/values/rdata.h"

namespace plumb::values {
namespace {

const DomainName& zone() {
  static const DomainName kZone = DomainName::from_canonical("example.com.");
  return kZone;
}

using enum RecordType;

struct Case {
  RecordType type;
  std::string_view written;
  std::string_view message;
};

TEST(RdataErrors, NameTheTypeAndTheField) {
  const Case cases[] = {
      {a, "1.2.3.04", "A value: '1.2.3.04' is not an IPv4 address"},
      {a, "", "A value: '' is not an IPv4 address"},
      {a, "::1", "A value: '::1' is an IPv6 address"},
      {aaaa, "192.0.2.1", "AAAA value: '192.0.2.1' is an IPv4 address"},
      {aaaa, "::ffff:192.0.2.1", "AAAA value '::ffff:192.0.2.1' is an IPv4 address in the form of"},
      {mx, "", "MX preference is missing"},
      {mx, "10", "MX exchange is missing"},
      {mx, "ten mx1", "MX preference must be a number from 0 to 65535, not 'ten'"},
      {mx, "65536 mx1", "MX preference must be a number from 0 to 65535, not '65536'"},
      {mx, "-1 mx1", "MX preference must be a number from 0 to 65535, not '-1'"},
      {mx, "mx1.example.com.", "MX preference must be a number"},
      {mx, "10 mx1 mx2", "MX data has more fields than it should: 'mx2' is left over"},
      {mx, "10 mx1.example.net", "MX exchange: target 'mx1.example.net' is ambiguous"},
      {mx, "10 192.0.2.1", "MX exchange: '192.0.2.1' is an IP address"},
      {mx, "10 .", "MX preference of a null MX must be 0, not 10 (RFC 7505 §3)"},
      {mx, "10 \"mx1\"", "MX exchange: name '\"mx1\"' holds '\"'"},
      {cname, "", "CNAME target is missing"},
      {cname, ".", "CNAME target is the root"},
      {ns, "a b", "NS data has more fields"},
      {srv, "0 1 mail 443", "SRV port must be a number from 0 to 65535, not 'mail'"},
      {srv, "0 1 443", "SRV target is missing"},
      {caa, "256 issue a", "CAA flags must be a number from 0 to 255, not '256'"},
      {caa, "0 iss-ue a", "CAA tag must be up to 15 letters and digits, not 'iss-ue'"},
      {caa, "0 issue", "CAA value is missing"},
      {caa, "0 issue ca.example; a=b", "CAA value has blanks but no quotes"},
      {caa, "0 issue \"open", "CAA value: the string that begins at column 1 has no closing quote"},
      {naptr, "1 2 \"s!\" x \"\" .", "NAPTR flags must be letters and digits, not 's!'"},
      {naptr, "1 2 u x \"!a!b!\" c.", "NAPTR data has both a regexp and a replacement"},
      {uri, "1 2 \"\"", "URI target is empty"},
      {ds, "1 8 2 abcd", "DS digest of type 2 must have 64 hexadecimal digits, not 4"},
      {ds, "1 8 2 xyz", "DS digest must be pairs of hexadecimal digits, not 'xyz'"},
      {ds, "1 FOO 2 ab", "DS algorithm must be a number from 0 to 255, not 'FOO'"},
      {ds, "1 8 2", "DS digest is missing"},
      {sshfp, "1 2 abc", "SSHFP fingerprint must be pairs of hexadecimal digits"},
      {sshfp, "1 1 abcd", "SSHFP fingerprint of type 1 must have 40 hexadecimal digits, not 4"},
      {sshfp, "5 1 abcd", "SSHFP algorithm 5 means nothing"},
      {tlsa, "4 1 1 ab", "TLSA usage 4 means nothing"},
      {tlsa, "3 2 1 ab", "TLSA selector 2 means nothing"},
      {tlsa, "3 1 3 ab", "TLSA matching type 3 means nothing"},
      {tlsa, "3 1 2 ab", "TLSA association data of type 2 must have 128 hexadecimal digits"},
      {smimea, "3 1 1 ab", "SMIMEA association data of type 1 must have 64 hexadecimal digits"},
      {openpgpkey, "", "OPENPGPKEY key is missing"},
      {openpgpkey, "a", "OPENPGPKEY key must be base64"},
      {openpgpkey, "YWI=YWI=", "OPENPGPKEY key must be base64"},
      {openpgpkey, "YWJj=", "OPENPGPKEY key must be base64"},
      {openpgpkey, "YW-j", "OPENPGPKEY key must be base64"},
      {loc, "91 N 0 E 0", "LOC latitude must begin with degrees from 0 to 90, not '91'"},
      {loc, "90 0 0.001 N 0 E 0", "LOC latitude must be degrees"},
      {loc, "1 60 N 0 E 0", "LOC latitude must have minutes and seconds below 60"},
      {loc, "1 0 60 N 0 E 0", "LOC latitude must have minutes and seconds below 60"},
      {loc, "1 0 1.2345 N 0 E 0", "LOC latitude must have minutes and seconds below 60"},
      {loc, "1 E 0 E 0", "LOC latitude must have minutes and seconds"},
      {loc, "1 N 0 E", "LOC altitude is missing"},
      {loc, "1 N 0 E high", "LOC altitude must be metres"},
      {loc, "1 N 0 E -100001m", "LOC altitude must be metres"},
      {loc, "1 N 0 E 0 90000001m", "LOC size must be metres"},
      {https, "1", "HTTPS target is missing"},
      {https, "1 . colour=red", "HTTPS parameter 'colour' is unknown"},
      {https, "1 . key1=x", "HTTPS parameter 'key1' is unknown"},
      {https, "1 . key007=x", "HTTPS parameter 'key007' is unknown"},
      {https, "1 . key65535=x", "HTTPS parameter 'key65535' is unknown"},
      {https, "1 . port=x", "HTTPS parameter port must be a number from 0 to 65535, not 'x'"},
      {https, "1 . port", "HTTPS parameter port must be a number"},
      {https, "1 . alpn=", "HTTPS parameter alpn must list protocols"},
      {https, "1 . alpn=h2,,h3", "HTTPS parameter alpn must list protocols"},
      {https, "1 . alpn=h2 alpn=h3", "HTTPS parameter alpn is given twice"},
      {https, "1 . no-default-alpn", "HTTPS parameter no-default-alpn needs alpn"},
      {https, "1 . alpn=h2 no-default-alpn=x", "HTTPS parameter no-default-alpn takes no value"},
      {https, "1 . ipv4hint=::1", "HTTPS parameter ipv4hint must be a list of addresses"},
      {https, "1 . ipv6hint=", "HTTPS parameter ipv6hint must be a list of addresses"},
      {https, "1 . ech=?", "HTTPS parameter ech must be base64, not '?'"},
      {https, "1 . mandatory=mandatory", "parameter mandatory may not name 'mandatory'"},
      {https,
       "1 . mandatory=alpn,alpn alpn=h2",
       "parameter mandatory must name other keys, each once"},
      {https, "1 . mandatory=port alpn=h2", "parameter mandatory names port, which is not given"},
      {https, "0 . alpn=h2", "HTTPS data has priority 0 and parameters"},
      {svcb, "65536 .", "SVCB priority must be a number from 0 to 65535, not '65536'"},
  };
  for (const auto& c : cases) {
    const auto result = canonical_rdata(c.type, c.written, zone(), TargetRule::manifest);
    ASSERT_FALSE(result) << record_type_name(c.type) << ' ' << c.written << " -> " << *result;
    EXPECT_NE(result.error().message.find(c.message), std::string::npos)
        << c.written << ": " << result.error().message;
    EXPECT_FALSE(result.error().hint.empty()) << c.written;
    EXPECT_FALSE(result.error().message.ends_with('.')) << result.error().message;
  }
}

TEST(RdataErrors, ShowAnExample) {
  const auto result = canonical_rdata(mx, "ten mx1", zone(), TargetRule::manifest);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().hint, "write it as in: 10 mx1.example.com.");
}

TEST(RdataErrors, SpareWhatTheWorldAlreadyHolds) {
  const std::pair<RecordType, std::string_view> cases[] = {{mx, "10 ."},
                                                           {aaaa, "::ffff:192.0.2.1"},
                                                           {cname, "."},
                                                           {tlsa, "9 9 9 ab"},
                                                           {sshfp, "5 3 ab"},
                                                           {https, "0 . alpn=h2"},
                                                           {naptr, "1 2 \"u\" \"x\" \"!a!b!\" c."}};
  for (const auto& [type, text] : cases) {
    const auto seen = canonical_rdata(type, text, zone(), TargetRule::absolute_only);
    ASSERT_TRUE(seen) << text << ": " << seen.error().message;
    EXPECT_EQ(*seen, text);
    EXPECT_FALSE(canonical_rdata(type, text, zone(), TargetRule::manifest)) << text;
  }
}

TEST(RdataErrors, ShortenAndEscapeWhatWasWritten) {
  const auto result =
      canonical_rdata(a, std::string(1000, 'x') + "\x1b[31m", zone(), TargetRule::manifest);
  ASSERT_FALSE(result);
  EXPECT_LT(result.error().message.size(), 150U);
  const auto control = canonical_rdata(a, "\x1b[31m", zone(), TargetRule::manifest);
  ASSERT_FALSE(control);
  EXPECT_EQ(control.error().message, "A value: '\\027[31m' is not an IPv4 address");
}

}  // namespace
}  // namespace plumb::values
