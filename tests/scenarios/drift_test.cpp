// What moved outside of git: found, told, and put right where that is wanted.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

/// one.example in plumb, then h2 changed and h3 gone behind its back.
void let_it_drift(const Project& project, std::string_view dns = "ownership: exclusive") {
  project.domain("one.example", hosts(6), dns);
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace("zones/one.example.zone", "h2\t300\tIN\tA\t192.0.2.2", "h2 300 IN A 203.0.113.2");
  project.replace("zones/one.example.zone", "h3\t300\tIN\tA\t192.0.2.3\n", "");
}

std::string zone(const Project& project) {
  return project.read("zones/one.example.zone");
}

TEST(Drift, IsFoundWithItsOwnExitCode) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.plumb({"drift"}).code, 0);
  const Project drifted;
  let_it_drift(drifted);
  const auto ran = drifted.plumb({"drift"});
  EXPECT_EQ(ran.code, 2) << ran.all();
  EXPECT_TRUE(ran.says("h2 A")) << ran.out;
  EXPECT_TRUE(ran.says("h3 A")) << ran.out;
  EXPECT_NE(zone(drifted).find("203.0.113.2"), std::string::npos) << "drift changes nothing";
}

TEST(Drift, TellsOnlyWhatMovedOutside) {
  const Project project;
  let_it_drift(project);
  auto edited = hosts(6);
  edited[0] = a("h1", "198.51.100.1");
  edited.push_back(a("fresh", "198.51.100.7"));
  project.domain("one.example", edited);
  const auto ran = project.plumb({"drift"});
  EXPECT_EQ(ran.code, 2) << ran.all();
  EXPECT_FALSE(ran.says("h1 A")) << ran.out;
  EXPECT_FALSE(ran.says("fresh A")) << ran.out;
  EXPECT_TRUE(ran.says("h2 A")) << ran.out;
}

TEST(Drift, IsNoneWhereOnlyTheManifestMoved) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.domain("one.example", hosts(7));
  const auto ran = project.plumb({"drift"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_FALSE(ran.says("h7")) << ran.out;
}

TEST(Drift, HasASummaryForCronThatIsSilentWhereAllIsWell) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.plumb({"drift", "--summary"}).all(), "");
  project.replace("zones/one.example.zone", "192.0.2.2", "203.0.113.2");
  const auto ran = project.plumb({"drift", "--summary"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(ran.says("one.example")) << ran.out;
  EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
}

TEST(Drift, IsHealedByApply) {
  const Project project("  drift: heal\n");
  let_it_drift(project);
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(zone(project).find("203.0.113.2"), std::string::npos);
  EXPECT_NE(zone(project).find("192.0.2.3"), std::string::npos);
  EXPECT_EQ(project.plumb({"drift"}).code, 0);
}

TEST(Drift, IsLeftWithNoHealButEditsGoOn) {
  const Project project("  drift: heal\n");
  let_it_drift(project);
  auto edited = hosts(6);
  edited[0] = a("h1", "198.51.100.1");
  project.domain("one.example", edited);
  const auto ran = project.plumb({"apply", "--yes", "--no-heal"});
  EXPECT_NE(zone(project).find("198.51.100.1"), std::string::npos) << ran.all();
  EXPECT_NE(zone(project).find("203.0.113.2"), std::string::npos) << ran.all();
  EXPECT_EQ(zone(project).find("192.0.2.3"), std::string::npos) << ran.all();
  EXPECT_EQ(project.plumb({"drift"}).code, 2);
}

TEST(Drift, ThatIsOnlyToBeReportedIsNotHealed) {
  const Project project("  drift: report\n");
  let_it_drift(project);
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_NE(zone(project).find("203.0.113.2"), std::string::npos) << ran.all();
  EXPECT_EQ(zone(project).find("192.0.2.3"), std::string::npos) << ran.all();
  EXPECT_TRUE(ran.says("h2 A")) << ran.all();
  EXPECT_EQ(project.plumb({"drift"}).code, 2);
}

TEST(Drift, AFieldThatMovedOnBothSidesIsAConflictUnlessHealed) {
  const Project project("  drift: report\n");
  let_it_drift(project);
  auto edited = hosts(6);
  edited[1] = a("h2", "198.51.100.2");
  project.domain("one.example", edited);
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_NE(zone(project).find("203.0.113.2"), std::string::npos) << ran.all();
  EXPECT_EQ(project.plumb({"plan"}).code, 4);
}

TEST(Drift, OfAForeignRecordInAnExclusiveZoneIsRemoved) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.append("zones/one.example.zone", "stranger 300 IN A 203.0.113.9\n");
  const auto ran = project.plumb({"drift"});
  EXPECT_EQ(ran.code, 2) << ran.all();
  EXPECT_TRUE(ran.says("stranger A")) << ran.out;
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(zone(project).find("stranger"), std::string::npos);
}

TEST(Drift, ForeignFormattingIsNoDrift) {
  const Project project;
  project.domain("one.example", hosts(2));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.write("zones/one.example.zone",
                "$TTL 5m\n@ SOA ns1.one.example. hostmaster ( 7 3h 1h 2w 1h ) ; theirs\n"
                "H2.ONE.example. IN 300 A 192.0.2.2 ; spaced\n\nh1 A 192.0.2.1\n");
  const auto ran = project.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(ran.code, 0) << ran.all();
}

}  // namespace
}  // namespace plumb::test
