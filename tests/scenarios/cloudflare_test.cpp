// The same promises at Cloudflare, and those that its API makes necessary.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/at_cloudflare.h"
#include "tests/support/cli.h"
#include "tests/support/nsd.h"
#include "tests/support/unbound.h"

namespace plumb::test {
namespace {

using Json = Cloudflare::Json;

TEST_F(AtCloudflare, PlanApplyPlanDriftAndHeal) {
  auto records = hosts(6);
  records.emplace_back(R"({name: t, type: TXT, value: 'a"b\c;d'})");
  records.emplace_back("{name: \"@\", type: MX, value: 10 h1}");
  records.emplace_back("{name: _imap._tcp, type: SRV, value: 0 1 143 h1}");
  records.emplace_back("{name: \"@\", type: CAA, value: '0 issue \"ca.example\"'}");
  project_.domain("one.example", records);
  const auto plan = plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(plan.code, 2) << plan.all();
  EXPECT_TRUE(vendor_.writes().empty()) << "a plan only reads";
  apply();
  EXPECT_EQ(vendor_.writes().size(), 2U) << "the zone, and all of its records";
  expect_in_plumb();
  EXPECT_EQ(one("t.one.example", "TXT")["content"], R"("a\"b\\c;d")");
  EXPECT_EQ(one("h1.one.example", "A")["comment"], "plumb:acme/default");
  vendor_.edit("one.example", "h1.one.example", "A", {{"content", "203.0.113.1"}});
  const auto drift = plumb({"drift"});
  EXPECT_EQ(drift.code, 2) << drift.all();
  EXPECT_TRUE(drift.says("203.0.113.1")) << drift.out;
  apply();
  EXPECT_EQ(plumb({"drift"}).code, 0);
  EXPECT_EQ(one("h1.one.example", "A")["content"], "192.0.2.1");
  expect_in_plumb();
}

TEST_F(AtCloudflare, TextThatPeopleWroteWithoutQuotesIsTheSameText) {
  project_.domain("one.example", {"{name: t, type: TXT, value: v=spf1 mx -all}"});
  apply();
  vendor_.edit("one.example", "t.one.example", "TXT", {{"content", "v=spf1 mx -all"}});
  expect_in_plumb();
  vendor_.edit("one.example", "t.one.example", "TXT", {{"content", "\"v=spf1 \" \"mx -all\""}});
  expect_in_plumb();
}

TEST_F(AtCloudflare, TheProxyIsDeclaredAndItsTtlIsNobodysBusiness) {
  project_.domain("one.example",
                  {"{name: web, type: A, value: 192.0.2.1, ttl: 300, at: {files: {proxied: true}}}",
                   "{name: mx, type: A, value: 192.0.2.2, ttl: 300}",
                   "{name: auto, type: A, value: 192.0.2.3, ttl: 1}"});
  apply();
  EXPECT_EQ(one("web.one.example", "A")["proxied"], true);
  EXPECT_EQ(one("web.one.example", "A")["ttl"], 1);
  EXPECT_EQ(one("mx.one.example", "A")["proxied"], false);
  EXPECT_EQ(one("auto.one.example", "A")["ttl"], 1);
  expect_in_plumb();
  // Somebody clicks the orange cloud for the mail server.
  vendor_.edit("one.example", "mx.one.example", "A", {{"proxied", true}, {"ttl", 1}});
  const auto drift = plumb({"drift"});
  EXPECT_EQ(drift.code, 2) << drift.all();
  EXPECT_TRUE(drift.says("{proxied: true} → {proxied: false}")) << drift.out;
  apply();
  EXPECT_EQ(one("mx.one.example", "A")["proxied"], false);
  EXPECT_EQ(one("mx.one.example", "A")["ttl"], 300);
  expect_in_plumb();
  project_.domain("one.example",
                  {"{name: web, type: TXT, value: x, at: {files: {proxied: true}}}"});
  const auto refused = plumb({"validate"});
  EXPECT_NE(refused.code, 0);
  EXPECT_TRUE(refused.says("A, AAAA and CNAME")) << refused.all();
}

TEST_F(AtCloudflare, VerifyLeavesToTheVendorWhatTheVendorDecides) {
  project_.domain("one.example",
                  {"{name: web, type: A, value: 192.0.2.1, at: {files: {proxied: true}}}",
                   "{name: auto, type: A, value: 192.0.2.3, ttl: 1}",
                   "{name: mx, type: A, value: 192.0.2.2, ttl: 300}"});
  ASSERT_EQ(plumb({"apply", "--yes", "--no-verify"}).code, 0);
  const TempDir zones;
  zones.write("one.example.zone",
              "$ORIGIN one.example.\n$TTL 300\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\n"
              "ns A 127.0.0.1\nweb A 104.16.0.1\nauto A 192.0.2.3\nmx A 192.0.2.2\n");
  const auto nsd = Nsd::start(zones.path(), {"one.example"});
  ASSERT_TRUE(nsd) << nsd.error().message;
  const auto unbound = Unbound::start({{"one.example", {(*nsd)->port()}}});
  ASSERT_TRUE(unbound) << unbound.error().message;
  project_.append("providers/files.yaml",
                  "  verify: {servers: [\"127.0.0.1:" + std::to_string((*nsd)->port()) + "\"]}\n");
  project_.append("plumb.yaml", "  resolvers: [\"" + (*unbound)->address() + "\"]\n");
  const auto ran = plumb({"verify"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("served by 1 of 1")) << ran.all();
  EXPECT_FALSE(ran.says("104.16.0.1")) << ran.all();
}

TEST_F(AtCloudflare, AMailHostIsNotPutBehindTheProxy) {
  const std::string host = "{name: mx1, type: A, value: 192.0.2.1, at: {files: {proxied: true}}}";
  project_.domain("one.example", {host, "{name: \"@\", type: MX, value: 10 mx1}"});
  const auto ran = plumb({"validate"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("mx-target-proxied")) << ran.all();
  project_.domain("one.example", {host, "{name: \"@\", type: MX, value: 10 mx.vendor.example.}"});
  EXPECT_EQ(plumb({"validate"}).code, 0);
}

/// What the registrar, or the zone above, must be told, is shown, and can be declared.
TEST_F(AtCloudflare, NameServersAreShownAndGoToTheZoneAbove) {
  project_.domain("one.example", hosts(3));
  project_.domain("sub.one.example",
                  hosts(2),
                  "delegate: true, nameServers: [lola.ns.cloudflare.com., bob.ns.cloudflare.com.]");
  apply();
  const auto shown = plumb({"show", "one.example"});
  EXPECT_TRUE(shown.says("nameServers: bob.ns.cloudflare.com., lola.ns.cloudflare.com."))
      << shown.all();
  const auto json = Json::parse(plumb({"show", "one.example", "-o", "json"}).out);
  const auto& objects = json["objects"];
  EXPECT_TRUE(std::any_of(objects.begin(), objects.end(), [](const Json& object) {
    return object["kind"] == "Zone" && object["outputs"].value("nameServers", Json()).size() == 2;
  })) << json;
  EXPECT_EQ(vendor_.records("one.example", "sub.one.example", "NS").size(), 2U);
  EXPECT_TRUE(vendor_.records("sub.one.example", "sub.one.example", "NS").empty());
  expect_in_plumb();
}

TEST_F(AtCloudflare, AZoneOfAnInternationalNameIsAZoneLikeOthers) {
  vendor_.spell("xn--bcher-kva.example",
                "b\xC3\xBC"
                "cher.example");
  project_.domain("xn--bcher-kva.example", hosts(3));
  apply();
  EXPECT_EQ(vendor_.records("xn--bcher-kva.example").size(), 3U);
  expect_in_plumb();
}

TEST_F(AtCloudflare, AZoneThatIsTakenOverIsItsNewOwners) {
  project_.domain("one.example", hosts(4));
  apply();
  const Project other{"  drift: heal\n"};
  other.replace("plumb.yaml", "acme", "beta");
  other.write("providers/files.yaml", project_.read("providers/files.yaml"));
  other.domain("one.example", hosts(4));
  const auto run = [&](const std::vector<std::string>& words) {
    return other.plumb(words, {.environment = {{"TOKEN", std::string(Cloudflare::kToken)}}});
  };
  const auto refused = run({"plan"});
  EXPECT_EQ(refused.code, 3) << refused.all();
  const auto consent = between(refused.out, "--consent '", "'");
  const auto taken = run({"adopt", "--exclusive", "--yes", "one.example", "--consent", consent});
  EXPECT_EQ(taken.code, 0) << taken.all();
  for (const auto& record : vendor_.records("one.example")) {
    EXPECT_EQ(record["comment"], "plumb:beta/default");
  }
  EXPECT_EQ(run({"apply", "--yes"}).code, 0);
  EXPECT_EQ(run({"plan", "--detailed-exitcode"}).code, 0);
  project_.domain("one.example", hosts(5));
  const auto before = plumb({"apply", "--yes"});
  EXPECT_EQ(before.code, 3) << before.all();
}

TEST_F(AtCloudflare, OneZoneWithoutPermissionDoesNotHideTheOthers) {
  for (const auto* zone : {"one.example", "two.example", "three.example"}) {
    project_.domain(zone, hosts(2));
  }
  apply();
  vendor_.forbid("one.example");
  const auto ran = plumb({"plan"});
  EXPECT_TRUE(ran.says("DNS: Edit") || ran.says("may not")) << ran.all();
  EXPECT_FALSE(ran.says("not asked")) << ran.all();
}

TEST_F(AtCloudflare, ManyChangesGoInBatchesOf200) {
  project_.domain("one.example", hosts(450));
  apply();
  EXPECT_EQ(vendor_.records("one.example").size(), 450U);
  EXPECT_EQ(vendor_.writes().size(), 1U + 3U);
  vendor_.forget_requests();
  expect_in_plumb();
  const auto asked = vendor_.requests();
  EXPECT_EQ(std::count_if(asked.begin(),
                          asked.end(),
                          [](const auto& seen) {
                            return seen.target.find("dns_records") != std::string::npos;
                          }),
            1)
      << "one listing";
}

TEST_F(AtCloudflare, ImportedZonesAreInPlumbAtOnce) {
  vendor_.make_zone("one.example");
  const auto put = [&](const char* name, const char* type, const char* content, Json more = {}) {
    Json record = {{"name", name}, {"type", type}, {"content", content}, {"ttl", 300}};
    if (more.is_object()) {
      record.update(more);
    }
    vendor_.put("one.example", record);
  };
  put("one.example", "A", "192.0.2.1");
  put("www.one.example", "CNAME", "one.example", {{"proxied", true}, {"ttl", 1}});
  put("one.example", "MX", "mx1.vendor.example", {{"priority", 10}});
  put("one.example", "TXT", "v=spf1 include:spf.vendor.example -all");
  put("one.example", "TXT", "\"token=1\"", {{"ttl", 1}});
  put("auto.one.example", "AAAA", "2001:db8::1", {{"ttl", 1}});
  put("_sip._tcp.one.example",
      "SRV",
      "1\t5060\tsip.vendor.example",
      {{"priority", 5},
       {"data",
        {{"priority", 5}, {"weight", 1}, {"port", 5060}, {"target", "sip.vendor.example"}}}});
  put("c.one.example", "CERT", "1 2 3 AAAA");
  const auto ran = plumb({"import", "files"});
  ASSERT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(vendor_.writes().empty());
  EXPECT_TRUE(ran.says("CERT")) << "what is left is told: " << ran.all();
  EXPECT_TRUE(ran.says("several TTLs  one.example: @ TXT")) << ran.all();
  const auto manifest = project_.read("domains/one.example.yaml");
  EXPECT_NE(manifest.find("proxied: true"), std::string::npos) << manifest;
  EXPECT_EQ(manifest.find("{}"), std::string::npos) << manifest;
  expect_in_plumb();
}

TEST_F(AtCloudflare, SeveralTtlsInOneSetAreImportedAsTheLowestAndEvenedOutByTheNextChange) {
  vendor_.make_zone("one.example");
  for (const auto& [content, ttl] : std::map<std::string, int>{{"a", 120}, {"b", 3600}, {"c", 1}}) {
    vendor_.put("one.example",
                {{"name", "t.one.example"}, {"type", "TXT"}, {"content", content}, {"ttl", ttl}});
  }
  const auto ran = plumb({"import", "files"});
  ASSERT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("several TTLs  one.example: t TXT")) << ran.all();
  expect_in_plumb();
  const auto manifest = project_.read("domains/one.example.yaml");
  EXPECT_NE(manifest.find("120"), std::string::npos) << manifest;
  // Somebody makes the lowest of them lower: that is what the world sees of the set.
  vendor_.erase("one.example", "t.one.example", "TXT");
  for (const auto& [content, ttl] : std::map<std::string, int>{{"a", 60}, {"b", 3600}, {"c", 1}}) {
    vendor_.put("one.example",
                {{"name", "t.one.example"}, {"type", "TXT"}, {"content", content}, {"ttl", ttl}});
  }
  EXPECT_TRUE(plumb({"drift"}).says("ttl"));
  apply();
  for (const auto& record : vendor_.records("one.example")) {
    EXPECT_EQ(record["ttl"], 120) << record["content"];
  }
  expect_in_plumb();
}

TEST_F(AtCloudflare, AWrongTokenIsOneErrorAndNothingIsEmpty) {
  project_.domain("one.example", hosts(6));
  apply();
  const auto before = vendor_.records("one.example");
  const auto ran = plumb({"apply", "--yes"}, "not-the-right-token");
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("auth.token")) << ran.all();
  EXPECT_TRUE(ran.says("cf-ray")) << ran.all();
  EXPECT_EQ(vendor_.records("one.example"), before);
  expect_in_plumb();
}

TEST_F(AtCloudflare, TooManyRequestsAreWaitedFor) {
  project_.domain("one.example", hosts(3));
  vendor_.answer(429, R"({"success":false,"errors":[{"code":971,"message":"slow"}]})", false, "0");
  vendor_.answer(429, R"({"success":false,"errors":[{"code":971,"message":"slow"}]})", true, "0");
  apply();
  expect_in_plumb();
}

TEST_F(AtCloudflare, A200ThatSaysFailureChangesNothingAndIsTold) {
  project_.domain("one.example", hosts(3));
  apply();
  project_.domain("one.example", hosts(4));
  vendor_.answer(200,
                 R"({"success":false,"errors":[{"code":1004,"message":"DNS Validation Error",)"
                 R"("error_chain":[{"code":9999,"message":"not today"}]}],"result":null})",
                 true);
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("9999 not today")) << ran.all();
  EXPECT_EQ(vendor_.records("one.example").size(), 3U);
  apply();
  EXPECT_EQ(vendor_.records("one.example").size(), 4U);
  expect_in_plumb();
}

TEST_F(AtCloudflare, AnAnswerThatIsLostIsLookedForAndNothingIsDoneTwice) {
  project_.domain("one.example", hosts(3));
  apply();
  project_.domain("one.example", hosts(5));
  vendor_.lose_answer();
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(vendor_.records("one.example").size(), 5U);
  expect_in_plumb();
}

TEST_F(AtCloudflare, OneBadRecordDoesNotBlockTheRest) {
  auto records = hosts(8);
  // Only a zone of an Enterprise plan takes this TTL, which is not known before it is tried.
  records.emplace_back("{name: quick, type: A, value: 192.0.2.1, ttl: 30}");
  project_.domain("one.example", records);
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("Invalid TTL")) << ran.all();
  const auto again = plumb({"apply", "--yes"});
  EXPECT_EQ(vendor_.records("one.example").size(), 8U) << again.all();
}

TEST_F(AtCloudflare, ForeignValuesAndCommentsSurviveInASharedZone) {
  vendor_.make_zone("one.example");
  vendor_.put("one.example",
              {{"name", "one.example"},
               {"type", "TXT"},
               {"content", "theirs"},
               {"ttl", 300},
               {"comment", "ask Jane"}});
  project_.domain("one.example", {"{name: \"@\", type: TXT, value: ours, ttl: 300}"}, "");
  apply();
  project_.domain("one.example", {"{name: \"@\", type: TXT, value: new, ttl: 300}"}, "");
  apply();
  std::set<std::string> texts;
  for (const auto& record : vendor_.records("one.example")) {
    texts.insert(record["content"].get<std::string>());
    EXPECT_EQ(record["comment"], record["content"] == "theirs" ? Json("ask Jane") : Json(nullptr))
        << "a shared zone is nobody's";
  }
  EXPECT_EQ(texts, (std::set<std::string>{"\"new\"", "theirs"}));
  expect_in_plumb();
}

TEST_F(AtCloudflare, AZoneThatVanishedIsSuspect) {
  project_.domain("one.example", hosts(6));
  apply();
  vendor_.drop_zone("one.example");
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_FALSE(vendor_.has_zone("one.example"));
}

TEST(CloudflareExample, IsSound) {
  const Project project;
  for (const auto* file : {"plumb.yaml", "providers.yaml", "domains/example.com.yaml"}) {
    std::ifstream in(std::string(PLUMB_SOURCE_DIR "/examples/cloudflare/") + file);
    project.write(file, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 0) << ran.all();
}

TEST_F(AtCloudflare, AnotherProjectsZoneIsLeftAlone) {
  vendor_.make_zone("one.example");
  vendor_.put("one.example",
              {{"name", "x.one.example"},
               {"type", "A"},
               {"content", "192.0.2.9"},
               {"comment", "plumb:other/prod"}});
  project_.domain("one.example", hosts(3));
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("plumb:other/prod")) << ran.all();
  EXPECT_EQ(vendor_.records("one.example").size(), 1U);
}

}  // namespace
}  // namespace plumb::test
