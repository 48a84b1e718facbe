// Passwords of mailboxes, from the manifests to the passwd-file and nowhere else.
#include <gtest/gtest.h>

#include "controller/env/password_hash.h"
#include "tests/support/cli.h"

namespace plumb::test {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr std::string_view kCanary = "canary-5d20e8b";
constexpr std::string_view kUsers = "mail/dovecot/users";

class PasswordScenario : public testing::Test {
 protected:
  explicit PasswordScenario(std::string_view spec = "  drift: report\n") : project(spec) {
    project.write("providers/mailhost.yaml",
                  "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
                  "spec:\n  type: postfix-dovecot\n  directory: mail\n"
                  "  passwordScheme: SHA512-CRYPT\n"
                  "  reload: [[sh, -c, \"tr '\\\\0' ' ' < /proc/$PPID/cmdline > arguments\"]]\n");
    project.write("domains/one.yaml",
                  "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: one.example}\n"
                  "spec:\n  dns: {providers: [files], defaultTTL: 300}\n"
                  "  mail: {provider: mailhost, mx: [10 mx.out.example.]}\n");
  }

  const Project project;

  void mailbox(const std::string& name, const std::string& spec) const {
    project.write("domains/" + name + ".yaml",
                  "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: " + name +
                      "@one.example}\nspec: {" + spec + "}\n");
  }
  Ran plan(const Environment& environment, const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all = {"plan"};
    all.insert(all.end(), words.begin(), words.end());
    return project.plumb(all, {.environment = environment});
  }
  Ran apply(const Environment& environment, const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all = {"apply", "--yes", "--no-verify"};
    all.insert(all.end(), words.begin(), words.end());
    return project.plumb(all, {.environment = environment});
  }
  void applies(const Environment& environment, const std::vector<std::string>& words = {}) const {
    const auto ran = apply(environment, words);
    EXPECT_EQ(ran.code, 0) << ran.all();
  }
  /// Nothing is left to do.
  void expect_in_plumb(const Environment& environment,
                       const std::vector<std::string>& words = {}) const {
    const auto ran = plan(environment, words);
    EXPECT_EQ(ran.code, 0) << ran.all();
    EXPECT_TRUE(ran.says("In plumb: nothing to do.")) << ran.all();
  }
  /// What Dovecot reads of a mailbox.
  std::string hash_of(const std::string& name) const {
    return between(project.read(kUsers), "\n" + name + "@one.example:", ":");
  }
  void expect_opens(const std::string& name, std::string_view password) const {
    EXPECT_EQ(env::verify_password(env::Secret(password), hash_of(name)), env::PasswordMatch::yes)
        << hash_of(name);
  }
  /// Somebody sets another password, with Dovecot's own means.
  void set_outside(const std::string& name, const std::string& hash) const {
    project.replace(kUsers, name + "@one.example:" + hash_of(name), name + "@one.example:" + hash);
  }
};

constexpr std::string_view kReady =
    "{SHA512-CRYPT}$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/"
    "jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/";

TEST_F(PasswordScenario, ComeFromEverySourceAndASecondPlanIsEmpty) {
  mailbox("env", "password: {env: PASSWORD}");
  mailbox("file", "password: {file: secrets/one}");
  mailbox("exec", "password: {exec: [echo, of-a-command]}");
  mailbox("hash", "password: {hash: '" + std::string(kReady) + "'}");
  mailbox("none", "displayName: Nobody");
  project.write("secrets/one", "of-a-file\n");
  const Environment with = {{"PASSWORD", "of-a-variable"}};
  const auto planned = plan(with, {"--allow-exec"});
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_TRUE(planned.says("+ Password    hash  password set")) << planned.all();
  applies(with, {"--allow-exec"});
  expect_opens("env", "of-a-variable");
  expect_opens("file", "of-a-file");
  expect_opens("exec", "of-a-command");
  EXPECT_EQ(hash_of("hash"), kReady);
  EXPECT_EQ(hash_of("none"), "");
  expect_in_plumb(with, {"--allow-exec"});
}

TEST_F(PasswordScenario, ThatMoveAreOneUpdate) {
  mailbox("jane", "password: {env: JANE}");
  mailbox("joe", "password: {env: JOE}");
  applies({{"JANE", "first-of-jane"}, {"JOE", "first-of-joe"}});
  const auto joes = hash_of("joe");
  const Environment moved = {{"JANE", "second-of-jane"}, {"JOE", "first-of-joe"}};
  const auto planned = plan(moved);
  EXPECT_TRUE(planned.says("~ Password  jane  password changed")) << planned.all();
  EXPECT_TRUE(planned.says("1 to change")) << planned.all();
  applies(moved);
  expect_opens("jane", "second-of-jane");
  EXPECT_EQ(hash_of("joe"), joes);
  expect_in_plumb(moved);
}

TEST_F(PasswordScenario, OfManageInitialAreTheUsersOwnOnceSet) {
  mailbox("jane", "password: {env: JANE, manage: initial}");
  const Environment with = {{"JANE", "first-of-jane"}};
  applies(with);
  set_outside("jane", std::string(kReady));
  expect_in_plumb(with);
  applies(with);
  EXPECT_EQ(hash_of("jane"), kReady);
}

TEST_F(PasswordScenario, OfManageAlwaysArePutBack) {
  mailbox("jane", "password: {env: JANE, manage: always}");
  const Environment with = {{"JANE", "first-of-jane"}};
  applies(with);
  expect_in_plumb(with);
  set_outside("jane", std::string(kReady));
  const auto planned = plan(with);
  EXPECT_TRUE(planned.says("Password  jane")) << planned.all();
  EXPECT_TRUE(planned.says("1 to heal")) << planned.all();
  applies(with);
  expect_opens("jane", "first-of-jane");
  expect_in_plumb(with);
}

TEST_F(PasswordScenario, OfMailboxesThatExistAreAdoptedNotSet) {
  mailbox("jane", "password: {env: JANE}");
  const Environment with = {{"JANE", "first-of-jane"}};
  applies(with);
  const auto before = project.read(kUsers);
  project.remove(".plumb");
  applies({{"JANE", "what-somebody-wrote"}});
  EXPECT_EQ(project.read(kUsers), before);
  expect_in_plumb({{"JANE", "what-somebody-wrote"}});
}

TEST_F(PasswordScenario, ThatCannotBeReadHereAreLeftAlone) {
  mailbox("jane", "password: {env: JANE}");
  applies({{"JANE", "first-of-jane"}});
  const auto before = hash_of("jane");
  const auto there = plan({});
  EXPECT_EQ(there.code, 0) << there.all();
  EXPECT_TRUE(
      there.says("mailhost: 1 password could not be read here: left alone: secret env JANE "
                 "is not set (export JANE"))
      << there.all();
  EXPECT_TRUE(there.says("In plumb: nothing to do.")) << there.all();
  mailbox("joe", "password: {env: JOE}");
  const auto missing = apply({});
  EXPECT_EQ(missing.code, 3) << missing.all();
  EXPECT_TRUE(missing.says(
      "Password/one.example/joe cannot be made: secret env JOE is not set (export JOE, or say "
      "where else the secret is)\n  declared at domains/joe.yaml:4:"))
      << missing.all();
  EXPECT_FALSE(project.read("mail/postfix/mailboxes").find("joe") != std::string::npos);
  EXPECT_EQ(hash_of("jane"), before);
  applies({{"JANE", "first-of-jane"}, {"JOE", "first-of-joe"}});
  expect_opens("joe", "first-of-joe");
}

TEST_F(PasswordScenario, BelowThePolicyAreAnErrorWithTheirPlace) {
  mailbox("ann", "password: {env: ANN}");
  mailbox("jane", "password: {env: JANE}");
  mailbox("joe", "password: {file: secrets/joe}");
  project.write("secrets/joe", "kurz\n");
  const Environment with = {{"ANN", "long-enough"}, {"JANE", "sieben7"}};
  for (const auto& ran : {plan(with), apply(with)}) {
    EXPECT_EQ(ran.code, 3) << ran.all();
    EXPECT_TRUE(
        ran.says("Password/one.example/jane is not set: secret env JANE is shorter than 8 "
                 "characters\n  declared at domains/jane.yaml:4:"))
        << ran.all();
    EXPECT_TRUE(ran.says("secret file secrets/joe is shorter than 8 characters")) << ran.all();
    EXPECT_FALSE(ran.says("sieben7")) << ran.all();
    EXPECT_FALSE(ran.says("kurz")) << ran.all();
  }
  EXPECT_FALSE(project.has("mail/dovecot/users")) << "nothing at all is written";
  project.write("secrets/joe", "längst nicht kurz\n");
  applies({{"ANN", "long-enough"}, {"JANE", "ächtäächt"}});
  project.append("plumb.yaml", "  guards: {passwordLength: 12}\n");
  expect_in_plumb({{"ANN", "long-enough"}, {"JANE", "ächtäächt"}});  // not judged anew
  EXPECT_EQ(plan({{"ANN", "long-enoug2"}, {"JANE", "ächtäächt"}}).code, 3);
}

TEST_F(PasswordScenario, ThatAreNoSafeHashAreAnErrorWithTheirPlace) {
  mailbox("jane", "password: {hash: '{PLAIN}" + std::string(kCanary) + "'}");
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("domains/jane.yaml:4:")) << ran.all();
  EXPECT_TRUE(ran.says("no password hash that is safe to keep")) << ran.all();
  EXPECT_FALSE(ran.says(kCanary)) << ran.all();
  mailbox("jane", "password: " + std::string(kCanary));  // the password itself
  const auto literal = project.plumb({"validate"});
  EXPECT_EQ(literal.code, 1) << literal.all();
  EXPECT_TRUE(literal.says("domains/jane.yaml:4:")) << literal.all();
  EXPECT_FALSE(literal.says(kCanary)) << literal.all();
}

