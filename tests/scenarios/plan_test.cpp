// A plan changes nothing, tells everything, and its exit code can be trusted.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kEscape = "\x1b";

TEST(Plan, ChangesNothingAndItsExitCodesTellWhatThereIs) {
  const Project project;
  project.domain("one.example", hosts(2));
  EXPECT_EQ(project.plumb({"plan"}).code, 0);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 2);
  EXPECT_FALSE(project.has("zones/one.example.zone"));
  EXPECT_FALSE(project.has(".plumb"));
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const auto zone = project.read("zones/one.example.zone");
  const auto after = project.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(after.code, 0) << after.all();
  EXPECT_TRUE(after.says("nothing to do")) << after.out;
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.read("zones/one.example.zone"), zone) << "an apply without changes writes";
}

TEST(Plan, NamesProjectEnvironmentSerialAndAccounts) {
  const Project project;
  project.domain("one.example", hosts(1));
  const auto ran = project.plumb({"plan", "--env", "staging"});
  EXPECT_TRUE(ran.out.starts_with("acme · staging · state 0")) << ran.out;
  EXPECT_TRUE(ran.says("files → zonefile zones")) << ran.out;
}

TEST(Plan, TellsTheFileAndLineOfEachChange) {
  const Project project;
  project.domain("one.example", hosts(1));
  EXPECT_TRUE(project.plumb({"plan", "-v"}).says("domains/one.example.yaml:7"));
}

TEST(Plan, ASelectionSaysWhatItLeavesOut) {
  const Project project;
  project.domain("one.example", hosts(1));
  project.domain("shop1.example", hosts(1));
  project.domain("shop2.example", hosts(1));
  const auto some = project.plumb({"plan", "shop*", "--exclude", "shop2.example"});
  EXPECT_TRUE(some.says("shop1.example")) << some.out;
  EXPECT_FALSE(some.says("+ RRset  h1 A           192.0.2.1 · ttl 300  one")) << some.out;
  EXPECT_TRUE(some.says("left out")) << some.out;
  EXPECT_EQ(project.plumb({"apply", "--yes", "--target", "file:domains/shop1.example.yaml"}).code,
            0);
  EXPECT_TRUE(project.has("zones/shop1.example.zone"));
  EXPECT_FALSE(project.has("zones/shop2.example.zone"));
  EXPECT_FALSE(project.has("zones/one.example.zone"));
  const auto none = project.plumb({"plan", "nosuch.example"});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(none.says("selects nothing")) << none.all();
}

TEST(Plan, MovingAManifestToAnotherFileIsNoChange) {
  const Project project;
  project.domain("one.example", hosts(3));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.write("domains/deeper/moved.yaml", project.read("domains/one.example.yaml"));
  project.remove("domains/one.example.yaml");
  const auto ran = project.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(ran.code, 0) << ran.all();
}

TEST(Plan, RenamingAProviderIsNoChange) {
  const Project project;
  project.domain("one.example", hosts(3));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace("providers/files.yaml", "name: files", "name: disk");
  project.replace("domains/one.example.yaml", "[files]", "[disk]");
  const auto ran = project.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(ran.code, 0) << ran.all();
}

TEST(Plan, HasNoEscapeCodesWhereNobodyLooks) {
  const Project project;
  project.domain("one.example", hosts(1));
  EXPECT_EQ(project.plumb({"plan"}).all().find(kEscape), std::string::npos);
  EXPECT_EQ(project.plumb({"apply", "--yes"}).all().find(kEscape), std::string::npos);
}

TEST(Plan, HasColoursAtATerminalUnlessToldNotTo) {
  const Project project;
  project.domain("one.example", hosts(1));
  EXPECT_NE(project.plumb({"plan"}, {.terminal = true}).out.find(kEscape), std::string::npos);
  EXPECT_EQ(project.plumb({"plan", "--no-color"}, {.terminal = true}).out.find(kEscape),
            std::string::npos);
  EXPECT_EQ(project.plumb({"plan"}, {.environment = {{"NO_COLOR", "1"}}, .terminal = true})
                .out.find(kEscape),
            std::string::npos);
}

/// What others wrote into a record must not move the cursor of who reads a plan.
TEST(Plan, WhatStrangersWroteReachesNoTerminal) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.append("zones/one.example.zone",
                 "evil 300 IN TXT \"\\027[2Jgone\\007\\013\"\n"
                 "h1 300 IN TXT \"\xc2\x9b"
                 "31m\"\n");
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"plan"},
           {"plan", "-o", "json"},
           {"plan", "-o", "markdown"},
           {"drift"},
           {"drift", "--summary"},
           {"show"},
           {"show", "-o", "json"},
           {"apply", "--yes", "--consent", "allow=deletes,on=Domain/one.example,count=2"},
           {"history"}}) {
    const auto text = project.plumb(words).all();
    EXPECT_EQ(text.find(kEscape), std::string::npos) << words.front() << "\n" << text;
    EXPECT_EQ(text.find('\a'), std::string::npos) << words.front() << "\n" << text;
    EXPECT_EQ(text.find('\r'), std::string::npos) << words.front() << "\n" << text;
    EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos) << words.front() << "\n" << text;
  }
}

TEST(Plan, IsJsonWithAVersionAndMarkdownForAComment) {
  const Project project;
  project.domain("one.example", {a("@", "192.0.2.1"), "{name: x, type: TXT, value: \"| <b>`\"}"});
  const auto json = project.plumb({"plan", "-o", "json"});
  EXPECT_TRUE(json.out.starts_with("{")) << json.out;
  EXPECT_TRUE(json.says("\"format\": \"plumb.plan/1\"") || json.says("\"format\":\"plumb.plan/1\""))
      << json.out;
  const auto markdown = project.plumb({"plan", "-o", "markdown"});
  EXPECT_EQ(markdown.out.find("| <b>"), std::string::npos) << "it would end the cell\n"
                                                           << markdown.out;
  EXPECT_EQ(markdown.out.find("<b>`"), std::string::npos) << "it would end the code\n"
                                                          << markdown.out;
}

TEST(Plan, WithoutLookingAtTheWorldTrustsTheState) {
  const Project project;
  project.domain("one.example", hosts(3));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace("zones/one.example.zone", "192.0.2.2", "198.51.100.7");
  EXPECT_EQ(project.plumb({"plan", "--refresh=false", "--detailed-exitcode"}).code, 0);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 2);
}

TEST(Plan, UnknownCommandsAndOptionsAreErrors) {
  const Project project;
  project.domain("one.example", hosts(1));
  EXPECT_EQ(project.plumb({"aply"}).code, 1);
  EXPECT_EQ(project.plumb({"apply", "--force-everything"}).code, 1);
  EXPECT_EQ(project.plumb({"plan", "--output", "yaml"}).code, 1);
  EXPECT_FALSE(project.has("zones"));
}

}  // namespace
}  // namespace plumb::test
