// What was in plumb and has not been touched is not read again; whatever is touched is seen.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "state/store.h"
#include "tests/support/cli.h"

namespace plumb::test {
namespace {

constexpr std::string_view kAliases = "mail/postfix/aliases";

class SettledFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("providers/mail.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
                   "spec: {type: postfix-dovecot, directory: mail, webRoot: www, "
                   "dkim: {directory: dkim}}\n");
    project_.write("domains/one.yaml",
                   "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: one.example}\nspec:\n"
                   "  dns: {providers: [files], defaultTTL: 300, unmanaged: [\"_theirs *\"]}\n"
                   "  mail: {provider: mailhost, servers: [mx1], dkim: {selector: s1, "
                   "algorithm: ed25519}, mtaSts: {mode: testing}}\n"
                   "  aliases: {postmaster: [jane], abuse: [jane]}\n");
    project_.write("domains/jane.yaml",
                   "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: jane@one.example}\n"
                   "spec: {}\n");
    project_.write("domains/mx1.yaml",
                   "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: mx1}\n"
                   "spec: {hostname: mx1.one.example, addresses: [192.0.2.1]}\n");
    const auto applied = project_.plumb({"apply", "--yes"});
    ASSERT_EQ(applied.code, 0) << applied.all();
    const auto quiet = project_.plumb({"apply", "--yes"});  // remembers what the first saw too new
    ASSERT_EQ(quiet.code, 0) << quiet.all();
    ASSERT_EQ(drift().code, 0) << drift().all();
  }
  Ran drift() const { return project_.plumb({"drift"}); }
  /// Whether drift is seen, undone by an apply, and gone then.
  void expect_seen(std::string_view text) const {
    const auto seen = drift();
    EXPECT_EQ(seen.code, 2) << seen.all();
    EXPECT_TRUE(seen.says(text)) << seen.all();
    EXPECT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
    EXPECT_EQ(drift().code, 0) << drift().all();
  }

  Project project_{"  drift: heal\n"};
};

TEST_F(SettledFiles, ALineOfTheSameLengthIsSeen) {
  project_.replace(kAliases, "abuse@one.example\tjane@", "abuse@one.example\tmark@");
  expect_seen("mark@one.example");
}

TEST_F(SettledFiles, ALineOutsideOfTheMarkedPartIsSeen) {
  project_.write(kAliases, "abuse@one.example root@localhost\n" + project_.read(kAliases));
  const auto seen = project_.plumb({"plan"});
  EXPECT_NE(seen.code, 0) << seen.all();
  EXPECT_TRUE(seen.says("abuse@one.example")) << seen.all();
}

TEST_F(SettledFiles, AMissingPolicyIsSeen) {
  project_.remove("www/one.example/.well-known/mta-sts.txt");
  expect_seen("MTASTSPolicy");
}

TEST_F(SettledFiles, AKeyOfSomebodyElseIsSeen) {
  project_.write("domains/other.yaml",
                 "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: two.example}\nspec:\n"
                 "  dns: {providers: [files], defaultTTL: 300}\n"
                 "  mail: {provider: mailhost, servers: [mx1], dkim: {selector: s1, "
                 "algorithm: ed25519}}\n"
                 "  aliases: {postmaster: [jane@one.example], abuse: [jane@one.example]}\n");
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  project_.write("dkim/one.example/s1.pem", project_.read("dkim/two.example/s1.pem"));
  expect_seen("s1");
}

TEST_F(SettledFiles, AnEditedZoneIsSeen) {
  project_.append("zones/one.example.zone", "mx1.one.example. 300 IN A 192.0.2.99\n");
  expect_seen("192.0.2.99");
}

TEST_F(SettledFiles, AnotherDirectoryIsAnotherWorld) {
  project_.replace("providers/mail.yaml", "directory: mail,", "directory: elsewhere,");
  const auto planned = project_.plumb({"plan"});
  EXPECT_TRUE(planned.says("names another account now")) << planned.all();
}

TEST_F(SettledFiles, WhatIsUnmanagedIsToldInEachRun) {
  project_.append("zones/one.example.zone", "_theirs.one.example. 300 IN TXT \"theirs\"\n");
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  for (int run = 0; run < 2; ++run) {
    const auto planned = project_.plumb({"plan"});
    EXPECT_TRUE(planned.says("1 unmanaged object left alone")) << planned.all();
  }
}

TEST_F(SettledFiles, AnAliasDomainOfAnotherMailHostKeepsItsAddresses) {
  // Both hosts write their policies to one web root; the target's addresses are the first one's.
  project_.write("providers/second.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: second}\n"
                 "spec: {type: postfix-dovecot, directory: mail2, webRoot: www, "
                 "dkim: {directory: dkim2}}\n");
  project_.write("domains/two.yaml",
                 "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: two.example}\nspec:\n"
                 "  dns: {providers: [files], defaultTTL: 300}\n"
                 "  mail: {provider: second, aliasOf: one.example}\n");
  for (int run = 0; run < 2; ++run) {
    const auto applied = project_.plumb({"apply", "--yes"});
    ASSERT_EQ(applied.code, 0) << applied.all();
    EXPECT_NE(project_.read("mail2/postfix/aliases").find("@two.example\t@one.example"),
              std::string::npos)
        << project_.read("mail2/postfix/aliases");
  }
}

