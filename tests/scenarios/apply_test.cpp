// Apply asks, does what it said, and says what it did.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

TEST(Apply, WithoutATerminalAndWithoutYesRefuses) {
  const Project project;
  project.domain("one.example", hosts(1));
  const auto ran = project.plumb({"apply"}, {.environment = {{"CI", "true"}}});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("pass --yes")) << ran.all();
  EXPECT_FALSE(project.has("zones/one.example.zone"));
}

TEST(Apply, AsksAtATerminalAndTakesNoForAnAnswer) {
  const Project project;
  project.domain("one.example", hosts(1));
  for (const auto* answer : {"n\n", "\n", "yes please\n", "\x04"}) {
    const auto ran = project.plumb({"apply"}, {.terminal = true, .typed = answer});
    EXPECT_EQ(ran.code, 0) << ran.out;
    EXPECT_TRUE(ran.says("Nothing was applied")) << ran.out;
    EXPECT_FALSE(project.has("zones/one.example.zone")) << answer;
  }
  const auto ran = project.plumb({"apply"}, {.terminal = true, .typed = "y\n"});
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_TRUE(project.has("zones/one.example.zone"));
}

TEST(Apply, WhatMovesWhileAPersonThinksIsNotOverwritten) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.replace("domains/one.example.yaml", "192.0.2.1}", "198.51.100.1}");
  const auto run = project.start({"apply"}, {.terminal = true});
  ASSERT_TRUE(run->has_said("[y/N]"));
  project.replace("zones/one.example.zone", "192.0.2.1\n", "203.0.113.1\n");
  run->type("y\n");
  const auto ran = run->wait();
  EXPECT_NE(ran.code, 0) << ran.out;
  EXPECT_NE(project.read("zones/one.example.zone").find("203.0.113.1"), std::string::npos)
      << ran.out;
}

TEST(Apply, DeletesWantTheDomainsNameTyped) {
  const Project project;
  project.domain("one.example", hosts(6));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.domain("one.example", hosts(5));
  const auto yes = project.plumb({"apply"}, {.terminal = true, .typed = "y\n"});
  EXPECT_TRUE(yes.says("Type 'one.example'")) << yes.out;
  EXPECT_NE(project.read("zones/one.example.zone").find("h6"), std::string::npos);
  const auto named = project.plumb({"apply"}, {.terminal = true, .typed = "one.example\n"});
  EXPECT_EQ(named.code, 0) << named.out;
  EXPECT_EQ(project.read("zones/one.example.zone").find("h6"), std::string::npos);
}

TEST(Apply, ComesToItsEndWhereNobodyReadsAnyMore) {
  const Project project;
  project.domain("one.example", hosts(6));
  EXPECT_EQ(project.plumb({"apply", "--yes"}, {.nobody_reads = true}).code, 0);
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(Apply, RemovingOneOfTwoValuesKeepsTheOther) {
  const Project project;
  project.domain("one.example",
                 {"{name: w, type: A, values: [192.0.2.1, 192.0.2.2]}",
                  "{name: w, type: TXT, values: [\"one\", \"two\"]}"});
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.domain("one.example",
                 {"{name: w, type: A, values: [192.0.2.2]}", "{name: w, type: TXT, value: two}"});
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const auto zone = project.read("zones/one.example.zone");
  EXPECT_EQ(zone.find("192.0.2.1"), std::string::npos) << zone;
  EXPECT_NE(zone.find("192.0.2.2"), std::string::npos) << zone;
  EXPECT_EQ(zone.find("\"one\""), std::string::npos) << zone;
  EXPECT_NE(zone.find("\"two\""), std::string::npos) << zone;
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(Apply, ChangesTheTypeAtANameInOneStep) {
  const Project project;
  auto records = hosts(8);
  for (const auto* record : {"{name: w, type: A, value: 192.0.2.99}",
                             "{name: w, type: CNAME, value: h1}",
                             "{name: w, type: A, value: 192.0.2.99}"}) {
    records.resize(8);
    records.emplace_back(record);
    project.domain("one.example", records);
    const auto ran = project.plumb({"apply", "--yes"});
    EXPECT_EQ(ran.code, 0) << ran.all();
    EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
  }
  const auto zone = project.read("zones/one.example.zone");
  EXPECT_EQ(zone.find("CNAME"), std::string::npos) << zone;
}

TEST(Apply, AnEmptyListOfValuesIsRefusedNotSent) {
  const Project project;
  project.domain("one.example", {"{name: w, type: A, values: []}"});
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 1);
  EXPECT_FALSE(project.has("zones/one.example.zone"));
}

TEST(Apply, PrintsALinePerChangeOrJsonLines) {
  const Project project;
  project.domain("one.example", hosts(1));
  const auto lines = project.plumb({"apply", "--yes"});
  EXPECT_TRUE(lines.says("one.example  + RRset h1 A")) << lines.out;
  EXPECT_TRUE(lines.says("2 applied")) << lines.out;
  project.domain("one.example", hosts(2));
  const auto json = project.plumb({"apply", "--yes", "--output", "json"});
  EXPECT_TRUE(json.out.starts_with("{")) << json.out;
  EXPECT_TRUE(json.says("\"event\":\"change\"")) << json.out;
  EXPECT_TRUE(json.says("\"event\":\"summary\"")) << json.out;
}

TEST(Apply, WritesTextByteForByte) {
  const Project project;
  project.domain(
      "one.example",
      {R"({name: t, type: TXT, values: ["semi;colon", 'back\slash', "say \"hi\"", " a "]})"});
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const auto zone = project.read("zones/one.example.zone");
  for (const auto* text : {R"("semi;colon")", R"("back\\slash")", R"("say \"hi\"")", R"(" a ")"}) {
    EXPECT_NE(zone.find(text), std::string::npos) << text << "\n" << zone;
  }
  EXPECT_EQ(project.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST(Apply, TextThatLooksLikeANumberStaysText) {
  const Project project;
  project.domain("one.example", {"{name: t, type: TXT, values: [0123, yes, 1e3, 1.50, 0x1f]}"});
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  const auto zone = project.read("zones/one.example.zone");
  for (const auto* text : {R"("0123")", R"("yes")", R"("1e3")", R"("1.50")", R"("0x1f")"}) {
    EXPECT_NE(zone.find(text), std::string::npos) << text << "\n" << zone;
  }
}

TEST(Apply, AZoneDirectoryThatCannotBeWrittenIsSaidAndNothingIsRemembered) {
  const Project project;
  project.domain("one.example", hosts(1));
  project.write("zones", "a file where a folder should be");
  const auto ran = project.plumb({"apply", "--yes"});
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("zones")) << ran.all();
  const auto state = project.plumb({"state", "list"});
  EXPECT_EQ(state.out.find("1 claims"), std::string::npos) << state.out;
}

}  // namespace
}  // namespace plumb::test
