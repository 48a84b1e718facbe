// The same promises at DigitalOcean, and those that its API makes necessary.
#include "tests/sandbox/digitalocean.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

using Json = DigitalOcean::Json;

class AtDigitalOcean : public ::testing::Test {
 protected:
  AtDigitalOcean() {
    project_.replace("plumb.yaml", "[providers, domains]", "[providers, profiles, domains]");
    project_.write("profiles/.keep", "");
    project_.write("providers/files.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
                   "  type: digitalocean\n  endpoint: " +
                       vendor_.origin() +
                       "\n  auth: {token: {env: TOKEN}}\n  limits: {requestsPerSecond: 1000}\n");
  }

  Ran plumb(const std::vector<std::string>& words,
            std::string_view token = DigitalOcean::kToken) const {
    auto ran = project_.plumb(words, {.environment = {{"TOKEN", std::string(token)}}});
    EXPECT_FALSE(ran.says(token)) << "a token was shown";
    return ran;
  }
  void apply() const {
    const auto ran = plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 0) << ran.all();
  }
  void expect_in_plumb() const {
    const auto plan = plumb({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.code, 0) << plan.all();
  }
  Json one(const std::string& name, const std::string& type) const {
    const auto all = vendor_.records("one.example", name, type);
    EXPECT_EQ(all.size(), 1U) << name << " " << type;
    return all.empty() ? Json::object() : all.front();
  }
  std::multiset<std::string> texts(const std::string& name) const {
    std::multiset<std::string> out;
    for (const auto& record : vendor_.records("one.example", name, "TXT")) {
      out.insert(record["data"].get<std::string>());
    }
    return out;
  }

  DigitalOcean vendor_;
  const Project project_{"  drift: heal\n"};
};

TEST_F(AtDigitalOcean, PlanApplyPlanDriftAndHeal) {
  auto records = hosts(6);
  records.emplace_back(R"({name: t, type: TXT, value: 'a"b; c=d'})");
  records.emplace_back("{name: \"@\", type: MX, values: [10 h1, \"20 @\"]}");
  records.emplace_back("{name: www, type: CNAME, value: \"@\"}");
  records.emplace_back("{name: _imap._tcp, type: SRV, value: 0 1 143 h1}");
  records.emplace_back("{name: \"@\", type: CAA, value: '0 issue \"ca.example\"'}");
  records.emplace_back("{name: \"@\", type: A, value: 192.0.2.80, ttl: 60}");
  project_.domain("one.example", records);
  const auto plan = plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(plan.code, 2) << plan.all();
  EXPECT_TRUE(vendor_.writes().empty()) << "a plan only reads";
  apply();
  expect_in_plumb();
  EXPECT_EQ(one("t", "TXT")["data"], R"(a"b; c=d)") << "the text itself";
  EXPECT_EQ(one("www", "CNAME")["data"], "@");
  EXPECT_EQ(one("_imap._tcp", "SRV")["data"], "h1.one.example");
  EXPECT_EQ(one("_imap._tcp", "SRV")["priority"], 0);
  EXPECT_EQ(one("@", "CAA")["data"], "ca.example");
  EXPECT_EQ(one("@", "A")["ttl"], 60);
  vendor_.edit("one.example", "h1", "A", {{"data", "203.0.113.1"}});
  vendor_.erase("one.example", "@", "MX");
  const auto drift = plumb({"drift"});
  EXPECT_EQ(drift.code, 2) << drift.all();
  EXPECT_TRUE(drift.says("203.0.113.1")) << drift.out;
  apply();
  EXPECT_EQ(plumb({"drift"}).code, 0);
  EXPECT_EQ(one("h1", "A")["data"], "192.0.2.1");
  EXPECT_EQ(vendor_.records("one.example", "@", "MX").size(), 2U);
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, WhatChangesKeepsItsRecord) {
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, b], ttl: 300}"});
  apply();
  const auto before = vendor_.records("one.example", "t", "TXT");
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, c], ttl: 600}"});
  vendor_.forget_requests();
  apply();
  const auto after = vendor_.records("one.example", "t", "TXT");
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0]["id"], before[0]["id"]);
  EXPECT_EQ(after[1]["id"], before[1]["id"]);
  EXPECT_EQ(after[0]["ttl"], 600);
  EXPECT_EQ(after[1]["ttl"], 600);
  EXPECT_EQ(vendor_.writes().size(), 2U);
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, AnAliasAndWhatItReplacesChangePlaces) {
  project_.domain("one.example", {"{name: www, type: A, values: [192.0.2.1, 192.0.2.2]}"});
  apply();
  project_.domain("one.example", {"{name: www, type: CNAME, value: web.vendor.example.}"});
  apply();
  EXPECT_EQ(one("www", "CNAME")["data"], "web.vendor.example");
  expect_in_plumb();
  project_.domain("one.example", {"{name: www, type: A, value: 192.0.2.1}"});
  apply();
  EXPECT_TRUE(vendor_.records("one.example", "www", "CNAME").empty());
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, ForeignRecordsSurviveInASharedZone) {
  vendor_.make_zone("one.example");
  vendor_.put("one.example", {{"name", "@"}, {"type", "TXT"}, {"data", "theirs"}, {"ttl", 300}});
  vendor_.put("one.example", {{"name", "x"}, {"type", "A"}, {"data", "192.0.2.9"}});
  const auto theirs = vendor_.records("one.example");
  project_.domain("one.example", {"{name: \"@\", type: TXT, value: ours, ttl: 300}"}, "");
  apply();
  project_.domain("one.example", {"{name: \"@\", type: TXT, value: new, ttl: 300}"}, "");
  apply();
  EXPECT_EQ(texts("@"), (std::multiset<std::string>{"new", "theirs"}));
  expect_in_plumb();
  const auto now = vendor_.records("one.example");
  for (const auto& record : theirs) {
    EXPECT_EQ(std::count(now.begin(), now.end(), record), 1) << record;
  }
}