TEST_F(SettledFiles, GuardsGoByWhatIsClaimedAndNotByWhatIsDeclared) {
  project_.replace("plumb.yaml", "drift: heal", "drift: heal\n  guards: {deletesPerRun: 10%}");
  std::string paused =
      "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: two.example}\nspec:\n"
      "  dns: {providers: [files], defaultTTL: 300}\n  records:\n"
      "    - {name: www, type: A, value: 192.0.2.7}\n";
  for (int i = 0; i < 40; ++i) {
    paused += "---\napiVersion: plumb/v1\nkind: DNSRecord\nmetadata: {name: p" + std::to_string(i) +
              "}\nspec: {paused: true, domain: two.example, name: p" + std::to_string(i) +
              ", type: A, value: 192.0.2.8}\n";
  }
  project_.write("domains/two.yaml", paused);
  for (int run = 0; run < 2; ++run) {
    const auto applied = project_.plumb({"apply", "--yes"});
    ASSERT_EQ(applied.code, 0) << applied.all();
  }
  project_.remove("domains/jane.yaml");
  project_.replace(
      "domains/one.yaml", "postmaster: [jane], abuse: [jane]", "postmaster: [a@b.test]");
  project_.replace("domains/one.yaml", ", mtaSts: {mode: testing}", "");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"plan"}, std::vector<std::string>{"plan", "--read-all"}}) {
    const auto planned = project_.plumb(words);
    EXPECT_TRUE(planned.says("objects in all")) << planned.all();
  }
}

TEST_F(SettledFiles, AKeyReplacedWhileARunLooksIsNotRememberedAsInPlumb) {
  // The secret is fetched between the look at the keys and the look at the rest.
  const auto key = (project_.path() / "dkim/one.example/s1.pem").string();
  project_.write(
      "other.sh",
      "#!/bin/sh\n[ -e swap ] && rm swap && openssl genpkey -algorithm ed25519 -out new.pem "
      "2>/dev/null && chmod 600 new.pem && mv new.pem " +
          key + "\necho battery staple horse\n");
  const auto script = (project_.path() / "other.sh").string();
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  project_.replace("domains/jane.yaml", "spec: {}", "spec: {password: {exec: [" + script + "]}}");
  const auto apply = [&] { return project_.plumb({"apply", "--yes", "--allow-exec"}); };
  ASSERT_EQ(apply().code, 0);
  ASSERT_EQ(apply().code, 0);
  std::filesystem::last_write_time(key, std::filesystem::file_time_type::clock::now());
  project_.write("swap", "");
  ASSERT_EQ(apply().code, 0);
  ASSERT_FALSE(project_.has("swap"));
  const auto seen = project_.plumb({"drift", "--allow-exec"});
  EXPECT_EQ(seen.code, 2) << seen.all();
}

TEST_F(SettledFiles, ARememberedKeyThatIsNotSoIsNotBelievedForGood) {
  const auto right = between(project_.read("zones/one.example.zone"), "p=", "\"");
  const auto wrong = std::string("v=DKIM1; k=ed25519; p=") + std::string(43, 'A') + "=";
  {
    const auto store = state::Store::open(
        project_.path() / ".plumb", {"acme", "default"}, state::Access::write, "unused", 1);
    ASSERT_TRUE(store) << store.error().message;
    auto outputs = (*store)->outputs().value();
    std::erase_if(outputs, [](const auto& one) {
      return one.values.empty() || one.values[0].name != "publicKey";
    });
    ASSERT_EQ(outputs.size(), 1U);
    outputs[0].values[0].value = Value{wrong, {}};
    ASSERT_TRUE((*store)->put_outputs(outputs));
  }
  const auto misled = project_.plumb({"plan", "--detailed-exitcode"});
  ASSERT_EQ(misled.code, 2) << misled.all();
  // Has the mail host looked at again, whose files stand still.
  project_.replace("providers/mail.yaml", "webRoot", "limits: {concurrency: 3}, webRoot");
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  ASSERT_EQ(project_.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(between(project_.read("zones/one.example.zone"), "p=", "\""), right);
}

TEST_F(SettledFiles, AllOfItIsReadWhereOneAsksForIt) {
  EXPECT_EQ(project_.plumb({"plan", "--read-all", "--detailed-exitcode"}).code, 0);
  const auto both = project_.plumb({"plan", "--read-all", "--skip-settled"});
  EXPECT_EQ(both.code, 1) << both.all();
  EXPECT_TRUE(both.says("--read-all")) << both.all();
}

}  // namespace
}  // namespace plumb::test