TEST_F(PasswordScenario, ManyAtOnceNeedConsent) {
  Environment first;
  Environment second;
  for (int i = 0; i < 6; ++i) {
    const auto number = std::to_string(i);
    mailbox("m" + number, "password: {env: M" + number + "}");
    first["M" + number] = "first-of-" + number;
    second["M" + number] = "second-of-" + number;
  }
  applies(first);  // new mailboxes are not counted
  const auto refused = apply(second);
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(refused.says("would set 6 passwords of mailboxes that exist (limit 5)"))
      << refused.all();
  expect_opens("m0", "first-of-0");
  applies(second, {"--consent", "allow=passwords,on=Project,count=6"});
  expect_opens("m0", "second-of-0");
  expect_opens("m5", "second-of-5");
  project.append("plumb.yaml", "  guards: {passwordsPerRun: 6}\n");
  applies(first);
  expect_opens("m5", "first-of-5");
  project.replace("plumb.yaml", "passwordsPerRun: 6", "passwordsPerRun: 99%");
  const auto share = apply(second);
  EXPECT_EQ(share.code, 3) << share.all();
  EXPECT_TRUE(share.says("would set 6 of 6 passwords of mailboxes that exist (limit 99%)"))
      << share.all();
  project.replace("plumb.yaml", "passwordsPerRun: 99%", "passwordsPerRun: 100%");
  applies(second);
  expect_opens("m5", "second-of-5");
}