TEST_F(AtDigitalOcean, NameServersAreShownAndMayBeDeclared) {
  project_.domain("one.example",
                  hosts(2),
                  "nameServers: [ns1.digitalocean.com., ns.other.example.], ownership: exclusive");
  apply();
  expect_in_plumb();
  const auto shown = plumb({"show", "one.example"});
  EXPECT_TRUE(shown.says("nameServers: ns.other.example., ns1.digitalocean.com.")) << shown.all();
  EXPECT_EQ(vendor_.records("one.example", "@", "NS").size(), 2U);
}

TEST_F(AtDigitalOcean, ManyRecordsAreReadInPagesOf200) {
  project_.domain("one.example", hosts(450));
  apply();
  EXPECT_EQ(vendor_.records("one.example").size(), 450U);
  vendor_.forget_requests();
  expect_in_plumb();
  EXPECT_EQ(vendor_.requests().size(), 3U) << "454 records";
}

TEST_F(AtDigitalOcean, ImportedZonesAreInPlumbAtOnce) {
  vendor_.make_zone("one.example");
  const auto put = [&](const char* name, const char* type, const char* data, Json more = {}) {
    Json record = {{"name", name}, {"type", type}, {"data", data}, {"ttl", 300}};
    if (more.is_object()) {
      record.update(more);
    }
    vendor_.put("one.example", record);
  };
  put("@", "A", "192.0.2.1");
  put("www", "CNAME", "@");
  put("@", "MX", "mx1.vendor.example", {{"priority", 10}});
  put("@", "TXT", "v=spf1 include:spf.vendor.example -all");
  put("@", "TXT", "token=1", {{"ttl", 1800}});
  put("_sip._tcp", "SRV", "sip.vendor.example", {{"priority", 5}, {"weight", 1}, {"port", 5060}});
  put("@", "CAA", "letsencrypt.org", {{"flags", 0}, {"tag", "issue"}});
  put("c", "CERT", "1 2 3 AAAA");
  const auto ran = plumb({"import", "files"});
  ASSERT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(vendor_.writes().empty());
  EXPECT_TRUE(ran.says("CERT")) << "what is left is told: " << ran.all();
  EXPECT_TRUE(ran.says("several TTLs  one.example: @ TXT")) << ran.all();
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, AWrongTokenIsOneErrorAndNothingIsEmpty) {
  project_.domain("one.example", hosts(6));
  project_.domain("two.example", hosts(6));
  apply();
  const auto before = vendor_.records("one.example");
  vendor_.forget_requests();
  const auto ran = plumb({"apply", "--yes"}, "not-the-right-token");
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("auth.token")) << ran.all();
  EXPECT_TRUE(ran.says("4d9d8375")) << "the vendor's id of the request: " << ran.all();
  EXPECT_EQ(vendor_.records("one.example"), before);
  EXPECT_LE(vendor_.requests().size(), 2U);
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, ATokenThatMayOnlyReadIsTold) {
  project_.domain("one.example", hosts(2));
  apply();
  project_.domain("one.example", hosts(3));
  vendor_.allow_reading_only();
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("domain:update")) << ran.all();
  EXPECT_EQ(vendor_.records("one.example").size(), 2U);
}

