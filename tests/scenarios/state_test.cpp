// The memory: bound to its project, moved only forward, never half read.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kZone = "zones/one.example.zone";

void in_place(const Project& project, int count) {
  project.domain("one.example", hosts(count));
  const auto ran = project.plumb({"apply", "--yes"});
  ASSERT_EQ(ran.code, 0) << ran.all();
}

Ran with_state(const Project& project, std::vector<std::string> words, const std::string& folder) {
  words.insert(words.end(), {"--state", folder});
  return project.plumb(words);
}

TEST(State, TravelsBetweenRunnersThatStartEmpty) {
  const Project project;
  project.domain("one.example", hosts(3));
  EXPECT_EQ(with_state(project, {"state", "pull", "state.bin"}, "a").code, 0) << "not there yet";
  ASSERT_EQ(with_state(project, {"apply", "--yes"}, "a").code, 0);
  ASSERT_EQ(with_state(project, {"state", "push", "state.bin"}, "a").code, 0);
  ASSERT_EQ(with_state(project, {"state", "pull", "state.bin"}, "b").code, 0);
  const auto plan = with_state(project, {"plan", "--detailed-exitcode"}, "b");
  EXPECT_EQ(plan.code, 0) << plan.all();
  EXPECT_FALSE(plan.says("adopt")) << plan.all();
  project.domain("one.example", hosts(4));
  ASSERT_EQ(with_state(project, {"apply", "--yes"}, "b").code, 0);
  ASSERT_EQ(with_state(project, {"state", "push", "state.bin"}, "b").code, 0);
  const auto late = with_state(project, {"state", "push", "state.bin"}, "a");
  EXPECT_EQ(late.code, 1) << "a push over a newer serial\n" << late.all();
  EXPECT_TRUE(late.says("serial")) << late.all();
  EXPECT_EQ(with_state(project, {"state", "pull", "state.bin"}, "a").code, 0);
  EXPECT_TRUE(with_state(project, {"state", "list"}, "a").says("5 claims"));
}

TEST(State, APullOfSomethingOlderIsRefused) {
  const Project project;
  in_place(project, 3);
  ASSERT_EQ(project.plumb({"state", "push", "old.bin"}).code, 0);
  in_place(project, 4);
  const auto ran = project.plumb({"state", "pull", "old.bin"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("serial")) << ran.all();
  EXPECT_TRUE(project.plumb({"state", "list"}).says("5 claims"));
  EXPECT_EQ(project.plumb({"state", "pull", "old.bin", "--force"}).code, 0);
  EXPECT_TRUE(project.plumb({"state", "list"}).says("4 claims"));
}

TEST(State, IsRestoredFromABackup) {
  const Project project;
  in_place(project, 3);
  ASSERT_EQ(project.plumb({"state", "backup", "backup.bin"}).code, 0);
  in_place(project, 4);
  const auto ran = project.plumb({"state", "restore", "backup.bin"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(project.plumb({"state", "list"}).says("4 claims"));
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(State, OfAnotherProjectOrEnvironmentIsRefused) {
  const Project project;
  in_place(project, 3);
  ASSERT_EQ(project.plumb({"state", "backup", "backup.bin"}).code, 0);
  const auto before = project.read(kZone);
  const auto other = project.plumb({"apply", "--yes", "--env", "staging"});
  EXPECT_EQ(other.code, 1) << other.all();
  project.replace("plumb.yaml", "name: acme", "name: umbrella");
  project.domain("one.example", hosts(2));
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"plan"}, {"apply", "--yes"}, {"state", "list"}, {"state", "restore", "backup.bin"}}) {
    const auto ran = project.plumb(words);
    EXPECT_EQ(ran.code, 1) << words.front() << ran.all();
    EXPECT_TRUE(ran.says("acme")) << "whose it is\n" << ran.all();
  }
  EXPECT_EQ(project.read(kZone), before);
}

TEST(State, ThatIsCorruptIsRefusedAndNothingIsDone) {
  const Project project;
  in_place(project, 3);
  const auto before = project.read(kZone);
  project.domain("one.example", hosts(4));
  const auto good = project.read(".plumb/data.mdb");
  for (const auto& bad : {std::string("garbage"),
                          std::string(good.size(), '\0'),
                          good.substr(0, 5000),
                          std::string(good.size(), '\xff')}) {
    project.write(".plumb/data.mdb", bad);
    const auto ran = project.plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 1) << bad.size() << ran.all();
    EXPECT_TRUE(ran.says("error:")) << ran.all();
    EXPECT_EQ(project.read(kZone), before);
  }
}

TEST(State, APortableFileThatIsCorruptIsRefused) {
  const Project project;
  in_place(project, 3);
  ASSERT_EQ(project.plumb({"state", "push", "state.bin"}).code, 0);
  const auto good = project.read("state.bin");
  for (const auto at : {std::size_t{0}, good.size() / 2, good.size() - 1}) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    project.write("state.bin", bad);
    EXPECT_EQ(project.plumb({"state", "restore", "state.bin"}).code, 1) << at;
  }
  project.write("state.bin", good.substr(0, good.size() - 10));
  EXPECT_EQ(project.plumb({"state", "restore", "state.bin"}).code, 1);
  EXPECT_TRUE(project.plumb({"state", "list"}).says("4 claims"));
}

TEST(State, InAPlaceThatCannotBeWrittenStopsBeforeTheFirstChange) {
  const Project project;
  project.domain("one.example", hosts(3));
  project.write("file", "");
  for (const auto* folder : {"/proc/plumb-state", "file/below"}) {
    const auto ran = with_state(project, {"apply", "--yes"}, folder);
    EXPECT_EQ(ran.code, 1) << ran.all();
    EXPECT_TRUE(ran.says(folder)) << ran.all();
    EXPECT_FALSE(project.has(kZone));
  }
}

TEST(State, OnAFullDiskStopsBeforeTheFirstChange) {
  const Project project;
  in_place(project, 3);
  const auto before = project.read(kZone);
  project.domain("one.example", hosts(200));
  const auto ran = project.plumb({"apply", "--yes"}, {.file_limit = 8192});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_LT(ran.code, 128) << "no crash";
  EXPECT_EQ(project.read(kZone), before) << "without a durable intent nothing is written";
  const auto after = project.plumb({"apply", "--yes"});
  EXPECT_EQ(after.code, 0) << after.all();
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(State, IsWhereTheEnvironmentSays) {
  const Project project;
  project.domain("one.example", hosts(3));
  const auto folder = (project.path() / "memory").string();
  const Setting setting{.environment = {{"PLUMB_STATE", folder}}};
  ASSERT_EQ(project.plumb({"apply", "--yes"}, setting).code, 0);
  EXPECT_TRUE(project.has("memory/data.mdb"));
  EXPECT_FALSE(project.has(".plumb"));
}

}  // namespace
}  // namespace plumb::test
