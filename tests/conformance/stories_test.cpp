// The stories themselves: plain data, gathered by theme.

#include "tests/conformance/stories.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/conformance.h"

namespace plumb::test {
namespace {

using All = std::vector<Records>;

std::vector<Story> simple_stories() {
  const Records a{"www", "A", 300, {"192.0.2.1"}};
  return {
      {"A",
       {{"create", {a}},
        {"change", {{"www", "A", 300, {"192.0.2.2"}}}},
        {"at the apex", {{"@", "A", 300, {"192.0.2.3"}}, a}},
        {"delete", {a}},
        {"delete the last", {}},
        {"create again", {a}}}},
      {"AAAA",
       {{"create", {{"www", "AAAA", 300, {"2001:DB8:0:0::0001"}}}},
        {"another spelling", {{"www", "AAAA", 300, {"2001:db8::1"}}}, {}, true},
        {"change", {{"www", "AAAA", 300, {"2001:db8::2", "2001:db8:0:1::"}}}},
        {"delete", {a}}}},
      {"CNAME",
       {{"create", {{"mail", "CNAME", 300, {"host.example.net."}}}},
        {"change", {{"mail", "CNAME", 300, {"other.example.net."}}}},
        {"single label", {{"mail", "CNAME", 300, {"www"}}, a}},
        {"the zone itself", {{"mail", "CNAME", 300, {"@"}}}}}},
      {"MX",
       {{"create", {{"sub", "MX", 300, {"10 mx1.example.net."}}}},
        {"preference", {{"sub", "MX", 300, {"20 mx1.example.net."}}}},
        {"target", {{"sub", "MX", 300, {"20 mx2.example.net."}}}},
        {"at the apex", {{"@", "MX", 300, {"5 mx1", "5 mx2.example.net.", "10 @"}}}},
        {"delete", {a}}}},
      {"NullMX",
       {{"null", {{"sub", "MX", 300, {"0 ."}}}},
        {"real", {{"sub", "MX", 300, {"10 mx1.example.net.", "20 mx2.example.net."}}}},
        {"null again", {{"sub", "MX", 300, {"0 ."}}}},
        {"at the apex", {{"@", "MX", 300, {"0 ."}}}},
        {"real at the apex", {{"@", "MX", 300, {"10 mx1.example.net."}}}},
        {"null at the apex again", {{"@", "MX", 300, {"0 ."}}}}}},
      {"Wildcard",
       {{"beside www", {{"*", "A", 300, {"192.0.2.9"}}, a}},
        {"change", {{"*", "A", 300, {"192.0.2.8"}}, a}},
        {"below", {{"*.sub", "A", 300, {"192.0.2.7"}}, a}},
        {"alone", {{"*.sub", "TXT", 300, {"x"}}}},
        {"delete", {a}}}},
      {"Underscores",
       {{"create",
         {{"_dmarc", "TXT", 300, {"v=DMARC1; p=none"}},
          {"s1._domainkey", "TXT", 300, {"v=DKIM1; p="}},
          {"_25._tcp.mx", "TLSA", 300, {"3 1 1 " + std::string(64, 'a')}}}},
        {"delete one", {{"_dmarc", "TXT", 300, {"v=DMARC1; p=none"}}}}}},
      {"PTR",
       {{"create", {{"4", "PTR", 300, {"foo.example.net."}}}},
        {"change", {{"4", "PTR", 300, {"bar.example.net."}}}}}},
      {"DNAME",
       {{"create", {{"sub", "DNAME", 300, {"example.net."}}}},
        {"change", {{"sub", "DNAME", 300, {"sub.example.net."}}}}}},
      {"EmptyZone", {{"nothing declared", {}}, {"one record", {a}}, {"nothing again", {}}}},
  };
}

std::vector<Story> set_stories() {
  const Records other{"other", "A", 300, {"192.0.2.99"}};
  return {
      {"ManyValues",
       {{"three at once", {{"www", "A", 300, {"192.0.2.1", "192.0.2.2", "192.0.2.3"}}}},
        {"another order", {{"www", "A", 300, {"192.0.2.3", "192.0.2.1", "192.0.2.2"}}}, {}, true},
        {"delete the middle one", {{"www", "A", 300, {"192.0.2.1", "192.0.2.3"}}}},
        {"change one", {{"www", "A", 300, {"192.0.2.1", "192.0.2.4"}}}},
        {"add one", {{"www", "A", 300, {"192.0.2.1", "192.0.2.4", "192.0.2.5"}}}},
        {"one is left", {{"www", "A", 300, {"192.0.2.4"}}}}}},
      {"ManyTypesAtOneName",
       {{"at once",
         {{"www", "A", 300, {"192.0.2.1"}},
          {"www", "AAAA", 300, {"2001:db8::1"}},
          {"www", "TXT", 300, {"one", "two"}},
          {"www", "MX", 300, {"10 mx1.example.net."}}}},
        {"one changes",
         {{"www", "A", 300, {"192.0.2.1"}},
          {"www", "AAAA", 300, {"2001:db8::2"}},
          {"www", "TXT", 300, {"one", "two"}},
          {"www", "MX", 300, {"10 mx1.example.net."}}}},
        {"two go", {{"www", "A", 300, {"192.0.2.1"}}, {"www", "TXT", 300, {"one", "two"}}}},
        {"they come back one by one",
         {{"www", "A", 300, {"192.0.2.1"}},
          {"www", "TXT", 300, {"one"}},
          {"www", "MX", 300, {"10 mx1.example.net."}}}}}},
      {"TTL",
       {{"two sets", {{"www", "A", 300, {"192.0.2.1"}}, other}},
        {"TTL only", {{"www", "A", 600, {"192.0.2.1"}}, other}},
        {"value and TTL", {{"www", "A", 900, {"192.0.2.1", "192.0.2.2"}}, other}},
        {"one day", {{"www", "A", 86400, {"192.0.2.1", "192.0.2.2"}}, other}},
        {"the other one",
         {{"www", "A", 86400, {"192.0.2.1", "192.0.2.2"}}, {"other", "A", 3600, {"192.0.2.99"}}}}}},
      {"TTLNotStated",
       {{"create", {{"www", "A", std::nullopt, {"192.0.2.1"}}}},
        {"state it", {{"www", "A", 420, {"192.0.2.1"}}}},
        {"no longer ours", {{"www", "A", std::nullopt, {"192.0.2.1"}}}, {}, true},
        {"value changes, TTL stays", {{"www", "A", std::nullopt, {"192.0.2.2"}}}}}},
      {"TypeChange",
       {{"A", {{"x", "A", 300, {"192.0.2.1"}}}},
        {"MX", {{"x", "MX", 300, {"10 mx1.example.net."}}}},
        {"A again", {{"x", "A", 300, {"192.0.2.1"}}}}}},
      {"TypeChangeHard",
       {{"CNAME", {{"x", "CNAME", 300, {"a.example.net."}}}},
        {"A", {{"x", "A", 300, {"192.0.2.1"}}}},
        {"CNAME again", {{"x", "CNAME", 300, {"b.example.net."}}}},
        {"several types", {{"x", "A", 300, {"192.0.2.1"}}, {"x", "TXT", 300, {"t"}}}},
        {"CNAME at last", {{"x", "CNAME", 300, {"c.example.net."}}}}}},
      {"Case",
       {{"mixed", {{"WwW", "CNAME", 300, {"Host.EXAMPLE.net."}}, other}},
        {"lower", {{"www", "CNAME", 300, {"host.example.net."}}, other}, {}, true},
        {"with a decoy",
         {{"WWW", "CNAME", 300, {"HOST.example.NET."}}, {"other", "A", 300, {"192.0.2.98"}}}}}},
      {"IDN",
       {{"U-labels",
         {{"ööö", "A", 300, {"192.0.2.1"}},
          {"中文", "A", 300, {"192.0.2.2"}},
          {"alias", "CNAME", 300, {"ööö.企业."}}}},
        {"A-labels",
         {{"xn--ndaaa", "A", 300, {"192.0.2.1"}},
          {"xn--fiq228c", "A", 300, {"192.0.2.2"}},
          {"alias", "CNAME", 300, {"xn--ndaaa.xn--vhquv."}}},
         {},
         true},
        {"change", {{"ööö", "A", 300, {"192.0.2.3"}}}}}},
      {"NS",
       {{"delegate", {{"child", "NS", 300, {"ns1.example.net."}}}},
        {"two", {{"child", "NS", 300, {"ns1.example.net.", "ns2.example.net."}}}},
        {"with DS",
         {{"child", "NS", 300, {"ns1.example.net.", "ns2.example.net."}},
          {"child", "DS", 300, {"1 13 2 " + std::string(64, 'A')}}}},
        {"DS goes", {{"child", "NS", 300, {"ns1.example.net."}}}},
        {"both come and go", {{"www", "A", 300, {"192.0.2.1"}}}}}},
      {"ApexNS",
       {{"declared", {{"@", "NS", 300, {"ns1.example.net.", "ns2.example.net."}}, other}},
        {"changed", {{"@", "NS", 300, {"ns1.example.net.", "ns3.example.net."}}, other}}}},
  };
}

}  // namespace

std::vector<Story> stories() {
  std::vector<Story> all = simple_stories();
  for (auto more : {set_stories(), text_stories(), typed_stories(), crowd_stories()}) {
    for (auto& story : more) {
      all.push_back(std::move(story));
    }
  }
  return all;
}

}  // namespace plumb::test