TEST_F(AtDigitalOcean, TooManyRequestsAreWaitedFor) {
  project_.domain("one.example", hosts(3));
  const VendorAnswer slow{429,
                          R"({"id":"too_many_requests","message":"slow"})",
                          "application/json",
                          {{"Retry-After", "0"}}};
  vendor_.answer(slow);
  vendor_.answer(slow, Vendor::On::writes);
  apply();
  EXPECT_EQ(vendor_.records("one.example").size(), 3U);
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, AnAnswerThatIsLostIsLookedForAndNothingIsDoneTwice) {
  project_.domain("one.example", {"{name: t, type: TXT, value: a}"});
  vendor_.lose_answer();  // of the zone
  apply();
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, b, c, d]}"}, "");
  vendor_.spare(1, Vendor::On::writes);
  vendor_.lose_answer();  // of the second of three records
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(texts("t"), (std::multiset<std::string>{"a", "b", "c", "d"}));
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, AnAnswerWithoutAResultIsLookedFor) {
  project_.domain("one.example", {"{name: t, type: TXT, value: a}"});
  apply();
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, b]}"});
  vendor_.strip_answer(Vendor::On::writes);
  apply();
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, b, c]}"});
  vendor_.halve_answer(Vendor::On::writes);
  apply();
  EXPECT_EQ(texts("t"), (std::multiset<std::string>{"a", "b", "c"}));
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, b, c, d]}"});
  vendor_.answer_page(502, Vendor::On::writes);
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_FALSE(ran.says("<html")) << ran.all();
  apply();
  EXPECT_EQ(texts("t"), (std::multiset<std::string>{"a", "b", "c", "d"}));
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, OneBadRecordDoesNotBlockTheRest) {
  project_.domain("one.example", hosts(2));
  apply();
  vendor_.refuse_data("192.0.2.4");
  project_.domain("one.example", hosts(8));
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("not to our liking")) << ran.all();
  EXPECT_EQ(vendor_.records("one.example").size(), 7U);
}

TEST_F(AtDigitalOcean, ASetWithABadValueStaysAsItWas) {
  project_.domain("one.example", {"{name: t, type: TXT, values: [a]}"}, "");
  apply();
  vendor_.refuse_data("c");
  project_.domain(
      "one.example",
      {"{name: t, type: TXT, values: [a, b, c]}", "{name: n, type: TXT, values: [b, c]}"},
      "");
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_EQ(texts("t"), (std::multiset<std::string>{"a"}));
  EXPECT_TRUE(texts("n").empty());
  project_.domain("one.example", {"{name: t, type: TXT, values: [a, b]}"}, "");
  apply();
  expect_in_plumb();
}

TEST_F(AtDigitalOcean, ANameThatIsInUseElsewhereIsTold) {
  vendor_.reserve("one.example");
  project_.domain("one.example", hosts(2));
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("another team or account has it")) << ran.all();
}

TEST_F(AtDigitalOcean, AZoneThatVanishedIsSuspect) {
  project_.domain("one.example", hosts(6));
  apply();
  vendor_.drop_zone("one.example");
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_FALSE(vendor_.has_zone("one.example"));
}

TEST_F(AtDigitalOcean, WhatItCannotHoldIsRefusedBeforeAnythingIsSent) {
  const auto refused = [&](const std::string& record, std::string_view why) {
    project_.domain("one.example", {record});
    const auto ran = plumb({"validate"});
    EXPECT_NE(ran.code, 0) << record;
    EXPECT_TRUE(ran.says(why)) << ran.all();
  };
  refused("{name: a, type: TLSA, value: 3 1 1 " + std::string(64, 'a') + "}", "no TLSA records");
  refused("{name: a, type: TXT, value: " + std::string(510, 'k') + "}", "fewer than 512");
  refused("{name: a, type: TXT, value: 'a\\b'}", "backslashes");
  refused("{name: a, type: TXT, value: ''}", "no empty TXT");
  refused("{name: a, type: A, value: 192.0.2.1, ttl: 10}", "30 seconds");
  refused("{name: a, type: A, value: 192.0.2.1, at: {files: {proxied: true}}}", "of its own");
  project_.domain("one.example", {"{name: a, type: TXT, value: " + std::string(410, 'k') + "}"});
  apply();
  expect_in_plumb();
}

TEST(DigitalOceanExample, IsSound) {
  const Project project;
  for (const auto* file : {"plumb.yaml", "providers.yaml", "domains/example.com.yaml"}) {
    std::ifstream in(std::string(PLUMB_SOURCE_DIR "/examples/digitalocean/") + file);
    project.write(file, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 0) << ran.all();
}

}  // namespace
}  // namespace plumb::test
