// Whose an exclusively owned zone is, told to everybody who looks there.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/cli.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

constexpr std::string_view kZone = "zones/one.example.zone";
constexpr std::string_view kOurs = "plumb:acme/default";
constexpr std::string_view kTheirs = "plumb:other/production";

TEST(OwnerMark, StandsInAZoneFileThatWeMade) {
  const Project project;
  project.domain("one.example", hosts(2));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_NE(project.read(kZone).find("; Owner: " + std::string(kOurs) + "\n"), std::string::npos)
      << project.read(kZone);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(OwnerMark, IsNotPutIntoASharedZone) {
  const Project project;
  project.domain("one.example", hosts(2), "");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.read(kZone).find("Owner"), std::string::npos) << project.read(kZone);
}

TEST(OwnerMark, ThatVanishedComesBackWithTheNextWrite) {
  const Project project;
  project.domain("one.example", hosts(2));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace(kZone, "; Owner: " + std::string(kOurs) + "\n", "");
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
  const auto quiet = project.plumb({"drift"});
  EXPECT_EQ(quiet.code, 0) << quiet.all();
  EXPECT_FALSE(quiet.says("owner mark")) << quiet.all();
  EXPECT_TRUE(project.plumb({"drift", "-v"}).says("owner mark"));
  project.domain("one.example", hosts(3));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_NE(project.read(kZone).find(kOurs), std::string::npos);
}

TEST(OwnerMark, OfSomebodyElseIsRefusedAndOthersGoOn) {
  const Project project;
  project.domain("one.example", hosts(2));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace(kZone, kOurs, kTheirs);
  const auto before = project.read(kZone);
  project.domain("one.example", hosts(3));
  project.domain("two.example", hosts(1));
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(ran.says(kOurs)) << ran.all();
  EXPECT_TRUE(ran.says(kTheirs)) << ran.all();
  EXPECT_TRUE(ran.says("plumb adopt --exclusive one.example")) << ran.all();
  EXPECT_EQ(project.read(kZone), before);
  EXPECT_TRUE(project.has("zones/two.example.zone")) << ran.all();
  const auto alone = project.plumb({"adopt", "--exclusive", "--yes", "one.example"});
  EXPECT_EQ(alone.code, 3) << alone.all();
  const auto taken = project.plumb({"adopt",
                                    "--exclusive",
                                    "--yes",
                                    "one.example",
                                    "--consent",
                                    between(ran.out, "--consent '", "'")});
  EXPECT_EQ(taken.code, 0) << taken.all();
  EXPECT_NE(project.read(kZone).find(kOurs), std::string::npos);
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(OwnerMark, OfSomebodyElseIsNotTakenForNoDrift) {
  const Project project;
  project.domain("one.example", hosts(2));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace(kZone, kOurs, kTheirs);
  project.replace(kZone, "192.0.2.2", "203.0.113.2");
  const auto seen = project.plumb({"drift"});
  EXPECT_EQ(seen.code, 3) << seen.all();
  EXPECT_FALSE(seen.says("In plumb")) << seen.all();
  EXPECT_TRUE(seen.says(kTheirs)) << seen.all();
  const auto summary = project.plumb({"drift", "--summary"});
  EXPECT_EQ(summary.code, 3) << summary.all();
  EXPECT_TRUE(summary.says("one.example: is left alone: ")) << summary.all();
}

TEST(OwnerMark, OfSomebodyElseIsPassedOverAsOftenAsThereIsConsent) {
  const Project project;
  project.domain("one.example", hosts(2), "");
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.write(kZone, "; Owner: " + std::string(kTheirs) + "\n" + project.read(kZone));
  for (int i = 0; i < 2; ++i) {
    const auto applied =
        project.plumb({"apply", "--yes", "--consent", "allow=takeOver,on=Domain/one.example"});
    ASSERT_EQ(applied.code, 0) << applied.all();
  }
  EXPECT_EQ(project.plumb({"plan", "--read-all"}).code, 3);
  const auto without = project.plumb({"plan"});
  EXPECT_EQ(without.code, 3) << without.all();
}

TEST(OwnerMark, IsPutWhereAZoneIsTakenOver) {
  const Project project;
  project.write(kZone,
                "$TTL 300\n@ SOA ns1.one.example. hostmaster 7 7200 3600 1209600 3600\n"
                "h1 A 192.0.2.1\n");
  project.domain("one.example", hosts(1));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.read(kZone).find(kOurs), std::string::npos) << "not taken over yet";
  ASSERT_EQ(project.plumb({"adopt", "--exclusive", "--yes", "one.example"}).code, 0);
  EXPECT_NE(project.read(kZone).find(kOurs), std::string::npos) << project.read(kZone);
  EXPECT_NE(project.read(kZone).find(" 7 7200"), std::string::npos) << "a comment moves no serial";
}

/// A PowerDNS, whose zones have an account for this.
class OwnerMarkPowerdns : public ::testing::Test {
 protected:
  OwnerMarkPowerdns() {
    project_.write("providers/files.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
                   "  type: powerdns\n  endpoint: " +
                       server_.endpoint() + "\n  auth: {apiKey: {env: KEY}}\n");
  }
  Ran plumb(const std::vector<std::string>& words) const {
    return project_.plumb(words, {.environment = {{"KEY", std::string(PdnsServer::kApiKey)}}});
  }
  nlohmann::json zone() const {
    return nlohmann::json::parse(server_.call("GET", "/zones/one.example.").body);
  }
  void set_account(const std::string& text) const {
    const auto answer =
        server_.call("PUT", "/zones/one.example.", "{\"account\":\"" + text + "\"}");
    ASSERT_EQ(answer.status, 204) << answer.body;
  }

  const PdnsServer server_{PdnsServer::Backend::sqlite};
  const Project project_;
};

TEST_F(OwnerMarkPowerdns, IsTheAccountOfAZoneAndHeals) {
  project_.domain("one.example", hosts(2));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(zone()["account"], kOurs);
  EXPECT_EQ(plumb({"plan", "--detailed-exitcode"}).code, 0);
  set_account("");
  EXPECT_EQ(plumb({"plan", "--detailed-exitcode"}).code, 0);
  project_.domain("one.example", hosts(3));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(zone()["account"], kOurs);
  EXPECT_EQ(zone()["kind"], "Native");
  EXPECT_EQ(zone()["soa_edit_api"], "DEFAULT") << "nothing else is written";
  EXPECT_EQ(plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST_F(OwnerMarkPowerdns, NeverOverwritesWhatAPersonWrote) {
  project_.domain("one.example", hosts(2));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  set_account("customer 4711");
  project_.domain("one.example", hosts(3));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  ASSERT_EQ(plumb({"adopt", "--exclusive", "--yes", "one.example"}).code, 0);
  EXPECT_EQ(zone()["account"], "customer 4711");
}

TEST_F(OwnerMarkPowerdns, OfSomebodyElseIsRefused) {
  project_.domain("one.example", hosts(2));
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  set_account(std::string(kTheirs));
  project_.domain("one.example", hosts(3));
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(ran.says(kTheirs)) << ran.all();
  EXPECT_EQ(zone()["account"], kTheirs);
  const auto consent = between(ran.out, "--consent '", "'");
  EXPECT_EQ(plumb({"apply", "--yes", "--consent", consent}).code, 0) << consent;
  EXPECT_EQ(zone()["account"], kOurs);
  EXPECT_EQ(plumb({"plan", "--detailed-exitcode"}).code, 0);
}

}  // namespace
}  // namespace plumb::test
