// Mail from the command line: domains, mailboxes and aliases into the files of Postfix and Dovecot,
// keys and policies into DNS.
#include <cstdlib>
#include <filesystem>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

namespace fs = std::filesystem;

const Setting kSecrets{.environment = {{"JANE", "correct horse"}, {"TOM", "battery staple"}}};

std::string document(const std::string& kind, const std::string& name, const std::string& spec) {
  return "apiVersion: plumb/v1\nkind: " + kind + "\nmetadata: {name: \"" + name +
         "\"}\nspec: " + spec + "\n---\n";
}
std::string mailbox(const std::string& name, const std::string& spec = "{}") {
  return document("Mailbox", name, spec);
}
std::string alias(const std::string& name, const std::string& spec) {
  return document("Alias", name, spec);
}
std::string domain(const std::string& name, const std::string& more = "aliases: {}") {
  return document("Domain", name, "\n  profiles: [mail]\n  " + more);
}

/// A project with a zone file and a mail host, and domains/all.yaml.
class MailProject : public Project {
 public:
  explicit MailProject(const std::string& text) : Project("  drift: heal\n") {
    write("providers/mail.yaml",
          document("Provider",
                   "mailhost",
                   "\n  type: postfix-dovecot\n  directory: mail\n  passwordScheme: SHA512-CRYPT\n"
                   "  webRoot: www\n  dkim: {directory: dkim}") +
              document("Server",
                       "mx1",
                       "{provider: static, hostname: mx1.one.example, addresses: [192.0.2.10]}") +
              document("Profile",
                       "mail",
                       "\n  dns: {providers: [files], defaultTTL: 300, ownership: exclusive}\n"
                       "  mail:\n    provider: mailhost\n    servers: [mx1]\n"
                       "    dkim: {selector: s1, algorithm: rsa, bits: 2048}\n"
                       "    mtaSts: {mode: testing}\n    mailboxDefaults: {quota: 1GiB}"));
    write(kFile, text);
  }
  void declare(const std::string& from, const std::string& to) const { replace(kFile, from, to); }
  void add(const std::string& text) const { append(kFile, text); }
  Ran apply(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"apply", "--yes"};
    words.insert(words.end(), more.begin(), more.end());
    return plumb(words, kSecrets);
  }
  /// Applies all of it, after which there is nothing left to do.
  void reach() const {
    const auto applied = apply();
    EXPECT_EQ(applied.code, 0) << applied.all();
    expect_in_plumb();
  }
  void expect_in_plumb() const {
    const auto planned = plumb({"plan", "--detailed-exitcode"}, kSecrets);
    EXPECT_EQ(planned.code, 0) << planned.all();
  }
  Ran plan() const { return plumb({"plan", "-v"}, kSecrets); }
  /// The marked part of one of the provider's files.
  std::string lines(const std::string& name) const {
    return between(read("mail/" + name), "# BEGIN plumb\n", "# END plumb\n");
  }

 private:
  static constexpr std::string_view kFile = "domains/all.yaml";
};

const std::string kRoles = "aliases: {postmaster: [jane], abuse: [jane]}";

