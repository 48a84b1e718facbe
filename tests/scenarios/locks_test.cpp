// Two runs at once, a run that dies, a run that is told to stop: nothing is lost, nothing is
// repeated.
#include <csignal>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr int kZones = 20;  // more than a run works on at once

/// A project whose applies wait, each zone written and its lock held, until there is a file "go".
class Locks : public ::testing::Test {
 protected:
  Locks() {
    project_.write(
        "providers/files.yaml",
        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
        "  type: zonefile\n  directory: zones\n"
        "  reload: [sh, -c, \"touch ../waits; i=0; while [ ! -e ../go ] && [ $i -lt 2500 ];"
        " do sleep 0.01; i=$((i+1)); done\"]\n");
    for (int i = 1; i <= kZones; ++i) {
      project_.domain(name(i), hosts(3));
    }
  }
  ~Locks() override { go(); }

  /// An apply that holds the lock of a zone when this returns.
  std::unique_ptr<Child> holder(std::vector<std::string> words) const {
    auto child = project_.start(words);
    EXPECT_TRUE(project_.appears("waits"));
    return child;
  }
  void go() const { project_.write("go", ""); }
  static std::string name(int i) { return "d" + std::to_string(i) + ".example"; }
  int zones() const {
    int written = 0;
    for (int i = 1; i <= kZones; ++i) {
      written += static_cast<int>(project_.has("zones/" + name(i) + ".zone"));
    }
    return written;
  }
  void expect_in_plumb() const {
    const auto plan = project_.plumb({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.code, 0) << plan.all();
    EXPECT_FALSE(project_.plumb({"state", "list"}).says("open:"));
    EXPECT_EQ(zones(), kZones);
  }

  const Project project_;
};

TEST_F(Locks, AScopeThatIsHeldIsRefusedWithItsHolder) {
  const auto first = holder({"apply", "--yes", "d1.example"});
  const auto second = project_.plumb({"apply", "--yes", "d1.example"});
  EXPECT_EQ(second.code, 6) << second.all();
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  EXPECT_TRUE(
      second.says("held by " + std::string(host.data()) + "/" + std::to_string(first->pid()) + "/"))
      << second.all();
  EXPECT_TRUE(second.says(" since ")) << second.all();
  go();
  EXPECT_EQ(first->wait().code, 0);
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb();
}

TEST_F(Locks, AStoppedHolderKeepsItsLock) {
  const auto first = holder({"apply", "--yes", "d1.example"});
  first->signal(SIGSTOP);
  go();
  EXPECT_EQ(project_.plumb({"apply", "--yes", "d1.example"}).code, 6);
  first->signal(SIGCONT);
  EXPECT_EQ(first->wait().code, 0);
}

TEST_F(Locks, OtherScopesAndPlansGoOn) {
  const auto first = holder({"apply", "--yes", "d1.example"});
  EXPECT_EQ(project_.plumb({"plan", "d2.example", "--detailed-exitcode"}).code, 2);
  const auto second = project_.start({"apply", "--yes", "d2.example"});
  EXPECT_TRUE(project_.appears("zones/d2.example.zone"));
  go();
  EXPECT_EQ(second->wait().code, 0);
  EXPECT_EQ(first->wait().code, 0);
}

TEST_F(Locks, ADeadHolderLeavesNoneAndItsWorkIsSettled) {
  const auto first = holder({"apply", "--yes"});
  first->signal(SIGKILL);
  EXPECT_EQ(first->wait().code, 128 + SIGKILL);
  EXPECT_TRUE(project_.plumb({"state", "list"}).says("open:"));
  go();
  EXPECT_LT(zones(), kZones);
  const auto next = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(next.code, 0) << next.all();
  EXPECT_TRUE(next.says("settled")) << next.all();
  expect_in_plumb();
}

TEST_F(Locks, CtrlCFinishesWhatRunsAndSaysWhatWasDone) {
  const auto first = holder({"apply", "--yes"});
  first->signal(SIGINT);
  EXPECT_TRUE(first->has_said("stopping"));
  go();
  const auto ran = first->wait();
  EXPECT_EQ(ran.code, 7) << ran.all();
  EXPECT_TRUE(ran.says(" applied, ")) << ran.all();
  EXPECT_TRUE(ran.says(" not reached")) << ran.all();
  EXPECT_TRUE(ran.says("plumb apply goes on from there")) << ran.all();
  EXPECT_GT(zones(), 0);
  EXPECT_LT(zones(), kZones);
  EXPECT_FALSE(project_.plumb({"state", "list"}).says("open:"));
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb();
}

TEST_F(Locks, CtrlCTwiceEndsAtOnceAndNothingIsLost) {
  const auto first = holder({"apply", "--yes"});
  first->signal(SIGINT);
  EXPECT_TRUE(first->has_said("stopping"));
  first->signal(SIGINT);
  const auto ran = first->wait();
  EXPECT_EQ(ran.code, 128 + SIGINT) << ran.all();
  go();
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb();
}

TEST_F(Locks, RunsThatRaceDoNoHarm) {
  go();
  std::vector<std::unique_ptr<Child>> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(project_.start({"apply", "--yes"}));
  }
  for (const auto& run : runs) {
    const auto ran = run->wait();
    EXPECT_LT(ran.code, 128) << ran.all();
  }
  EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb();
}

TEST_F(Locks, AReloadThatFailsIsSaid) {
  project_.write("providers/files.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\n"
                 "spec: {type: zonefile, directory: zones, reload: [test, -e, ../up]}\n");
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 7) << ran.all();
  EXPECT_TRUE(ran.says("the server may not know")) << ran.all();
  const auto planned = project_.plumb({"plan"});
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_NE(planned.out.find("note: zone "), std::string::npos) << planned.all();
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 2);
  const auto again = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(again.code, 7) << again.all();
  project_.write("up", "");
  const auto told = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(told.code, 0) << told.all();
  EXPECT_TRUE(told.says("told the server")) << told.all();
  EXPECT_FALSE(project_.plumb({"plan"}).says("may not know"));
  expect_in_plumb();
}

TEST_F(Locks, NothingIsToldToAServerWhileAPersonIsAsked) {
  project_.write("providers/files.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\n"
                 "spec: {type: zonefile, directory: zones, reload: [test, -e, ../up]}\n");
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 7);
  project_.domain("one.example", hosts(9));
  project_.write("up", "");
  const auto no = project_.plumb({"apply"}, {.terminal = true, .typed = "n\n"});
  EXPECT_EQ(no.code, 7) << no.all();
  EXPECT_TRUE(no.says("Nothing was applied")) << no.all();
  EXPECT_FALSE(no.says("told the server")) << no.all();
  const auto yes = project_.plumb({"apply"}, {.terminal = true, .typed = "y\n"});
  EXPECT_EQ(yes.code, 0) << yes.all();
}

}  // namespace
}  // namespace plumb::test