TEST_F(PasswordScenario, OfCommandsThatMayNotBeRunSayWhatWouldPermitThem) {
  mailbox("jane", "password: {exec: [echo, of-a-command]}");
  const auto refused = apply({});
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(
      refused.says("Password/one.example/jane cannot be made: secret exec echo may not be "
                   "read here (pass --allow-exec"))
      << refused.all();
  applies({}, {"--allow-exec"});
  const auto there = plan({});
  EXPECT_EQ(there.code, 0) << there.all();
  EXPECT_TRUE(there.says("left alone: secret exec echo may not be read here (pass --allow-exec"))
      << there.all();
}

TEST_F(PasswordScenario, NoLongerDeclaredStayAsTheyAre) {
  mailbox("jane", "password: {env: JANE}");
  applies({{"JANE", "first-of-jane"}});
  mailbox("jane", "displayName: Jane");
  applies({});
  expect_opens("jane", "first-of-jane");
  expect_in_plumb({});
  project.remove("domains/jane.yaml");
  const auto kept = apply({});
  EXPECT_EQ(kept.code, 3) << kept.all();
  expect_opens("jane", "first-of-jane");  // nobody is locked out of a mailbox that stays
  applies({}, {"--consent", "allow=delete,on=Mailbox/one.example/jane"});
  EXPECT_EQ(project.read(kUsers).find("jane"), std::string::npos);
}

/// Every file of the project but those that hold the secret itself.
void expect_not_in_files(const Project& project, std::string_view secret) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(project.path())) {
    const auto name = std::filesystem::relative(file.path(), project.path()).string();
    if (file.is_regular_file() && name != "secrets/one" && name != "print-it.sh") {
      EXPECT_EQ(project.read(name).find(secret), std::string::npos) << name;
    }
  }
}

TEST_F(PasswordScenario, AreInNoOutputLogPlanStateOrArgument) {
  const std::string canary(kCanary);
  project.write("secrets/one", canary + "-file\n");
  project.write("print-it.sh", "echo " + canary + "-exec\n");
  mailbox("env", "password: {env: PASSWORD}");
  mailbox("file", "password: {file: secrets/one, manage: always}");
  mailbox("exec", "password: {exec: [sh, print-it.sh]}");
  const std::vector<std::vector<std::string>> commands = {{"validate"},
                                                          {"plan", "-v"},
                                                          {"plan", "--out", "plan.json"},
                                                          {"plan", "-v", "-o", "json"},
                                                          {"plan", "-o", "markdown"},
                                                          {"apply", "--yes", "plan.json"},
                                                          {"apply", "--yes", "-o", "json"},
                                                          {"drift"},
                                                          {"show"},
                                                          {"graph"},
                                                          {"history"},
                                                          {"history", "Password/one.example/env"},
                                                          {"explain", "Password/one.example/env"},
                                                          {"render", "Domain/one.example"},
                                                          {"state", "show", "one.example"},
                                                          {"state", "backup", "backup.bin"}};
  for (const auto* round : {"-first", "-second"}) {
    for (auto words : commands) {
      const auto name = words.front();
      words.insert(words.end(), {"--allow-exec", "--log-level", "debug", "--log-format", "json"});
      const auto ran = project.plumb(words, {.environment = {{"PASSWORD", canary + round}}});
      EXPECT_EQ(ran.all().find(kCanary), std::string::npos) << name << "\n" << ran.all();
    }
    expect_opens("env", canary + round);
    project.remove("plan.json");
    project.remove("backup.bin");
  }
  expect_opens("file", canary + "-file");
  expect_opens("exec", canary + "-exec");
  EXPECT_NE(project.read("mail/arguments").find("apply"), std::string::npos)
      << "what ps would show";
  expect_not_in_files(project, kCanary);
}

}  // namespace
}  // namespace plumb::test