TEST(Mail, ReachesFilesAndZonesInOneApply) {
  const MailProject project(
      domain(
          "one.example",
          "aliases: {postmaster: [jane], abuse: [jane], \"*\": [jane], noreply: {discard: true}, "
          "old: {reject: She left}}") +
      mailbox("jane@one.example",
              "{displayName: Jane Doe, quota: 4GiB, password: {env: JANE}, sendAs: [sales]}") +
      mailbox("scanner@one.example", "{receiveOnly: true}") +
      mailbox("gone@one.example", "{disabled: true, quota: 0}") +
      alias("sales@one.example", "{to: [jane, out@else.example]}") +
      domain("two.example", "mail: {aliasOf: one.example}"));
  project.reach();
  EXPECT_EQ(project.lines("postfix/domains"), "one.example\tmail\n");
  EXPECT_EQ(project.lines("postfix/alias_domains"), "two.example\tone.example\n");
  EXPECT_EQ(project.lines("postfix/mailboxes"),
            "gone@one.example\tone.example/gone/\njane@one.example\tone.example/jane/\n"
            "scanner@one.example\tone.example/scanner/\n");
  EXPECT_EQ(project.lines("postfix/aliases"),
            "@one.example\tjane@one.example\nabuse@one.example\tjane@one.example\n"
            "gone@one.example\tgone@one.example\njane@one.example\tjane@one.example\n"
            "noreply@one.example\tdiscard@discard.invalid\n"
            "postmaster@one.example\tjane@one.example\n"
            "sales@one.example\tjane@one.example,out@else.example\n"
            "scanner@one.example\tscanner@one.example\n"
            "@two.example\t@one.example\nabuse@two.example\tabuse@one.example\n"
            "gone@two.example\tgone@one.example\njane@two.example\tjane@one.example\n"
            "noreply@two.example\tnoreply@one.example\n"
            "postmaster@two.example\tpostmaster@one.example\n"
            "sales@two.example\tsales@one.example\nscanner@two.example\tscanner@one.example\n");
  EXPECT_EQ(project.lines("postfix/recipient_access"),
            "old@one.example\tREJECT She left\nold@two.example\tREJECT She left\n");
  EXPECT_EQ(project.lines("postfix/senders"),
            "gone@one.example\tgone@one.example\njane@one.example\tjane@one.example\n"
            "sales@one.example\tjane@one.example\n");
  EXPECT_EQ(project.lines("postfix/submission_access"),
            "gone@one.example\tREJECT 5.7.1 this mailbox is disabled\n"
            "scanner@one.example\tREJECT 5.7.1 this mailbox only receives\n");
  const auto users = project.lines("dovecot/users");
  EXPECT_NE(users.find("gone@one.example:::::/var/vmail/one.example/gone::nologin\n"),
            std::string::npos)
      << users;
  EXPECT_NE(users.find(":::Jane Doe:/var/vmail/one.example/jane::"
                       "userdb_quota_rule=*:bytes=4294967296\n"),
            std::string::npos)
      << users;
  EXPECT_NE(users.find("/scanner::userdb_quota_rule=*:bytes=1073741824\n"), std::string::npos);
  EXPECT_EQ(users.find("correct horse"), std::string::npos);
  EXPECT_EQ(project.read("www/two.example/.well-known/mta-sts.txt"),
            "version: STSv1\r\nmode: testing\r\nmx: mx1.one.example\r\nmax_age: 604800\r\n");
}

/// The base64 behind "p=" of a selector's TXT, its strings put together.
std::string published_key(const std::string& zone) {
  auto text = between(zone, "s1._domainkey", "\n");
  text = text.substr(text.find("p=") + 2);
  std::string out;
  for (const char c : text) {
    out += c == '"' || c == ' ' ? "" : std::string(1, c);
  }
  return out;
}

