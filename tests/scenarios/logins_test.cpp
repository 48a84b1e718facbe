// A password that an apply has set is tried by one login where people log in.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/cli.h"
#include "tests/support/imap_logins.h"

namespace plumb::test {
namespace {

using Environment = std::map<std::string, std::string>;
using Tls = ImapLogins::Tls;

constexpr std::string_view kCanary = "canary-77ab01";

const Certificates& certificates() {
  static const Certificates made("DNS:localhost,DNS:mx1.one.example");
  return made;
}

class Logins : public testing::Test {
 protected:
  Logins() {
    provider({});
    project.write("domains/one.yaml",
                  "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: one.example}\n"
                  "spec:\n  dns: {providers: [files], defaultTTL: 300}\n"
                  "  mail: {provider: mailhost, mx: [10 mx.out.example.]}\n");
  }

  const Project project{"  drift: report\n"};

  void provider(const std::string& imap) const {
    project.write("providers/mailhost.yaml",
                  "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
                  "spec:\n  type: postfix-dovecot\n  directory: mail\n"
                  "  passwordScheme: SHA512-CRYPT\n" +
                      (imap.empty() ? imap : "  verify: {imap: \"" + imap + "\"}\n"));
  }
  void provider(const ImapLogins& server, const std::string& scheme = "imap") const {
    provider(scheme + "://localhost:" + std::to_string(server.port()));
  }
  static std::string shown(const ImapLogins& server) {
    return "localhost:" + std::to_string(server.port());
  }
  void mailbox(const std::string& name, const std::string& spec) const {
    project.write("domains/" + name + ".yaml",
                  "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: " + name +
                      "@one.example}\nspec: {" + spec + "}\n");
  }
  Ran apply(const Environment& environment, const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all = {"apply", "--yes"};
    all.insert(all.end(), words.begin(), words.end());
    auto with = environment;
    with["PLUMB_CA_FILE"] = certificates().authority();
    return project.plumb(all, {.environment = with});
  }
};

TEST_F(Logins, ThatAreAcceptedAreToldAndTriedOnceOnly) {
  ImapLogins server({});
  server.lets_in("jane@one.example", "first-of-jane");
  server.lets_in("joe@one.example", "first-of-joe");
  provider(server);
  mailbox("jane", "password: {env: JANE}");
  mailbox("joe", "password: {env: JOE}");
  mailbox("none", "displayName: Nobody");
  const Environment with = {{"JANE", "first-of-jane"}, {"JOE", "first-of-joe"}};
  const auto ran = apply(with);
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("jane@one.example and joe@one.example: passwords set; login tried at " +
                       shown(server) + ": accepted\n"))
      << ran.all();
  EXPECT_EQ(server.tries().size(), 2U);
  const auto again = apply(with);
  EXPECT_EQ(again.code, 0) << again.all();
  EXPECT_FALSE(again.says("login")) << again.all();
  EXPECT_EQ(server.tries().size(), 2U) << "nothing was set";
}

TEST_F(Logins, ThatAreRefusedEndWithTheCodeOfAFailedCheckAndSayWhatToDo) {
  ImapLogins server({});
  provider(server);
  mailbox("jane", "password: {env: JANE}");
  const auto ran = apply({{"JANE", "first-of-jane"}});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(ran.says("! jane@one.example: password set; login tried at " + shown(server) +
                       ": refused (AUTHENTICATIONFAILED)\n    hint: "))
      << ran.all();
  EXPECT_TRUE(ran.says("In plumb")) << "it was set all the same";
  EXPECT_EQ(server.tries().size(), 1U);
  const auto moved = apply({{"JANE", "second-of-jane"}}, {"-o", "json"});
  EXPECT_EQ(moved.code, 9) << moved.all();
  const auto line = nlohmann::json::parse(
      "{" + between(moved.out, "{\"event\":\"login\"", "\n").insert(0, "\"event\":\"login\""));
  EXPECT_EQ(line["mailbox"], "jane@one.example");
  EXPECT_EQ(line["server"], shown(server));
  EXPECT_EQ(line["outcome"], "refused");
  EXPECT_EQ(line["why"], "AUTHENTICATIONFAILED");
  EXPECT_EQ(server.tries().size(), 2U);
}

TEST_F(Logins, GoOnAsLongAsFewAreRefused) {
  ImapLogins server({});
  provider(server);
  Environment with;
  for (int i = 0; i < 9; ++i) {
    const auto name = "m" + std::to_string(i);
    mailbox(name, "password: {env: " + name + "}");
    with[name] = "password-of-" + name;
  }
  const auto ran = apply(with);
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_EQ(server.tries().size(), 3U) << "servers lock out who is refused often";
  EXPECT_TRUE(ran.says("and 3 more: passwords set; login not tried: others were refused"))
      << ran.all();
}

TEST_F(Logins, AreTriedForFiftyMailboxesAtMost) {
  ImapLogins server({});
  provider(server);
  std::string documents;
  Environment with = {{"ALL", "password-of-all"}};
  for (int i = 0; i < 53; ++i) {
    const auto address = "m" + std::to_string(i) + "@one.example";
    documents += "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: " + address +
                 "}\nspec: {password: {env: ALL}}\n---\n";
    server.lets_in(address, "password-of-all");
  }
  project.write("domains/many.yaml", documents);
  const auto ran = apply(with);
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_EQ(server.tries().size(), 50U);
  EXPECT_TRUE(ran.says("passwords set; login not tried: 50 in one run are tried")) << ran.all();
}

TEST_F(Logins, AreNotTriedWhereNobodyLogsInOrNothingIsKnown) {
  ImapLogins server({});
  provider(server);
  mailbox("scanner", "receiveOnly: true, password: {env: ONE}");
  mailbox("gone", "disabled: true, password: {env: ONE}");
  mailbox("hashed",
          "password: {hash: '{SHA512-CRYPT}$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/"
          "jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/'}");
  const auto ran = apply({{"ONE", "first-of-one"}});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(
      ran.says("gone@one.example and scanner@one.example: passwords set; login not tried: "
               "the mailbox only receives, or is disabled\n"))
      << ran.all();
  EXPECT_TRUE(ran.says("hashed@one.example: password set; login not tried: of a ready hash"))
      << ran.all();
  EXPECT_TRUE(server.tries().empty());

  mailbox("jane", "password: {env: ONE}");
  const auto skipped = apply({{"ONE", "first-of-one"}}, {"--no-verify"});
  EXPECT_EQ(skipped.code, 0) << skipped.all();
  EXPECT_FALSE(skipped.says("login")) << skipped.all();
  provider("none");
  mailbox("joe", "password: {env: ONE}");
  const auto none = apply({{"ONE", "first-of-one"}});
  EXPECT_FALSE(none.says("login")) << none.all();
  provider({});
  mailbox("tom", "password: {env: ONE}");
  const auto nowhere = apply({{"ONE", "first-of-one"}});
  EXPECT_EQ(nowhere.code, 0) << nowhere.all();
  EXPECT_FALSE(nowhere.says("login")) << nowhere.all();
  EXPECT_TRUE(server.tries().empty());
}

TEST_F(Logins, AreNotTriedAtAServerThatCannotBeReachedOrTrusted) {
  mailbox("jane", "password: {env: JANE}");
  provider("imap://localhost:1");
  const auto away = apply({{"JANE", "first-of-jane"}});
  EXPECT_EQ(away.code, 0) << away.all();
  EXPECT_TRUE(
      away.says("jane@one.example: password set; login not tried at localhost:1: not "
                "reachable: could not connect to 127.0.0.1:1"))
      << away.all();

  const Certificates strange("DNS:localhost");
  const ImapLogins server({.tls = Tls::implicit, .certificates = &strange});
  provider(server, "imaps");
  const auto untrusted = apply({{"JANE", "second-of-jane"}});
  EXPECT_EQ(untrusted.code, 0) << untrusted.all();
  EXPECT_TRUE(untrusted.says("password set; login not tried at " + shown(server) +
                             ": its certificate is not good for localhost: "))
      << untrusted.all();
  EXPECT_TRUE(server.tries().empty());
}

TEST_F(Logins, GoToTheServersWithTheRoleClientAndTheirOwnCertificate) {
  // Where such a server has an address in the world, it is asked at 993: at one for broadcasts
  // nobody can be there, whatever else runs on this machine.
  project.write(
      "domains/servers.yaml",
      "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: mx1}\n"
      "spec: {provider: static, hostname: mx1.one.example, addresses: [127.255.255.255]}\n");
  project.replace("domains/one.yaml",
                  "mx: [10 mx.out.example.]",
                  "servers: [{name: mx1, roles: [mx, client]}]");
  mailbox("jane", "password: {env: JANE}");
  const auto ran = apply({{"JANE", "first-of-jane"}});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(
      ran.says("login not tried at mx1.one.example:993: not reachable: could not connect "
               "to 127.255.255.255:993"))
      << ran.all();
  // Addresses of examples lead nowhere; the Provider's own setting goes before.
  project.replace("domains/servers.yaml", "127.255.255.255", "192.0.2.9");
  EXPECT_FALSE(apply({{"JANE", "second-of-jane"}}).says("login"));
  ImapLogins server({.tls = Tls::start, .certificates = &certificates()});
  server.lets_in("jane@one.example", "third-of-jane");
  project.replace("domains/servers.yaml", "192.0.2.9", "127.0.0.1");
  provider("imap://mx1.one.example:" + std::to_string(server.port()));
  const auto named = apply({{"JANE", "third-of-jane"}});
  EXPECT_EQ(named.code, 0) << named.all();
  EXPECT_TRUE(
      named.says("login tried at mx1.one.example:" + std::to_string(server.port()) + ": accepted"))
      << named.all();
  ASSERT_EQ(server.tries().size(), 1U);
  EXPECT_TRUE(server.tries()[0].tls);
}

TEST_F(Logins, AreMistakesWhereTheirServerIsNone) {
  for (const auto* text : {"mx1.example.org",
                           "imaps://",
                           "imap://a b",
                           "imaps://mx1:0",
                           "pop3://a",
                           "imaps://mx1.example.com/inbox",
                           "imap://[::1",
                           "imaps://1.2.3",
                           "imaps://-",
                           "imaps://mx_1.example.com"}) {
    provider(text);
    const auto ran = project.plumb({"validate"});
    EXPECT_EQ(ran.code, 1) << text << ran.all();
    EXPECT_TRUE(ran.says("`verify.imap` is no IMAP server")) << ran.all();
    EXPECT_TRUE(ran.says("providers/mailhost.yaml:8:")) << ran.all();
  }
  for (const auto* text : {"imaps://mx1.example.com/",
                           "imap://[::1]:1143",
                           "imaps://192.0.2.1",
                           "imaps://bücher.example"}) {
    provider(text);
    const auto ran = project.plumb({"validate"});
    EXPECT_EQ(ran.code, 0) << text << ran.all();
  }
}

TEST_F(Logins, LeaveThePasswordInNoOutputOrFile) {
  const ImapLogins server({.refusal = "NO [AUTHENTICATIONFAILED] not %"});
  provider(server);
  const auto password = std::string(kCanary) + "\"\\ \xC3\xA9";
  mailbox("jane", "password: {env: JANE}");
  for (const auto* form : {"text", "json"}) {
    const auto ran = apply({{"JANE", password + form}},
                           {"-v", "-o", form, "--log-level", "debug", "--log-format", "json"});
    EXPECT_EQ(ran.code, 9) << ran.all();
    EXPECT_FALSE(ran.says(kCanary)) << ran.all();
    EXPECT_EQ(server.tries().back().password, password + form);
  }
  for (const auto& file : std::filesystem::recursive_directory_iterator(project.path())) {
    const auto name = std::filesystem::relative(file.path(), project.path()).string();
    if (file.is_regular_file()) {
      EXPECT_EQ(project.read(name).find(kCanary), std::string::npos) << name;
    }
  }
}

}  // namespace
}  // namespace plumb::test
