// A saved plan is applied as it was reviewed, or not at all.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

/// Two zones in place, and a saved plan that changes h1 and h2 of one.example.
class SavedPlan : public ::testing::Test {
 protected:
  SavedPlan() {
    project_.domain("one.example", hosts(6));
    project_.domain("two.example", hosts(6));
    EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
    auto changed = hosts(6);
    changed[0] = a("h1", "198.51.100.1");
    changed[1] = a("h2", "198.51.100.2");
    project_.domain("one.example", changed);
    EXPECT_EQ(project_.plumb({"plan", "--out", "plan.json"}).code, 0);
  }

  std::string zone(const char* name = "one") const {
    return project_.read(std::string("zones/") + name + ".example.zone");
  }

  const Project project_;
};

TEST_F(SavedPlan, IsOneJsonDocument) {
  const auto saved = nlohmann::json::parse(project_.read("plan.json"), nullptr, false);
  ASSERT_TRUE(saved.is_object());
  EXPECT_EQ(saved.value("format", ""), "plumb.saved-plan/1");
  EXPECT_EQ(saved.value("sha256", "").size(), 64U);
}

TEST_F(SavedPlan, IsAppliedExactly) {
  project_.domain("two.example", hosts(7));  // written after the review
  const auto ran = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_NE(zone().find("198.51.100.1"), std::string::npos);
  EXPECT_NE(zone().find("198.51.100.2"), std::string::npos);
  EXPECT_EQ(zone("two").find("h7"), std::string::npos) << "nobody reviewed that";
}

TEST_F(SavedPlan, IsStaleWhereATouchedObjectMoved) {
  project_.replace("zones/one.example.zone", "192.0.2.1\n", "203.0.113.1\n");
  const auto before = zone();
  const auto ran = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(ran.code, 5) << ran.all();
  EXPECT_TRUE(ran.says("stale")) << ran.all();
  EXPECT_TRUE(ran.says("h1 A")) << ran.all();
  EXPECT_EQ(zone(), before) << "not even the change that did not move";
}

TEST_F(SavedPlan, IsStaleWhereTheManifestMoved) {
  auto changed = hosts(6);
  changed[0] = a("h1", "198.51.100.99");
  changed[1] = a("h2", "198.51.100.2");
  project_.domain("one.example", changed);
  const auto before = zone();
  EXPECT_EQ(project_.plumb({"apply", "plan.json", "--yes"}).code, 5);
  EXPECT_EQ(zone(), before);
}

TEST_F(SavedPlan, IsNotStaleWhereAnotherObjectMoved) {
  project_.replace("zones/one.example.zone", "192.0.2.5\n", "203.0.113.5\n");
  project_.replace("zones/two.example.zone", "192.0.2.1\n", "203.0.113.1\n");
  const auto ran = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_NE(zone().find("198.51.100.1"), std::string::npos);
  EXPECT_NE(zone().find("203.0.113.5"), std::string::npos) << "healing was not in the plan";
  EXPECT_NE(zone("two").find("203.0.113.1"), std::string::npos);
}

TEST_F(SavedPlan, ThatWasTamperedWithIsRefused) {
  const auto before = zone();
  project_.replace("plan.json", "one.example", "two.example");
  const auto changed = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(changed.code, 1) << changed.all();
  EXPECT_TRUE(changed.says("was changed after it was made")) << changed.all();
  project_.write("plan.json", "{}");
  EXPECT_EQ(project_.plumb({"apply", "plan.json", "--yes"}).code, 1);
  project_.write("plan.json", "");
  EXPECT_EQ(project_.plumb({"apply", "plan.json", "--yes"}).code, 1);
  EXPECT_EQ(zone(), before);
}

TEST_F(SavedPlan, ThatWasHalfAppliedCanBeRunAgain) {
  // one of its two changes was done already, by a run that died or by hand
  project_.replace("zones/one.example.zone", "192.0.2.1\n", "198.51.100.1\n");
  const auto ran = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_NE(zone().find("198.51.100.2"), std::string::npos);
  const auto again = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(again.code, 0) << again.all();
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST_F(SavedPlan, DeletesOnlyWhatWasReviewed) {
  project_.domain("one.example", hosts(5));
  ASSERT_EQ(project_.plumb({"plan", "--out", "plan.json"}).code, 0);
  project_.domain("one.example", hosts(4));
  EXPECT_EQ(project_.plumb({"apply", "plan.json", "--yes"}).code, 0);
  EXPECT_EQ(zone().find("h6"), std::string::npos);
  EXPECT_NE(zone().find("h5"), std::string::npos);
}

TEST_F(SavedPlan, IsNoWayPastAGuardOfTheRun) {
  project_.append("plumb.yaml", "  guards: {deletesPerScope: 100%, deletesPerRun: 1}\n");
  project_.domain("one.example", hosts(4));
  EXPECT_EQ(project_.plumb({"plan", "--out", "plan.json"}).code, 3);
  const auto ran = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_NE(zone().find("h6"), std::string::npos);
}

TEST_F(SavedPlan, IsNoWayPastAGuardOfAScope) {
  project_.domain("one.example", hosts(2));
  EXPECT_EQ(project_.plumb({"plan", "--out", "plan.json"}).code, 3);
  const auto before = zone();
  const auto ran = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_FALSE(ran.says("In plumb")) << ran.all();
  EXPECT_EQ(zone(), before);
}

TEST_F(SavedPlan, ThatWasMadeUnderAConsentIsAppliedUnderIt) {
  project_.domain("one.example", hosts(2));
  const std::string consent = "allow=deletes,on=Domain/one.example,count=4";
  ASSERT_EQ(project_.plumb({"plan", "--out", "plan.json", "--consent", consent}).code, 0);
  const auto without = project_.plumb({"apply", "plan.json", "--yes"});
  EXPECT_NE(without.code, 0) << "the consent is given with the run that deletes\n" << without.all();
  EXPECT_NE(zone().find("h6"), std::string::npos);
  const auto with = project_.plumb({"apply", "plan.json", "--yes", "--consent", consent});
  EXPECT_EQ(with.code, 0) << with.all();
  EXPECT_EQ(zone().find("h6"), std::string::npos);
}

TEST_F(SavedPlan, OfAnotherProjectIsRefused) {
  const Project other;
  other.domain("one.example", hosts(6));
  other.replace("plumb.yaml", "name: acme", "name: umbrella");
  other.write("plan.json", project_.read("plan.json"));
  const auto ran = other.plumb({"apply", "plan.json", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_FALSE(other.has("zones/one.example.zone"));
}

}  // namespace
}  // namespace plumb::test