TEST(Mail, PutsThePublicHalfOfItsKeyIntoTheZone) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example"));
  project.reach();
  const auto key = project.path() / "dkim/one.example/s1.pem";
  EXPECT_EQ(fs::status(key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(project.read("dkim/selectors"), "# BEGIN plumb\none.example\ts1\n# END plumb\n");
  const auto half = project.path() / "half";
  const auto command = "openssl pkey -in '" + key.string() +
                       "' -pubout -outform DER | base64 -w0 >'" + half.string() + "'";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT(concurrency-mt-unsafe): one thread
  EXPECT_EQ(published_key(project.read("zones/one.example.zone")), project.read("half"));
  EXPECT_NE(project.read("zones/one.example.zone").find("_mta-sts\t300\tIN\tTXT"),
            std::string::npos);
}

TEST(Mail, FollowsEachEdit) {
  const MailProject project(domain("one.example", kRoles) +
                            mailbox("jane@one.example", "{quota: 4GiB, password: {env: JANE}}") +
                            alias("sales@one.example", "{to: [jane]}"));
  project.reach();
  project.declare("{quota: 4GiB,", "{quota: 2GiB, sendAs: [sales], displayName: J,");
  project.declare("{to: [jane]}", "{reject: closed}");
  const auto plan = project.plan();
  EXPECT_TRUE(plan.says("→ 2GiB")) << plan.out;
  EXPECT_TRUE(plan.says("rejected: closed")) << plan.out;
  project.reach();
  EXPECT_EQ(project.lines("postfix/recipient_access"), "sales@one.example\tREJECT closed\n");
  EXPECT_EQ(project.lines("postfix/aliases").find("sales"), std::string::npos);
  project.declare("{reject: closed}", "{discard: true}");
  project.declare("displayName: J,", "receiveOnly: false,");
  project.reach();
  EXPECT_NE(project.lines("postfix/aliases").find("sales@one.example\tdiscard@discard.invalid\n"),
            std::string::npos);
  EXPECT_NE(project.lines("dovecot/users").find(":::J:"), std::string::npos)
      << "a field that is declared no longer keeps its value";
  project.declare("sendAs: [sales], receiveOnly: false,", "receiveOnly: true,");
  project.reach();
  EXPECT_EQ(project.lines("postfix/senders"), "sales@one.example\tjane@one.example\n")
      << "a mailbox that only receives may still be listed where nobody said otherwise";
}

TEST(Mail, LeavesLinesOfOthersAlone) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example"));
  project.write("mail/postfix/aliases", "# by hand\nhand@legacy.example  root@localhost\n");
  project.write("mail/dovecot/users", "root@legacy.example:{SHA512-CRYPT}$6$x$y\n");
  project.reach();
  project.append("mail/postfix/aliases", "late@legacy.example root@localhost\n");
  project.declare(kRoles, "aliases: {postmaster: [jane], abuse: [jane], info: [jane]}");
  project.reach();
  const auto aliases = project.read("mail/postfix/aliases");
  EXPECT_TRUE(
      aliases.starts_with("# by hand\nhand@legacy.example  root@localhost\n# BEGIN plumb\n"))
      << aliases;
  EXPECT_TRUE(aliases.ends_with("# END plumb\nlate@legacy.example root@localhost\n")) << aliases;
  EXPECT_TRUE(project.read("mail/dovecot/users")
                  .starts_with("root@legacy.example:{SHA512-CRYPT}$6$x$y\n# BEGIN plumb\n"));
}

TEST(Mail, IsPutRightWhereSomebodyChangedIt) {
  const MailProject project(domain("one.example", kRoles) +
                            mailbox("jane@one.example", "{quota: 4GiB, password: {env: JANE}}") +
                            mailbox("tom@one.example"));
  project.reach();
  project.replace("mail/postfix/aliases", "abuse@one.example\tjane", "abuse@one.example\tevil");
  project.replace("mail/dovecot/users", "bytes=4294967296", "bytes=1");
  project.replace("mail/dovecot/users", "{SHA512-CRYPT}", "{PLAIN}");
  project.replace("mail/postfix/senders", "tom@one.example\ttom@one.example\n", "");
  project.replace("mail/postfix/domains", "one.example\tmail\n", "");
  project.replace("www/one.example/.well-known/mta-sts.txt", "mx1", "evil");
  const auto drift = project.plumb({"drift", "-v"}, kSecrets);
  EXPECT_EQ(drift.code, 2) << drift.all();
  for (const std::string line :
       {"evil@one.example", "quota 1B → 4GiB", "MailDomain", "MTASTSPolicy"}) {
    EXPECT_TRUE(drift.says(line)) << line << "\n" << drift.out;
  }
  const auto before = project.lines("dovecot/users");
  EXPECT_NE(before.find("{PLAIN}"), std::string::npos) << "drift changes nothing";
  EXPECT_EQ(project.apply().code, 3) << "a domain that is gone comes back with consent only";
  project.apply({"--consent", "allow=recreate,on=Domain/one.example,including=maildomain"});
  project.expect_in_plumb();
  EXPECT_EQ(project.lines("postfix/domains"), "one.example\tmail\n");
  EXPECT_NE(project.lines("dovecot/users").find("{PLAIN}"), std::string::npos)
      << "`manage: initial` leaves what somebody set";
}

