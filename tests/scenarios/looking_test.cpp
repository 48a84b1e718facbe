// The commands that only look.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

class Looking : public ::testing::Test {
 protected:
  Looking() {
    project_.write("domains/profile.yaml",
                   "apiVersion: plumb/v1\nkind: Profile\nmetadata: {name: mail}\nspec:\n"
                   "  records: [{name: \"@\", type: MX, value: \"10 h1\"}]\n");
    project_.domain("one.example", hosts(3));
    project_.append("domains/one.example.yaml", "  profiles: [mail]\n");
    EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  }

  const Project project_;
};

TEST_F(Looking, HistoryTellsWhatWasDoneNewestFirst) {
  project_.replace("domains/one.example.yaml", "192.0.2.2", "198.51.100.2");
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  const auto all = project_.plumb({"history"});
  EXPECT_EQ(all.code, 0);
  EXPECT_LT(all.out.find("update"), all.out.find("create")) << all.out;
  const auto one = project_.plumb({"history", "RRset/one.example/h2 A"});
  EXPECT_TRUE(one.says("198.51.100.2")) << one.out;
  EXPECT_FALSE(one.says("h3 A")) << one.out;
  EXPECT_TRUE(project_.plumb({"history", "-o", "json"}).out.find("198.51.100.2") !=
              std::string::npos);
}

TEST_F(Looking, RenderGivesZoneFileYamlAndJson) {
  const auto zone = project_.plumb({"render", "Domain/one.example", "-o", "zone"});
  EXPECT_EQ(zone.code, 0);
  EXPECT_TRUE(zone.says("@\t300\tIN\tMX\t10 h1.one.example.")) << zone.out;
  EXPECT_TRUE(project_.plumb({"render", "Domain/one.example"}).says("label: \"h1 A\""));
  EXPECT_TRUE(project_.plumb({"render", "Domain/one.example", "-o", "json"}).says("\"h1 A\""));
  EXPECT_EQ(project_.plumb({"render", "Domain/nosuch.example"}).code, 1);
}

TEST_F(Looking, ExplainTellsWhereAResourceComesFrom) {
  const auto own = project_.plumb({"explain", "RRset/one.example/h2 A"});
  EXPECT_EQ(own.code, 0) << own.all();
  EXPECT_TRUE(own.says("domains/one.example.yaml:8:")) << own.out;
  EXPECT_TRUE(own.says("created by us")) << own.out;
  EXPECT_TRUE(own.says("create ")) << own.out;
  const auto inherited = project_.plumb({"explain", "RRset/one.example/@ MX"});
  EXPECT_TRUE(inherited.says("domains/profile.yaml:5:")) << inherited.out;
  EXPECT_NE(project_.plumb({"explain", "RRset/one.example/nosuch A"}).code, 0);
}

TEST_F(Looking, ExplainTellsWhatAFieldIs) {
  EXPECT_TRUE(project_.plumb({"explain", "Domain"}).says("records"));
  EXPECT_TRUE(project_.plumb({"explain", "Domain.dns.defaultTTL"}).says("TTL"));
  const auto wrong = project_.plumb({"explain", "Domain.dns.defaultTLL"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_TRUE(wrong.says("defaultTTL")) << "did you mean\n" << wrong.all();
  EXPECT_TRUE(project_.plumb({"explain", "Domian"}).says("Domain"));
}

TEST_F(Looking, SchemaWritesOneFilePerKind) {
  ASSERT_EQ(project_.plumb({"schema", "--out", "schemas"}).code, 0);
  for (const auto* kind :
       {"consent", "dnsrecord", "domain", "profile", "project", "provider", "server"}) {
    const auto text = project_.read("schemas/" + std::string(kind) + ".schema.json");
    EXPECT_TRUE(text.starts_with("{")) << kind;
  }
  EXPECT_TRUE(project_.plumb({"schema", "Domain"}).out.starts_with("{"));
  EXPECT_EQ(project_.plumb({"schema", "Domian"}).code, 1);
}

TEST_F(Looking, GraphHasThreeForms) {
  EXPECT_TRUE(project_.plumb({"graph"}).says("Nothing to do"));
  project_.domain("two.example", hosts(1));
  EXPECT_TRUE(project_.plumb({"graph"}).says("two.example"));
  EXPECT_TRUE(project_.plumb({"graph", "-o", "dot"}).out.starts_with("digraph"));
  EXPECT_TRUE(project_.plumb({"graph", "-o", "json"}).out.starts_with("{"));
}

TEST_F(Looking, ShowTellsWhoseEachRecordIs) {
  const auto ran = project_.plumb({"show", "one.example"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.says("(ours)")) << ran.out;
  EXPECT_TRUE(ran.says("left alone: the zone's own")) << ran.out;
  EXPECT_TRUE(project_.plumb({"show", "-o", "json"}).says("\"owner\": \"ours\""));
}

TEST_F(Looking, StateShowsClaims) {
  EXPECT_TRUE(project_.plumb({"state", "show", "one.example"}).says("created"));
  EXPECT_TRUE(project_.plumb({"state", "show", "one.example", "-o", "json"}).says("h1"));
  EXPECT_EQ(project_.plumb({"state", "show", "nosuch.example"}).code, 1);
}

TEST_F(Looking, NothingOfThisChangesWorldOrState) {
  const auto zone = project_.read("zones/one.example.zone");
  const auto serial = between(project_.plumb({"state", "list"}).out, "serial ", " ");
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"validate"},
                                             {"plan"},
                                             {"drift"},
                                             {"show"},
                                             {"history"},
                                             {"graph"},
                                             {"render", "Domain/one.example"},
                                             {"explain", "RRset/one.example/h1 A"}}) {
    EXPECT_EQ(project_.plumb(words).code, 0) << words.front();
  }
  EXPECT_EQ(project_.read("zones/one.example.zone"), zone);
  EXPECT_EQ(between(project_.plumb({"state", "list"}).out, "serial ", " "), serial);
}

TEST_F(Looking, WorksFromAFolderBelowAndFromElsewhere) {
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}, {.folder = "domains"}).code, 0);
  const Project elsewhere;
  EXPECT_EQ(elsewhere.plumb({"plan", "--detailed-exitcode", "-C", project_.path().string()}).code,
            0);
}

TEST(Program, TellsItsVersionAndItsCommands) {
  const Project project;
  EXPECT_TRUE(project.plumb({"version"}).out.starts_with("plumb "));
  const auto help = project.plumb({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const auto* command : {"validate",
                              "plan",
                              "apply",
                              "drift",
                              "show",
                              "explain",
                              "render",
                              "adopt",
                              "forget",
                              "history",
                              "schema",
                              "state",
                              "graph",
                              "version"}) {
    EXPECT_TRUE(help.says(command)) << command;
    EXPECT_EQ(project.plumb({command, "--help"}).code, 0) << command;
  }
}

TEST(Explain, NamesTheDeclarationThatMadeAnObject) {
  const Project project;
  project.domain("one.example", hosts(2));
  const auto ran = project.plumb({"explain", "RRset/one.example/h1 A"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says(" in Domain/one.example")) << ran.all();
}

}  // namespace
}  // namespace plumb::test
