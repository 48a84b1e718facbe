// --target and --exclude, in all their words, at every command that looks at scopes.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

class Selection : public ::testing::Test {
 protected:
  Selection() {
    project_.write("providers/more.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: others}\n"
                   "spec: {type: zonefile, directory: others}\n"
                   "---\n"
                   "apiVersion: plumb/v1\nkind: Profile\nmetadata: {name: shared}\n"
                   "spec: {records: [{name: note, type: TXT, value: shared}]}\n");
    project_.domain("one.example", hosts(1));
    project_.domain("two.example", hosts(1));
    project_.append("domains/two.example.yaml", "  profiles: [shared]\n");
    project_.replace("domains/two.example.yaml",
                     "metadata: {name: two.example}",
                     "metadata: {name: two.example, labels: {tier: gold}}");
    project_.domain("three.example", hosts(1));
    project_.replace("domains/three.example.yaml", "[files]", "[others]");
  }

  /// Which of the three domains a run speaks of, and that it says what it leaves out.
  std::string seen(std::vector<std::string> words) const {
    const auto ran = project_.plumb(words);
    EXPECT_LE(ran.code, 2) << ran.all();
    std::string found;
    for (const auto* domain : {"one", "two", "three"}) {
      if (ran.says(std::string(domain) + ".example")) {
        found += (found.empty() ? "" : " ") + std::string(domain);
      }
    }
    EXPECT_EQ(found != "one two three", ran.says("left out by the selection")) << ran.all();
    return found;
  }

  const Project project_;
};

TEST_F(Selection, KnowsAllItsWords) {
  for (const auto& [word, domains] :
       std::map<std::string, std::string>{{"one.example", "one"},
                                          {"t*", "two three"},
                                          {"Domain/two.example", "two"},
                                          {"Zone/two.example", "two"},
                                          {"Provider/others", "three"},
                                          {"Profile/shared", "two"},
                                          {"kind:RRset", "one two three"},
                                          {"kind:Domain", "one two three"},
                                          {"label:tier=gold", "two"},
                                          {"file:domains/one.example.yaml", "one"},
                                          {"file:providers/more.yaml", "two three"},
                                          {"file:domains", "one two three"}}) {
    EXPECT_EQ(seen({"plan", "--target", word}), domains) << word;
  }
}

TEST_F(Selection, OfAMailboxTakesTheMailOfItsDomain) {
  project_.write("providers/mailhost.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
                 "spec: {type: postfix-dovecot, directory: mail}\n");
  project_.append("domains/one.example.yaml", "  mail: {provider: mailhost, mx: [10 mx.out.]}\n");
  project_.append("domains/two.example.yaml", "  mail: {provider: mailhost, mx: [10 mx.out.]}\n");
  project_.write("people/jane.yaml",
                 "apiVersion: plumb/v1\nkind: Mailbox\n"
                 "metadata: {name: jane@one.example, labels: {team: sales}}\n"
                 "---\napiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: al@one.example}\n"
                 "---\napiVersion: plumb/v1\nkind: Alias\nmetadata: {name: ali@one.example}\n"
                 "spec: {to: [al@one.example]}\n");
  project_.write("people/joe.yaml",
                 "apiVersion: plumb/v1\nkind: Alias\n"
                 "metadata: {name: joe@two.example, labels: {team: care}}\n"
                 "spec: {to: [joe@else.example]}\n");
  project_.replace("plumb.yaml", "manifests: [", "manifests: [people, ");
  for (const auto& [word, says] :
       std::map<std::string, std::string>{{"label:team=sales", "jane"},
                                          {"label:team=care", "joe"},
                                          {"Mailbox/*", "jane"},
                                          {"Alias/*", "jane joe"},
                                          {"file:people/jane.yaml", "jane"},
                                          {"file:people", "jane joe"}}) {
    const auto ran = project_.plumb({"plan", "-v", "--target", word});
    EXPECT_EQ(ran.code, 0) << word << "\n" << ran.all();
    for (const auto* name : {"jane", "joe"}) {
      EXPECT_EQ(ran.says(name), says.find(name) != std::string::npos) << word << "\n" << ran.all();
    }
    EXPECT_FALSE(ran.says("h1")) << "a zone is not a mailbox's\n" << ran.all();
  }
  EXPECT_EQ(project_.plumb({"plan", "--target", "label:team=none"}).code, 1);
}

TEST_F(Selection, HoldsForEveryCommandThatLooks) {
  for (const auto* command : {"plan", "graph"}) {
    EXPECT_EQ(seen({command, "--target", "Provider/files"}), "one two") << command;
    EXPECT_EQ(seen({command, "--exclude", "Provider/files"}), "three") << command;
  }
  ASSERT_EQ(project_.plumb({"apply", "--yes", "--exclude", "label:tier=gold"}).code, 0);
  EXPECT_FALSE(project_.has("zones/two.example.zone"));
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(seen({"show", "--target", "file:domains/one.example.yaml"}), "one");
  EXPECT_EQ(seen({"show", "--exclude", "Provider/files"}), "three");
  const auto json = project_.plumb({"show", "one.example", "-o", "json"});
  EXPECT_TRUE(json.says("\"scopesLeftOut\": 2")) << json.out;
  EXPECT_TRUE(project_.plumb({"graph", "one.example", "-o", "json"}).says("\"scopesLeftOut\": 2"));
  for (const auto* zone : {"zones/one.example.zone", "others/three.example.zone"}) {
    project_.replace(zone, "192.0.2.1\n", "203.0.113.1\n");
  }
  EXPECT_EQ(seen({"drift", "--target", "Provider/others"}), "three");
  EXPECT_EQ(seen({"drift", "--exclude", "label:tier=gold", "--exclude", "Provider/others"}), "one");
}

TEST_F(Selection, AdoptTakesTheSameWords) {
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  ASSERT_EQ(project_.plumb({"forget", "--yes", "Domain/one.example"}).code, 0);
  const auto other = project_.plumb({"adopt", "--target", "Provider/others"});
  EXPECT_TRUE(other.says("0 objects noted")) << other.all();
  EXPECT_TRUE(other.says("2 scopes left out")) << other.all();
  const auto own = project_.plumb({"adopt", "--exclude", "Provider/others"});
  EXPECT_TRUE(own.says("2 objects noted")) << own.all();
}

TEST_F(Selection, SaysWhatSelectsNothing) {
  for (const auto& [word, hint] :
       std::map<std::string, std::string>{{"one.exmaple", "did you mean one.example?"},
                                          {"Provider/other", "did you mean Provider/others?"},
                                          {"kind:Domian", "did you mean kind:Domain?"},
                                          {"RRset/one.example/h1 A", "select one.example"},
                                          {"label:tier=lead", "label:"}}) {
    const auto ran = project_.plumb({"plan", "--target", word});
    EXPECT_EQ(ran.code, 1) << word;
    EXPECT_TRUE(ran.says(hint)) << ran.all();
  }
}

}  // namespace
}  // namespace plumb::test
