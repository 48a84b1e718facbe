#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/stories.h"

namespace plumb::test {
namespace {

/// One record set that takes one value after the other, then two at once, then goes.
Story one_by_one(const std::string& type,
                 const std::string& owner,
                 const std::vector<std::string>& values) {
  Story story{type, {}};
  for (const auto& value : values) {
    story.steps.push_back({value, {{owner, type, 300, {value}}}});
  }
  story.steps.push_back({"two", {{owner, type, 300, {values.front(), values.back()}}}});
  story.steps.push_back({"gone", {{"www", "A", 300, {"192.0.2.1"}}}});
  return story;
}

const std::string kSha1(40, 'a');
const std::string kSha256 = std::string(32, 'b') + std::string(32, '0');

std::vector<Story> service_stories() {
  return {
      one_by_one("SRV",
                 "_imap._tcp",
                 {"5 6 7 foo.example.net.",
                  "4 6 7 foo.example.net.",
                  "4 5 7 foo.example.net.",
                  "4 5 6 foo.example.net.",
                  "4 5 6 bar.example.net.",
                  "0 0 0 .",
                  "65535 65535 65535 mail"}),
      one_by_one("SVCB",
                 "_dns.resolver",
                 {"1 svc.example.net. port=8853",
                  "2 svc.example.net. port=8853",
                  "2 svc2.example.net. port=8854",
                  "2 . alpn=h2,h3 port=443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1"}),
      one_by_one("HTTPS",
                 "web",
                 {"1 . alpn=h3,h2",
                  "1 . alpn=h2",
                  "1 . no-default-alpn alpn=h2 port=8443",
                  "2 web.example.net.",
                  "1 . mandatory=alpn alpn=h2 ech=AEn+DQBFKwAgACABWIHUGj4u"}),
      one_by_one("URI",
                 "_ftp._tcp",
                 {"10 1 \"ftp://ftp.example.net/public\"",
                  "20 1 \"ftp://ftp.example.net/public\"",
                  "20 2 \"https://example.net/?q=a;b&c=%20\""}),
      one_by_one("NAPTR",
                 "naptr",
                 {"100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:a@example.net!\" .",
                  "101 10 \"U\" \"E2U+sip\" \"!^.*$!sip:a@example.net!\" .",
                  "101 11 \"U\" \"E2U+sip\" \"!^.*$!sip:a@example.net!\" .",
                  "101 11 \"S\" \"SIP+D2U\" \"\" _sip._udp.example.net."}),
      {"SRVThree",
       {{"three",
         {{"_sip._tcp",
           "SRV",
           300,
           {"1 1 1 a.example.net.", "2 2 2 b.example.net.", "3 3 3 c.example.net."}}}},
        {"the middle one goes",
         {{"_sip._tcp", "SRV", 300, {"1 1 1 a.example.net.", "3 3 3 c.example.net."}}}},
        {"TTL", {{"_sip._tcp", "SRV", 400, {"1 1 1 a.example.net.", "3 3 3 c.example.net."}}}}}},
  };
}

std::vector<Story> security_stories() {
  return {
      one_by_one("CAA",
                 "@",
                 {"0 issue \"letsencrypt.org\"",
                  "128 issue \"letsencrypt.org\"",
                  "128 issuewild \"letsencrypt.org\"",
                  "0 iodef \"mailto:security@example.net\"",
                  "0 issue \";\"",
                  "0 issue \"letsencrypt.org; validationmethods=dns-01; accounturi=https://x/1\""}),
      one_by_one("TLSA",
                 "_25._tcp.mx",
                 {"3 1 1 " + kSha256,
                  "2 1 1 " + kSha256,
                  "2 0 1 " + kSha256,
                  "2 0 1 " + std::string(64, 'C'),
                  "3 1 2 " + std::string(128, 'd')}),
      one_by_one("SMIMEA", "abc._smimecert", {"3 1 1 " + kSha256, "3 0 1 " + kSha256}),
      one_by_one(
          "SSHFP", "host", {"4 1 " + kSha1, "1 1 " + kSha1, "1 2 " + kSha256, "4 2 " + kSha256}),
      one_by_one("OPENPGPKEY", "abc._openpgpkey", {"AQIDBAU=", "AQIDBAUGBwgJ"}),
      {"DS",
       {{"with its NS",
         {{"child", "NS", 300, {"ns1.example.net."}}, {"child", "DS", 300, {"1 13 2 " + kSha256}}}},
        {"key tag",
         {{"child", "NS", 300, {"ns1.example.net."}}, {"child", "DS", 300, {"2 13 2 " + kSha256}}}},
        {"upper case is no change",
         {{"child", "NS", 300, {"ns1.example.net."}},
          {"child", "DS", 300, {"2 13 2 " + std::string(32, 'B') + std::string(32, '0')}}},
         {},
         true},
        {"digest type",
         {{"child", "NS", 300, {"ns1.example.net."}}, {"child", "DS", 300, {"2 8 1 " + kSha1}}}}}},
      one_by_one("LOC",
                 "here",
                 {"52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
                  "52 22 23.000 S 4 53 32.000 W 10.00m 1m 10000m 10m"}),
  };
}

}  // namespace

std::vector<Story> typed_stories() {
  auto all = service_stories();
  for (auto& story : security_stories()) {
    all.push_back(std::move(story));
  }
  return all;
}

}  // namespace plumb::test
