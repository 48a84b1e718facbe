// The same promises against a real PowerDNS.
#include <set>

#include <gtest/gtest.h>

#include "tests/support/cli.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

constexpr std::uint16_t kTxt = 16;

class PowerDns : public ::testing::Test {
 protected:
  PowerDns() {
    project_.write("providers/files.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
                   "  type: powerdns\n  endpoint: " +
                       server_.endpoint() + "\n  auth: {apiKey: {env: KEY}}\n");
  }

  Ran plumb(const std::vector<std::string>& words) const {
    return project_.plumb(words, {.environment = {{"KEY", std::string(PdnsServer::kApiKey)}}});
  }
  void expect_in_plumb() const {
    const auto plan = plumb({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.code, 0) << plan.all();
  }
  /// Replaces a record set behind our back.
  void edit(std::string_view name, std::string_view type, std::string_view content) const {
    const auto answer = server_.call("PATCH",
                                     "/zones/one.example.",
                                     R"({"rrsets":[{"changetype":"REPLACE","ttl":300,"name":")" +
                                         std::string(name) + R"(","type":")" + std::string(type) +
                                         R"(","records":[{"disabled":false,"content":")" +
                                         std::string(content) + "\"}]}]}");
    ASSERT_EQ(answer.status, 204) << answer.body;
  }

  const PdnsServer server_{PdnsServer::Backend::sqlite};
  const Project project_{"  drift: heal\n"};
};

TEST_F(PowerDns, PlanApplyPlanAndDrift) {
  auto records = hosts(6);
  records.emplace_back(R"({name: t, type: TXT, value: 'a"b\c;d'})");
  project_.domain("one.example", records);
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb();
  const auto answers = server_.ask("t.one.example.", kTxt);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(joined_strings(answers.front()), "a\"b\\c;d");
  edit("h1.one.example.", "A", "203.0.113.1");
  const auto drift = plumb({"drift"});
  EXPECT_EQ(drift.code, 2) << drift.all();
  EXPECT_TRUE(drift.says("203.0.113.1")) << drift.out;
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(plumb({"drift"}).code, 0);
  expect_in_plumb();
}

TEST_F(PowerDns, ForeignTextSurvivesInASharedZone) {
  project_.domain(
      "one.example", {"{name: \"@\", type: TXT, value: ours}", a("h1", "192.0.2.1")}, "");
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  edit("one.example.", "TXT", R"(\"ours\""},{"disabled":false,"content":"\"theirs\")");
  project_.domain(
      "one.example", {"{name: \"@\", type: TXT, value: new}", a("h1", "192.0.2.1")}, "");
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  std::set<std::string> texts;
  for (const auto& answer : server_.ask("one.example.", kTxt)) {
    texts.insert(joined_strings(answer));
  }
  EXPECT_EQ(texts, (std::set<std::string>{"new", "theirs"}));
  expect_in_plumb();
}

TEST_F(PowerDns, AWrongKeyIsUnreadNotEmpty) {
  project_.domain("one.example", hosts(6));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  const auto ran = project_.plumb({"apply", "--yes"}, {.environment = {{"KEY", "wrong"}}});
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("one.example")) << ran.all();
  expect_in_plumb();
}

TEST_F(PowerDns, AZoneThatVanishedIsSuspect) {
  project_.domain("one.example", hosts(6));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  ASSERT_EQ(server_.call("DELETE", "/zones/one.example.").status, 204);
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_EQ(server_.call("GET", "/zones/one.example.").status, 404);
}

TEST_F(PowerDns, AZoneIsDeletedOnlyWithAConsentThatNamesIt) {
  project_.domain("one.example", hosts(3));
  project_.domain("two.example", hosts(3));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  project_.remove("domains/one.example.yaml");
  const auto refused = plumb({"apply", "--yes"});
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_EQ(server_.call("GET", "/zones/one.example.").status, 200);
  const auto consent = between(refused.out, "--consent '", "'");
  EXPECT_EQ(plumb({"apply", "--yes", "--consent", consent}).code, 0) << consent;
  EXPECT_EQ(server_.call("GET", "/zones/one.example.").status, 404);
  EXPECT_EQ(server_.call("GET", "/zones/two.example.").status, 200);
}

TEST_F(PowerDns, TypeChangesAndRemovedValuesGoInOneStep) {
  for (const auto* record : {"{name: w, type: A, values: [192.0.2.1, 192.0.2.2]}",
                             "{name: w, type: A, value: 192.0.2.2}",
                             "{name: w, type: CNAME, value: h1}",
                             "{name: w, type: A, value: 192.0.2.3}"}) {
    auto records = hosts(8);
    records.emplace_back(record);
    project_.domain("one.example", records);
    const auto ran = plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 0) << ran.all();
    expect_in_plumb();
  }
}

}  // namespace
}  // namespace plumb::test