TEST(Mail, KeepsAPasswordThatIsAlwaysToBeTheDeclaredOne) {
  const MailProject project(domain("one.example", kRoles) +
                            mailbox("jane@one.example", "{password: {env: JANE, manage: always}}"));
  project.reach();
  const auto made = project.lines("dovecot/users");
  project.replace("mail/dovecot/users", "$6$", "$6$x");
  const auto drift = project.plumb({"drift"}, kSecrets);
  EXPECT_EQ(drift.code, 2) << drift.all();
  project.reach();
  EXPECT_EQ(project.lines("dovecot/users").find("$6$x"), std::string::npos);
  EXPECT_EQ(project.lines("dovecot/users").size(), made.size());
}

TEST(Mail, AsksBeforeAMailboxGoesAndShowsWhatGoesWithIt) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example"));
  const auto tom = mailbox("tom@one.example", "{password: {env: TOM}, sendAs: [sales]}") +
                   alias("sales@one.example", "{to: [tom]}");
  project.add(tom);
  project.reach();
  project.declare(tom, alias("sales@one.example", "{to: [jane]}"));
  project.replace("mail/postfix/aliases", "# END", "theirs@one.example tom@one.example\n# END");
  const auto users = project.read("mail/dovecot/users");
  const auto refused = project.plan();
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(refused.says("would delete Mailbox/one.example/tom, which holds data"))
      << refused.out;
  EXPECT_TRUE(refused.says("sends as sales@one.example")) << refused.out;
  EXPECT_TRUE(refused.says("− tom@one.example")) << refused.out;
  EXPECT_TRUE(refused.says("Alias/one.example/theirs stays, and would lead nowhere"))
      << refused.out;
  EXPECT_EQ(project.apply().code, 3);
  EXPECT_EQ(project.read("mail/dovecot/users"), users) << "nothing of the mailbox was touched";
  const auto applied = project.apply({"--consent", "allow=delete,on=Mailbox/one.example/tom"});
  EXPECT_EQ(applied.code, 0) << applied.all();
  project.expect_in_plumb();
  for (const std::string file : {"dovecot/users", "postfix/mailboxes", "postfix/senders"}) {
    EXPECT_EQ(project.lines(file).find("tom@"), std::string::npos) << file;
  }
}

TEST(Mail, RenamesAMailboxWithAllThatIsInIt) {
  const MailProject project(
      domain("one.example", kRoles) +
      mailbox("jane@one.example", "{displayName: Jane, password: {env: JANE}, sendAs: [sales]}") +
      alias("sales@one.example", "{to: [jane]}"));
  project.reach();
  const auto before = project.lines("dovecot/users");
  project.declare(kRoles, "aliases: {postmaster: [joan], abuse: [joan], jane: [joan]}");
  project.declare("jane@one.example\"}\nspec: {", "joan@one.example\"}\nspec: {formerly: jane, ");
  project.declare("{to: [jane]}", "{to: [joan]}");
  const auto planned = project.plan();
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_TRUE(planned.says("has a new name")) << planned.out;
  project.reach();
  auto expected = before;
  expected.replace(0, 4, "joan");
  EXPECT_EQ(project.lines("dovecot/users"), expected) << "same home, same password";
  EXPECT_EQ(project.lines("postfix/mailboxes"), "joan@one.example\tone.example/jane/\n");
  EXPECT_EQ(project.lines("postfix/senders"),
            "joan@one.example\tjoan@one.example\nsales@one.example\tjoan@one.example\n");
  EXPECT_NE(project.lines("postfix/aliases").find("jane@one.example\tjoan@one.example\n"),
            std::string::npos);
  project.declare("formerly: jane, ", "");
  project.expect_in_plumb();
}

