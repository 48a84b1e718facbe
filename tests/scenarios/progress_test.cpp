// What a person at a terminal sees while an apply is at work, and what is left to read of it.
#include <csignal>

#include <gtest/gtest.h>

#include "tests/support/cli.h"
#include "tests/support/screen.h"

namespace plumb::test {
namespace {

/// A project whose applies wait, each zone written, until there is a file "go".
class Progress : public ::testing::Test {
 protected:
  Progress() {
    project_.write(
        "providers/files.yaml",
        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
        "  type: zonefile\n  directory: zones\n"
        "  reload: [sh, -c, \"touch ../waits; i=0; while [ ! -e ../go ] && [ $i -lt 2500 ];"
        " do sleep 0.01; i=$((i+1)); done\"]\n");
  }
  ~Progress() override { go(); }
  void go() const { project_.write("go", ""); }
  void zones(int count) const {
    for (int i = 1; i <= count; ++i) {
      project_.domain("d" + std::to_string(i) + ".example", hosts(3));
    }
  }
  /// An apply that a person has just said yes to.
  std::unique_ptr<Child> begun(const Setting& setting) const {
    auto run = project_.start({"apply"}, setting);
    EXPECT_TRUE(run->has_said("[y/N] "));
    run->type("y\n");
    return run;
  }
  /// What can be read at a terminal of that size once all is written.
  static Screen screen_of(const Setting& setting, const std::string& octets) {
    Screen screen(setting.rows, setting.columns);
    screen.write(octets);
    return screen;
  }
  static std::size_t count(const std::string& text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) {
      ++found;
    }
    return found;
  }

  const Project project_;
};

TEST_F(Progress, ShowsEachScopeInWorkAndTheTotals) {
  zones(3);
  const Setting setting{.terminal = true};
  const auto run = begun(setting);
  for (const auto* scope : {"d1.example", "d2.example", "d3.example"}) {
    EXPECT_TRUE(run->has_said(std::string("  ") + scope + "  0 of 4  writing")) << scope;
  }
  EXPECT_TRUE(run->has_said("0 of 12 changes · 0 of 3 scopes done")) << run->shown();
  go();
  const auto ran = run->wait();
  EXPECT_EQ(ran.code, 0) << ran.out;
  const auto screen = screen_of(setting, ran.out);
  EXPECT_FALSE(screen.torn()) << ran.out;
  const auto text = screen.text();
  EXPECT_EQ(text.find(" of 12 changes"), std::string::npos) << "frames are taken away\n" << text;
  EXPECT_EQ(text.find("writing"), std::string::npos) << text;
  EXPECT_EQ(count(text, "  ✓ d1.example  4 applied"), 1U) << text;
  EXPECT_EQ(count(text, "  ✓ d3.example  4 applied"), 1U) << text;
  EXPECT_TRUE(text.find("12 applied\nIn plumb") != std::string::npos) << text;
}

TEST_F(Progress, StaysWithinASmallTerminal) {
  zones(7);
  const Setting setting{.terminal = true, .rows = 6, .columns = 44};
  const auto run = begun(setting);
  EXPECT_TRUE(run->has_said("  and 4 more scopes in work")) << run->shown();
  go();
  const auto ran = run->wait();
  EXPECT_EQ(ran.code, 0) << ran.out;
  const auto screen = screen_of(setting, ran.out);
  EXPECT_FALSE(screen.torn()) << ran.out;
  EXPECT_EQ(screen.text().find("more scopes in work"), std::string::npos) << screen.text();
}

TEST_F(Progress, ManyScopesThatWorkedLeaveNoLines) {
  zones(12);
  go();
  const Setting setting{.terminal = true};
  const auto ran = begun(setting)->wait();
  EXPECT_EQ(ran.code, 0) << ran.out;
  const auto text = screen_of(setting, ran.out).text();
  EXPECT_EQ(text.find("✓"), std::string::npos) << text;
  EXPECT_NE(text.find("48 applied"), std::string::npos) << text;
}

TEST_F(Progress, WhatFailedStaysToBeReadHoweverManyWorked) {
  zones(12);
  go();
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  for (int i = 1; i <= 12; ++i) {
    project_.domain("d" + std::to_string(i) + ".example", hosts(9));
  }
  const Setting setting{.terminal = true};
  const auto run = project_.start({"apply"}, setting);
  ASSERT_TRUE(run->has_said("[y/N] "));
  project_.replace("zones/d5.example.zone", "h1\t300", "h4\t300\tIN\tA\t203.0.113.1\nh1\t300");
  run->type("y\n");
  const auto ran = run->wait();
  EXPECT_EQ(ran.code, 5) << ran.out;
  const auto text = screen_of(setting, ran.out).text();
  EXPECT_EQ(count(text, "d5.example  6 refused"), 1U) << text;
  EXPECT_EQ(text.find("✓"), std::string::npos) << text;
  EXPECT_NE(text.find("! d5.example  and 3 more changes"), std::string::npos)
      << "one story is told once\n"
      << text;
}

TEST_F(Progress, SaysThatItStops) {
  zones(3);
  const Setting setting{.terminal = true};
  const auto run = begun(setting);
  ASSERT_TRUE(run->has_said("writing"));
  run->signal(SIGINT);
  EXPECT_TRUE(run->has_said("· stopping: what is running is finished")) << run->shown();
  go();
  const auto ran = run->wait();
  EXPECT_FALSE(screen_of(setting, ran.out).torn()) << ran.out;
}

}  // namespace
}  // namespace plumb::test
