// What could not be read, or is not to be believed, is left alone; the others go on.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

/// Two zones in place, and a new record wanted in both.
class Unread : public ::testing::Test {
 protected:
  Unread() {
    project_.domain("one.example", hosts(9));
    project_.domain("two.example", hosts(9));
    EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
    project_.domain("one.example", hosts(10));
    project_.domain("two.example", hosts(10));
  }

  std::string one() const { return project_.read("zones/one.example.zone"); }
  std::string two() const { return project_.read("zones/two.example.zone"); }

  const Project project_{"  drift: heal\n"};
};

TEST_F(Unread, ABrokenZoneFileIsLeftAloneAndTheOthersGoOn) {
  project_.append("zones/one.example.zone", "x 300 IN A not-an-address\n");
  const auto before = one();
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("one.example.zone:")) << "the place in the file\n" << ran.all();
  EXPECT_EQ(one(), before);
  EXPECT_NE(two().find("h10"), std::string::npos);
  EXPECT_EQ(project_.plumb({"plan"}).code, 8);
  EXPECT_EQ(project_.plumb({"drift"}).code, 8);
  EXPECT_EQ(project_.plumb({"show"}).code, 8);
}

TEST_F(Unread, AnIncludeIsRefusedNotFollowed) {
  project_.append("zones/one.example.zone", "$INCLUDE /etc/passwd\n");
  const auto before = one();
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("$INCLUDE")) << ran.all();
  EXPECT_EQ(one(), before);
}

TEST_F(Unread, AZoneFileThatLostMostOfItsRecordsIsSuspect) {
  const auto whole = one();
  project_.write("zones/one.example.zone", whole.substr(0, whole.find("h1\t")));
  const auto before = one();
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_EQ(one(), before) << "not even what is missing is written back";
  EXPECT_NE(two().find("h10"), std::string::npos) << "the others go on";
  const auto consent = between(ran.out, "--consent '", "'");
  const auto consented = project_.plumb({"apply", "--yes", "--consent", consent});
  EXPECT_EQ(consented.code, 0) << consent << consented.all();
  EXPECT_NE(one().find("h10"), std::string::npos);
}

TEST_F(Unread, AZoneFileThatIsGoneIsSuspect) {
  project_.remove("zones/one.example.zone");
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_FALSE(project_.has("zones/one.example.zone"));
  EXPECT_NE(two().find("h10"), std::string::npos);
}

TEST_F(Unread, AnEmptyFolderOfZonesForgetsNothing) {
  project_.remove("zones");
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_FALSE(project_.has("zones/one.example.zone"));
  EXPECT_TRUE(project_.plumb({"state", "list"}).says("10 claims"));
}

TEST_F(Unread, AProviderThatIsDownLeavesItsZonesAndTheOthersGoOn) {
  project_.write("providers/pdns.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: pdns}\n"
                 "spec:\n  type: powerdns\n  endpoint: http://127.0.0.1:1\n"
                 "  auth: {apiKey: {env: KEY}}\n");
  project_.domain("far.example", hosts(1));
  project_.replace("domains/far.example.yaml", "[files]", "[pdns]");
  const auto ran = project_.plumb({"apply", "--yes"}, {.environment = {{"KEY", "k"}}});
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("far.example")) << ran.all();
  EXPECT_TRUE(ran.says("http://127.0.0.1:1")) << ran.all();
  EXPECT_NE(one().find("h10"), std::string::npos);
  EXPECT_NE(two().find("h10"), std::string::npos);
}

TEST_F(Unread, AMissingSecretLeavesItsZonesAndTheOthersGoOn) {
  project_.write("providers/pdns.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: pdns}\n"
                 "spec:\n  type: powerdns\n  endpoint: http://127.0.0.1:1\n"
                 "  auth: {apiKey: {env: NOT_THERE}}\n");
  project_.domain("far.example", hosts(1));
  project_.replace("domains/far.example.yaml", "[files]", "[pdns]");
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("NOT_THERE")) << ran.all();
  EXPECT_NE(one().find("h10"), std::string::npos);
}

}  // namespace
}  // namespace plumb::test