TEST(Mail, WaitsWithAnAliasForAMailboxThatIsNotMade) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example"));
  project.reach();
  project.add(mailbox("new@one.example", "{password: {env: NOT_SET}}") +
              alias("team@one.example", "{to: [new]}"));
  project.declare("abuse: [jane]", "abuse: [jane, new, team]");
  const auto ran = project.apply();
  EXPECT_EQ(ran.code, 3) << ran.all();
  EXPECT_TRUE(ran.says("secret env NOT_SET is not set (export NOT_SET")) << ran.all();
  EXPECT_EQ(project.lines("postfix/aliases"),
            "abuse@one.example\tjane@one.example\npostmaster@one.example\tjane@one.example\n")
      << "mail to an address that is not there would bounce";
}

TEST(Mail, LeavesFilesAloneThatAreNonsense) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example") +
                            domain("two.example", kRoles) + mailbox("jane@two.example"));
  project.reach();
  const auto domains = project.read("mail/postfix/domains");
  for (const auto& [file, from, to, says] :
       std::vector<std::tuple<std::string, std::string, std::string, std::string>>{
           {"postfix/domains", "one.example\tmail", "one.example\tperhaps", "domains:2: "},
           {"postfix/aliases", "abuse@one.example\t", "abuse@one.example\t<", "aliases:2: "},
           {"dovecot/users", "jane@one.example:", "ja ne@one.example:", "users:2: "},
           {"postfix/mailboxes", "one.example/jane/", "", "mailboxes:2: "}}) {
    SCOPED_TRACE(file);
    const auto good = project.read("mail/" + file);
    project.replace("mail/" + file, from, to);
    const auto broken = project.read("mail/" + file);
    const auto planned = project.plan();
    EXPECT_EQ(planned.code, 8) << planned.all();
    EXPECT_TRUE(planned.says(says)) << planned.all();
    // What is nonsense stays as it is; the domain beside it goes on.
    project.add(alias("more@two.example", "{to: [jane]}"));
    const auto applied = project.apply();
    EXPECT_NE(applied.code, 0) << applied.all();
    EXPECT_NE(project.read("mail/" + file).find(to), std::string::npos);
    EXPECT_NE(project.lines("postfix/aliases").find("more@two.example"), std::string::npos);
    project.declare(alias("more@two.example", "{to: [jane]}"), "");
    project.write("mail/" + file, good);
    project.reach();
  }
  // What can be told to no domain stops them all.
  project.write("mail/postfix/domains", domains + "# BEGIN plumb\n");
  project.add(alias("more@two.example", "{to: [jane]}"));
  const auto applied = project.apply();
  EXPECT_NE(applied.code, 0);
  EXPECT_TRUE(applied.says("domains:5: a second \"# BEGIN plumb\"")) << applied.all();
  EXPECT_EQ(project.lines("postfix/aliases").find("more@"), std::string::npos);
  EXPECT_EQ(project.read("mail/postfix/domains"), domains + "# BEGIN plumb\n");
}

TEST(Mail, TakesADomainAwayWithEveryLineOfIt) {
  const auto two = domain("two.example", kRoles) +
                   mailbox("jane@two.example", "{password: {env: TOM}}") +
                   alias("more@two.example", "{to: [jane]}");
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example") + two);
  project.reach();
  const auto told_of = [&](const std::string& folder) {
    std::string files;
    for (const auto& entry : fs::recursive_directory_iterator(project.path() / folder)) {
      if (entry.is_regular_file() &&
          project.read(fs::relative(entry.path(), project.path()).string()).find("two.example") !=
              std::string::npos) {
        files += entry.path().filename().string() + " ";
      }
    }
    return files;
  };
  EXPECT_NE(told_of("mail"), "");
  project.declare(two, "");
  EXPECT_EQ(project.apply().code, 3) << "not without consent";
  const std::string on = "allow=delete,on=Domain/two.example,";
  const auto applied =
      project.apply({"--consent",
                     on + "including=dkimkey,including=mailbox,including=maildomain",
                     "--consent",
                     on + "including=zone"});
  EXPECT_EQ(applied.code, 0) << applied.all();
  project.expect_in_plumb();
  EXPECT_EQ(told_of("mail") + told_of("dkim") + told_of("www"), "");
  EXPECT_FALSE(fs::exists(project.path() / "dkim/two.example"));
  EXPECT_FALSE(fs::exists(project.path() / "www/two.example"));
  EXPECT_EQ(project.lines("postfix/mailboxes"), "jane@one.example\tone.example/jane/\n");
}

