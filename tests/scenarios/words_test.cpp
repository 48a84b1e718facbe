// The words of the command line: what is mistyped, counted, or not there.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

TEST(Words, AskWhatWasMeant) {
  const Project project;
  for (const auto& [words, hint] : std::map<std::vector<std::string>, std::string>{
           {{"plam"}, "did you mean plan?"},
           {{"state", "lst"}, "did you mean list?"},
           {{"plan", "--taget", "x"}, "did you mean --target?"},
           {{"nothing-of-the-kind"}, "plumb --help"}}) {
    const auto ran = project.plumb(words);
    EXPECT_EQ(ran.code, 1) << ran.all();
    EXPECT_TRUE(ran.says(hint)) << ran.all();
  }
}

TEST(Words, ApplyOfAFileThatIsNotThereSaysSo) {
  const Project project;
  project.domain("one.example", hosts(1));
  for (const auto* file : {"nofile.json", "./nofile"}) {
    const auto ran = project.plumb({"apply", "--yes", file});
    EXPECT_EQ(ran.code, 1) << ran.all();
    EXPECT_TRUE(ran.says(std::string("there is no file ") + file)) << ran.all();
  }
  EXPECT_FALSE(project.has("zones/one.example.zone"));
}

TEST(Words, OneIsNotMany) {
  const Project project;
  project.domain("one.example", {});
  EXPECT_TRUE(project.plumb({"validate"}).says("1 resource in 1 scope\n"));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  const auto state = project.plumb({"state", "list"});
  EXPECT_TRUE(state.says(" 1 claim ")) << state.out;
  EXPECT_TRUE(state.says(" 1 scope\n")) << state.out;
  const auto taken = project.plumb({"forget", "--yes", "Domain/one.example"});
  EXPECT_TRUE(taken.says("1 claim forgotten")) << taken.out;
}

TEST(Words, TheHeaderCountsOnlyDomainsThatAreDeclared) {
  const Project project;
  project.domain("one.example", hosts(1));
  ASSERT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  project.remove("domains/one.example.yaml");
  project.write("domains/none.yaml", "");
  EXPECT_TRUE(project.plumb({"plan"}).says("0 domains, 0 resources in 1 scope "));
}

TEST(Words, ThePlanCountsWhatIsPaused) {
  const Project project;
  project.domain("one.example", hosts(1));
  project.write(
      "domains/record.yaml",
      "apiVersion: plumb/v1\nkind: DNSRecord\nmetadata: {name: status-page}\n"
      "spec: {domain: one.example, name: status, type: CNAME, value: h1, paused: true}\n");
  const auto ran = project.plumb({"plan"});
  EXPECT_TRUE(ran.says("2 to create · 1 paused in the manifests")) << ran.all();
  const auto json = project.plumb({"plan", "--output", "json"});
  EXPECT_TRUE(json.says("\"paused\": 1")) << json.all();
  EXPECT_FALSE(ran.says("status CNAME")) << ran.all();
}

TEST(Words, ACallThatFailsIsNamedOnce) {
  const Project project;
  project.write(
      "providers/pdns.yaml",
      "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: pdns}\n"
      "spec: {type: powerdns, endpoint: \"http://127.0.0.1:1/\", auth: {apiKey: {env: KEY}}}\n");
  project.domain("one.example", hosts(1));
  project.replace("domains/one.example.yaml", "[files]", "[pdns]");
  const auto ran = project.plumb({"plan"}, {.environment = {{"KEY", "k"}}});
  const auto first = ran.all().find("GET ");
  EXPECT_EQ(ran.code, 8) << ran.all();
  ASSERT_NE(first, std::string::npos) << ran.all();
  const auto line = ran.all().substr(first, ran.all().find('\n', first) - first);
  EXPECT_EQ(line.find("GET ", 1), std::string::npos) << line;
}

}  // namespace
}  // namespace plumb::test
