// The cache of compiled manifests: unseen, but for the time it saves.

#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kCache = ".plumb/compiled/data.mdb";

class CompiledManifests : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.domain("one.example", hosts(3));
    project_.domain("two.example", hosts(2));
    ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
    EXPECT_TRUE(in_plumb());
    ASSERT_TRUE(project_.has(kCache));
  }
  bool in_plumb() const { return project_.plumb({"plan", "--detailed-exitcode"}).code == 0; }

  Project project_;
};

TEST_F(CompiledManifests, FollowTheFiles) {
  project_.domain("one.example", hosts(4));
  EXPECT_TRUE(project_.plumb({"plan"}).says("h4"));
  project_.domain("one.example", hosts(3));
  EXPECT_TRUE(in_plumb()) << "and back";
  project_.remove("domains/two.example.yaml");
  EXPECT_TRUE(project_.plumb({"plan"}).says("two.example"));
}

TEST_F(CompiledManifests, TellPlacesOfNow) {
  project_.write("domains/moved.yaml", project_.read("domains/one.example.yaml"));
  project_.remove("domains/one.example.yaml");
  EXPECT_TRUE(in_plumb());
  const auto ran = project_.plumb({"explain", "RRset/one.example/h2 A"});
  EXPECT_TRUE(ran.says("domains/moved.yaml:")) << ran.all();
  EXPECT_FALSE(ran.says("domains/one.example.yaml")) << ran.all();
}

TEST_F(CompiledManifests, MayBeLostOrDamaged) {
  project_.remove(".plumb/compiled");
  EXPECT_TRUE(in_plumb());
  EXPECT_TRUE(project_.has(kCache)) << "made anew";
  for (const std::size_t size : {std::size_t{0}, std::size_t{100}, std::size_t{40'000}}) {
    project_.write(kCache, std::string(size, 'x'));
    EXPECT_TRUE(in_plumb()) << size;
  }
}

TEST_F(CompiledManifests, ChangeNothingThatIsSaidAfterAnyEdit) {
  const auto mailbox = [](const std::string& local) {
    return "---\napiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: " + local +
           "@one.example}\nspec: {}\n";
  };
  const auto alias = [](const std::string& name, const std::string& to) {
    return "---\napiVersion: plumb/v1\nkind: Alias\nmetadata: {name: " + name + "}\nspec: {to: [" +
           to + "]}\n";
  };
  const std::string domains =
      "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: host}\n"
      "spec: {type: postfix-dovecot, directory: mail}\n---\n"
      "apiVersion: plumb/v1\nkind: Profile\nmetadata: {name: mailed}\n"
      "spec:\n  dns: {providers: [zones]}\n  mail: {provider: host}\n---\n"
      "apiVersion: plumb/v1\nkind: Domain\nmetadata: {names: [mail.test, more.test]}\n"
      "spec: {profiles: [mailed]}\n";
  const std::vector<std::pair<std::string, std::string>> edits{
      {"domains/mail.yaml", domains},
      {"domains/people.yaml", mailbox("x") + alias("a@mail.test", "x@one.example")},
      {"domains/people.yaml", alias("a@mail.test", "b") + alias("b@mail.test", "c@out.example")},
      {"domains/people.yaml", alias("a@mail.test", "b") + alias("b@mail.test", "a")},
      {"domains/people.yaml", alias("a@mail.test", "b@more.test")},
      {"domains/people2.yaml", alias("b@more.test", "c@out.example")},
      {"domains/people2.yaml", alias("b@more.test", "a@mail.test")},
      {"domains/people2.yaml", alias("a@mail.test", "c@out.example")},
      {"domains/people2.yaml", "kind: ["},
      {"domains/people2.yaml", alias("z@mail.test", "c@out.example")},
      {"domains/two.example.yaml", "# nothing is left\n"}};
  for (const auto& [path, text] : edits) {
    project_.write(path, text);
    for (const auto* command : {"validate", "plan"}) {
      const auto with = project_.plumb({command});
      const auto again = project_.plumb({command});
      project_.remove(".plumb/compiled");
      const auto without = project_.plumb({command});
      EXPECT_EQ(with.all(), without.all()) << path << ":\n" << text;
      EXPECT_EQ(again.all(), without.all()) << path << ":\n" << text;
    }
  }
}

TEST_F(CompiledManifests, SayWhatIsWrongEachTime) {
  project_.append("domains/two.example.yaml", "    - {name: h9, type: A, value: 300.1.1.1}\n");
  const auto first = project_.plumb({"validate"});
  EXPECT_NE(first.code, 0);
  EXPECT_TRUE(first.says("300.1.1.1")) << first.all();
  EXPECT_EQ(project_.plumb({"validate"}).all(), first.all());
}

TEST_F(CompiledManifests, KeepNoPasswordsHash) {
  project_.write("domains/mail.yaml",
                 "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: jane@one.example}\n"
                 "spec: {password: {hash: \"{SHA512-CRYPT}$6$canarysalt$canary\"}}\n");
  project_.write("domains/plain.yaml",
                 "apiVersion: plumb/v1\nkind: Alias\nmetadata: {name: mark@one.example}\n"
                 "spec: {to: [somebody@else.example]}\n");
  project_.plumb({"validate"});
  const auto kept = project_.read(kCache);
  EXPECT_EQ(kept.find("canary"), std::string::npos);
  EXPECT_NE(kept.find("somebody@else.example"), std::string::npos) << "others are kept";
}

}  // namespace
}  // namespace plumb::test