/// The servers take the first line of a key, so drift must not pass a line by that hides ours; and
/// what is ours cannot be told where the marks are lost.
TEST(Mail, IsNotReadWhereItsLinesAreHiddenOrCannotBeTold) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example"));
  project.reach();
  for (const std::string file : {"mail/postfix/aliases", "mail/dovecot/users"}) {
    const auto good = project.read(file);
    const auto marked = project.lines(file.substr(5));
    const auto hidden = file == "mail/dovecot/users" ? "jane@one.example:{PLAIN}x::::::\n"
                                                     : "abuse@one.example\tevil@x.example\n";
    for (const auto& bad :
         {hidden + good, marked, "# BEGIN plumb\n" + marked, std::string("\x9A\0\x01\n\xFF", 5)}) {
      SCOPED_TRACE(bad);
      project.write(file, bad);
      for (const std::string command : {"plan", "drift"}) {
        const auto ran = project.plumb({command}, kSecrets);
        EXPECT_EQ(ran.code, 8) << ran.all();
        EXPECT_TRUE(ran.says(file + ":1: ")) << ran.all();
      }
      EXPECT_EQ(project.apply().code, 8);
      EXPECT_EQ(project.read(file), bad);
    }
    project.write(file, good);
    project.expect_in_plumb();
  }
}

TEST(Mail, NeverWritesOverAKeyThatItCannotRead) {
  const MailProject project(domain("one.example", kRoles) + mailbox("jane@one.example"));
  project.write("dkim/one.example/s1.pem", "hunter2");
  const auto ran = project.apply();
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_EQ(project.read("dkim/one.example/s1.pem"), "hunter2");
  EXPECT_FALSE(ran.says("hunter2"));
  EXPECT_EQ(project.read("zones/one.example.zone").find("_domainkey"), std::string::npos);
}

/// Another key lies where plumb's own was.
void replace_key(const MailProject& project) {
  const auto other = project.path() / "other.pem";
  ASSERT_EQ(std::system(("openssl genrsa -out '" + other.string() + "' 2048 2>/dev/null").c_str()),
            0);
  project.write("dkim/one.example/s1.pem", project.read("other.pem"));
}

TEST(Mail, AKeyThatIsReplacedByHandIsDriftOfTheKey) {
  const MailProject project(domain("one.example"));
  project.reach();
  const auto before = project.read("zones/one.example.zone");
  replace_key(project);
  // Reported: nothing follows, and it is said each time.
  for (const std::string command : {"plan", "drift"}) {
    const auto ran = project.plumb({command, "--no-heal"}, kSecrets);
    EXPECT_EQ(ran.code, command == "drift" ? 2 : 0) << ran.all();
    EXPECT_TRUE(ran.says("DKIMKey  s1")) << ran.all();
    EXPECT_TRUE(ran.says("drift, only reported")) << ran.all();
    EXPECT_TRUE(
        ran.says("DKIMKey/one.example/s1 was replaced outside, and what was there before "
                 "cannot be brought back: what refers to it stays as it is"))
        << ran.all();
    EXPECT_FALSE(ran.says("_domainkey")) << ran.all();
    EXPECT_FALSE(ran.says("manifest changed")) << ran.all();
  }
  EXPECT_EQ(project.apply({"--no-heal"}).code, 0);
  EXPECT_EQ(project.read("zones/one.example.zone"), before);
  // Healed: the record follows, since mail is signed by that key already.
  const auto planned = project.plumb({"plan"}, kSecrets);
  EXPECT_TRUE(planned.says("DKIMKey  s1")) << planned.all();
  EXPECT_TRUE(planned.says("drift: changed outside")) << planned.all();
  EXPECT_TRUE(planned.says("what refers to it follows")) << planned.all();
  EXPECT_TRUE(planned.says("s1._domainkey TXT")) << planned.all();
  EXPECT_FALSE(planned.says("manifest changed")) << planned.all();
  const auto applied = project.apply();
  EXPECT_EQ(applied.code, 0) << applied.all();
  EXPECT_NE(project.read("zones/one.example.zone"), before);
  project.expect_in_plumb();
  EXPECT_EQ(project.read("dkim/one.example/s1.pem"), project.read("other.pem"));
}

