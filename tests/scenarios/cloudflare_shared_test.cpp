// What others have and do at Cloudflare is left alone, and told.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/at_cloudflare.h"

namespace plumb::test {
namespace {

using Json = Cloudflare::Json;

class OthersAtCloudflare : public AtCloudflare {
 protected:
  void declare(const std::string& text, int ttl) const {
    project_.domain("one.example",
                    {"{name: t, type: TXT, value: " + text + ", ttl: " + std::to_string(ttl) + "}"},
                    "ownership: shared");
  }
  /// TTL by content of what is at t.
  std::map<std::string, int> texts() const {
    std::map<std::string, int> all;
    for (const auto& record : vendor_.records("one.example", "t.one.example", "TXT")) {
      all[record["content"].get<std::string>()] = record["ttl"].get<int>();
    }
    return all;
  }
  void they_have(const std::string& content, int ttl) {
    there("t.one.example", content, {{"type", "TXT"}, {"ttl", ttl}});
  }

  using Texts = std::map<std::string, int>;
};

TEST_F(OthersAtCloudflare, TheirTextKeepsItsTtlAndItsSpellingBesideOurs) {
  for (const int theirs : {60, 300, 3600}) {
    vendor_.make_zone("one.example");
    they_have("theirs", theirs);
    declare("ours", 300);
    apply();
    EXPECT_EQ(texts(), (Texts{{"theirs", theirs}, {"\"ours\"", 300}})) << theirs;
    expect_in_plumb();
    declare("new", 300);
    apply();
    EXPECT_EQ(texts(), (Texts{{"theirs", theirs}, {"\"new\"", 300}})) << theirs;
    expect_in_plumb();
    declare("new", 600);
    apply();
    EXPECT_EQ(texts(), (Texts{{"theirs", theirs}, {"\"new\"", 600}})) << theirs;
    expect_in_plumb();
    project_.domain("one.example", {a("w", "192.0.2.1")}, "ownership: shared");
    apply();
    EXPECT_EQ(texts(), (Texts{{"theirs", theirs}})) << theirs;
    vendor_.drop_zone("one.example");
    plumb({"forget", "--yes", "Domain/one.example"});
  }
}

TEST_F(OthersAtCloudflare, ATextThatTwoOfThemWroteStaysTwoRecords) {
  they_have("tok", 300);
  they_have("\"tok\"", 120);
  declare("ours", 300);
  apply();
  EXPECT_EQ(texts(), (Texts{{"tok", 300}, {"\"tok\"", 120}, {"\"ours\"", 300}}));
  declare("new", 900);
  apply();
  EXPECT_EQ(texts(), (Texts{{"tok", 300}, {"\"tok\"", 120}, {"\"new\"", 900}}));
  expect_in_plumb();
}

TEST_F(OthersAtCloudflare, AListingOfZonesThatIsCutOffIsNotBelieved) {
  for (int i = 1; i <= 6; ++i) {
    const auto zone = "z" + std::to_string(i) + ".example";
    vendor_.make_zone(zone);
    project_.domain(zone, hosts(3));
  }
  for (const std::size_t listed : {0U, 5U}) {
    vendor_.cut_zones(listed);
    const auto plan = plumb({"plan"});
    EXPECT_NE(plan.code, 0) << plan.all();
    EXPECT_FALSE(plan.says("new zone")) << plan.all();
    EXPECT_TRUE(plan.says("not all listed")) << plan.all();
    EXPECT_NE(plumb({"apply", "--yes"}).code, 0);
    EXPECT_TRUE(vendor_.writes().empty());
  }
}

TEST_F(OthersAtCloudflare, ATtlThatWasRaisedForOneValueIsTold) {
  project_.domain("one.example",
                  {"{name: \"@\", type: A, values: [192.0.2.1, 192.0.2.2], ttl: 300}",
                   "{name: b, type: A, value: 192.0.2.3, ttl: 300}"});
  apply();
  EXPECT_FALSE(plumb({"drift"}).says("several TTLs"));
  vendor_.erase("one.example", "one.example", "A");
  there("one.example", "192.0.2.1", {{"ttl", 86400}});
  there("one.example", "192.0.2.2");
  for (const auto* word : {"plan", "drift"}) {
    const auto ran = plumb({word});
    EXPECT_TRUE(ran.says("@ A has several TTLs in one set")) << ran.all();
  }
}

TEST_F(OthersAtCloudflare, NameServersThatAreDeclaredAndNotTheZonesAreTold) {
  project_.domain("one.example", hosts(1));
  project_.domain("sub.one.example",
                  hosts(2),
                  "delegate: true, nameServers: [ns1.wrong.example., ns2.wrong.example.]");
  apply();
  const auto plan = plumb({"plan"});
  EXPECT_TRUE(
      plan.says("its name servers are bob.ns.cloudflare.com., lola.ns.cloudflare.com., and "
                "dns.nameServers says ns1.wrong.example., ns2.wrong.example."))
      << plan.all();
  project_.domain("sub.one.example",
                  hosts(2),
                  "delegate: true, nameServers: [lola.ns.cloudflare.com., bob.ns.cloudflare.com.]");
  apply();
  EXPECT_FALSE(plumb({"plan"}).says("its name servers are"));
}

TEST_F(OthersAtCloudflare, WhatStandsInTheWayOfARecordIsNamedInsteadOfAskingForAnotherPlan) {
  there("one.example", "elsewhere.example.net", {{"type", "CNAME"}});
  project_.domain("one.example", {a("@", "192.0.2.1")}, "ownership: shared");
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("something else stands at this name")) << ran.all();
  EXPECT_FALSE(ran.says("plan again")) << ran.all();
}

TEST_F(OthersAtCloudflare, AMailHostIsNotBehindAnyProvidersProxy) {
  project_.write("providers/zones.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: zones}\nspec:\n"
                 "  type: zonefile\n  directory: zones\n");
  for (const auto* order : {"[files, zones]", "[zones, files]"}) {
    project_.domain("one.example",
                    {"{name: mx1, type: A, value: 192.0.2.1, at: {files: {proxied: true}}}",
                     "{name: \"@\", type: MX, value: 10 mx1}"});
    project_.replace("domains/one.example.yaml", "[files]", order);
    const auto ran = plumb({"validate"});
    EXPECT_NE(ran.code, 0) << order << ran.all();
    EXPECT_TRUE(ran.says("mx-target-proxied")) << order << ran.all();
    project_.domain(
        "one.example",
        {"{name: mx1, type: A, value: 192.0.2.1}", "{name: \"@\", type: MX, value: 10 mx1}"});
    project_.replace("domains/one.example.yaml", "[files]", order);
    const auto plain = plumb({"validate"});
    EXPECT_EQ(plain.code, 0) << order << plain.all();
  }
}

}  // namespace
}  // namespace plumb::test