TEST(Mail, AKeyThatWasAdoptedAndThenReplacedIsDriftToo) {
  const MailProject project(domain("one.example"));
  project.reach();
  project.remove(".plumb");
  project.reach();  // all is adopted
  replace_key(project);
  const auto ran = project.plumb({"drift", "--no-heal"}, kSecrets);
  EXPECT_EQ(ran.code, 2) << ran.all();
  EXPECT_TRUE(ran.says("DKIMKey/one.example/s1 was replaced outside")) << ran.all();
}

TEST(Mail, AKeyThatIsDeletedByHandIsMadeAnewWithConsentOnly) {
  const MailProject project(domain("one.example"));
  project.reach();
  const auto before = project.read("zones/one.example.zone");
  project.remove("dkim/one.example/s1.pem");
  const auto drift = project.plumb({"drift"}, kSecrets);
  EXPECT_NE(drift.code, 0) << drift.all();
  EXPECT_TRUE(drift.says("DKIMKey")) << drift.all();
  EXPECT_FALSE(drift.says("manifest changed")) << drift.all();
  const auto refused = project.apply();
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(refused.says("allow: recreate")) << refused.all();
  EXPECT_EQ(project.read("zones/one.example.zone"), before) << "receivers may still look it up";
  const auto made = project.apply({"--consent", "allow=recreate,on=DKIMKey/one.example/s1"});
  EXPECT_EQ(made.code, 0) << made.all();
  EXPECT_NE(project.read("zones/one.example.zone"), before);
  project.expect_in_plumb();
}

TEST(Mail, TheRecordOfAKeyStaysAsLongAsTheKeyDoes) {
  const MailProject project(domain("one.example"));
  project.reach();
  project.replace("providers/mail.yaml", "algorithm: rsa, bits: 2048", "algorithm: ed25519");
  const auto refused = project.apply();
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_NE(project.read("zones/one.example.zone").find("k=rsa"), std::string::npos)
      << "a record that says ed25519 of an rsa key breaks every signature";
  const auto replaced = project.apply({"--consent", "allow=replace,on=DKIMKey/one.example/s1"});
  EXPECT_EQ(replaced.code, 0) << replaced.all();
  const auto again = project.apply();
  EXPECT_EQ(again.code, 0) << again.all();
  EXPECT_NE(project.read("zones/one.example.zone").find("k=ed25519"), std::string::npos);
  const auto plan = project.plumb({"plan", "--detailed-exitcode"}, kSecrets);
  EXPECT_EQ(plan.code, 0) << plan.all();
}

TEST(MailServer, ThatDoesNotKnowWhatIsWrittenIsToldByTheNextApply) {
  const MailProject project(domain("one.example") + mailbox("jane@one.example"));
  project.replace("providers/mail.yaml",
                  "  webRoot: www",
                  "  reload: [[sh, -c, \"test -e ../up || { echo no rights >&2; exit 1; }\"]]\n"
                  "  webRoot: www");
  const auto first = project.apply();
  EXPECT_EQ(first.code, 7) << first.all();
  EXPECT_TRUE(first.says("it ended with status 1: no rights")) << first.all();
  EXPECT_TRUE(first.says("but the mail server may not know")) << first.all();
  const auto planned = project.plumb({"plan"}, kSecrets);
  EXPECT_NE(planned.out.find("the mail server may not know"), std::string::npos) << planned.all();
  EXPECT_EQ(project.apply().code, 7);
  project.write("up", "");
  const auto told = project.apply();
  EXPECT_EQ(told.code, 0) << told.all();
  EXPECT_TRUE(told.says("told the server what an earlier run had written")) << told.all();
  EXPECT_FALSE(project.plumb({"plan"}, kSecrets).says("may not know"));
}

}  // namespace
}  // namespace plumb::test
