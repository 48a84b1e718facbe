// Mail through Debian's Postfix, Dovecot and rspamd, set up as docs/mail-server says, with what
// plumb declares, on a machine of its own (namespaces, so root is needed).

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/mail_host.h"

namespace plumb::test {
namespace {

constexpr std::string_view kJane = "correct horse";

std::string domain(const std::string& name, const std::string& spec) {
  return "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: " + name +
         "}\nspec:\n  profiles: [mail]\n" + spec + "---\n";
}

std::string mailbox(const std::string& name, const std::string& spec) {
  return "apiVersion: plumb/v1\nkind: Mailbox\nmetadata: {name: " + name + "}\nspec: " + spec +
         "\n---\n";
}

/// The provider that docs/mail-server/README.md shows.
std::string provider_of_the_readme() {
  std::string text;
  {
    std::ifstream in(PLUMB_SOURCE_DIR "/docs/mail-server/README.md");
    text.assign(std::istreambuf_iterator<char>(in), {});
  }
  const std::string begin = "   ```yaml\n";
  const auto from = text.find(begin);
  const auto to = text.find("   ```\n", from + 1);
  EXPECT_NE(from, std::string::npos);
  std::string out;
  for (std::istringstream lines(text.substr(from + begin.size(), to - from - begin.size()));
       lines;) {
    std::string line;
    std::getline(lines, line);
    out += (line.starts_with("   ") ? line.substr(3) : line) + "\n";
  }
  return out;
}

class MailServer : public ::testing::Test {
 protected:
  void SetUp() override {
    host_ = MailHost::boot();
    ASSERT_NE(host_, nullptr) << "a machine of its own takes namespaces: run it as root";
    host_->write("srv/project/plumb.yaml",
                 "apiVersion: plumb/v1\nkind: Project\nmetadata: {name: acme}\nspec:\n"
                 "  manifests: [providers, domains]\n  drift: heal\n");
    host_->write("srv/project/providers/mailhost.yaml", provider_of_the_readme());
    host_->write(
        "srv/project/providers/rest.yaml",
        "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\n"
        "spec:\n  type: zonefile\n  directory: zones\n"
        "  reload: [sh, -c, \"kill -HUP $(cat /run/nsd/nsd.pid)\"]\n---\n"
        "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: mx1}\n"
        "spec: {provider: static, hostname: mx1.example.com, addresses: [192.0.2.10]}\n---\n"
        "apiVersion: plumb/v1\nkind: Profile\nmetadata: {name: mail}\nspec:\n"
        "  dns: {providers: [files], defaultTTL: 300, ownership: exclusive}\n"
        "  mail:\n    provider: mailhost\n"
        "    servers: [{name: mx1, priority: 10, roles: [mx, outbound]}]\n"
        "    dkim: {selector: s1, algorithm: rsa, bits: 2048}\n    dmarc: {policy: reject}\n");
    declare("  aliases: {postmaster: [jane], abuse: [jane]}\n",
            mailbox("jane@example.com", "{password: {env: JANE}, sendAs: [sales]}") +
                mailbox("tom@example.com", "{quota: 20KiB, password: {env: TOM}}") +
                mailbox("scanner@example.com", "{receiveOnly: true, password: {env: TOM}}") +
                alias("sales@example.com", "{to: [jane]}"));
  }

  static std::string alias(const std::string& name, const std::string& spec) {
    return "apiVersion: plumb/v1\nkind: Alias\nmetadata: {name: \"" + name + "\"}\nspec: " + spec +
           "\n---\n";
  }
  /// example.com with the lines of its spec, and further documents.
  void declare(const std::string& spec, const std::string& more) const {
    host_->write("srv/project/domains/all.yaml", domain("example.com", spec) + more);
  }
  void replace(const std::string& from, const std::string& to) const {
    auto text = host_->read("srv/project/domains/all.yaml");
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    host_->write("srv/project/domains/all.yaml", text.replace(at, from.size(), to));
  }
  void append(const std::string& more) const {
    host_->write("srv/project/domains/all.yaml",
                 host_->read("srv/project/domains/all.yaml") + more);
  }
  Printed plumb(const std::string& words, const std::string& jane = std::string(kJane)) const {
    return host_->plumb(words, "JANE='" + jane + "' TOM='battery staple'");
  }
  void apply(const std::string& jane = std::string(kJane)) const {
    const auto applied = plumb("apply --yes", jane);
    ASSERT_EQ(applied.code, 0) << applied.text;
    ASSERT_NE(applied.text.find("In plumb"), std::string::npos) << applied.text;
    until_dovecot_looks_again();
  }
  /// Dovecot looks at its passwd-file at most once in each second of the clock.
  static void until_dovecot_looks_again() {
    const auto second = [] {
      return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    };
    for (const auto then = second(); second() == then;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  void apply_and_start() const {
    const auto applied = plumb("apply --yes");  // nothing runs that could be told to read it
    ASSERT_EQ(applied.code, 7) << applied.text;
    ASSERT_NE(applied.text.find("the mail server may not know"), std::string::npos) << applied.text;
    const auto started = host_->start_servers();
    ASSERT_EQ(started.code, 0) << started.text;
    apply();
    EXPECT_EQ(plumb("plan --detailed-exitcode").code, 0);
  }
  /// A message from elsewhere with this subject; what swaks ends with: 0, or 24 where a recipient
  /// was refused.
  Printed send(const std::string& to, const std::string& subject) const {
    return host_->swaks_from_elsewhere("--from joe@else.example --to '" + to +
                                       "' --header 'Subject: " + subject + "'");
  }
  void expect_refused(const std::string& to, const std::string& because) const {
    const auto sent = send(to, "refused");
    EXPECT_NE(sent.code, 0) << to;
    EXPECT_NE(sent.text.find(because), std::string::npos) << sent.text;
  }
  Printed as_jane(const std::string& words) const {
    return host_->swaks_as("jane@example.com", std::string(kJane), words);
  }

  std::unique_ptr<MailHost> host_;
};

TEST_F(MailServer, DeliversWhereAliasesLead) {
  append(alias("both@example.com", "{to: [jane, tom, joe@else.example]}") +
         alias("noreply@example.com", "{discard: true}") +
         alias("old@example.com", "{reject: She left}") +
         domain("example.org", "  mail: {aliasOf: example.com}\n") +
         domain("shop.example", "  aliases: {\"*\": [jane@example.com]}\n") +
         mailbox("owner@shop.example", "{}"));
  apply_and_start();
  ASSERT_EQ(send("sales@example.com", "to-an-alias").code, 0);
  EXPECT_NE(host_->delivered("example.com/jane", "Subject: to-an-alias"), "");
  ASSERT_EQ(send("both@example.com", "to-many").code, 0);
  EXPECT_NE(host_->delivered("example.com/jane", "Subject: to-many"), "");
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: to-many"), "");
  EXPECT_NE(host_->sent_elsewhere("Subject: to-many"), "");
  // The alias domain, an extension, the catch-all, and whom the catch-all must leave alone.
  ASSERT_EQ(send("sales@example.org", "other-domain").code, 0);
  EXPECT_NE(host_->delivered("example.com/jane", "Subject: other-domain"), "");
  ASSERT_EQ(send("Tom+lists@example.com", "extension").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: extension"), "");
  ASSERT_EQ(send("whoever@shop.example", "caught").code, 0);
  EXPECT_NE(host_->delivered("example.com/jane", "Subject: caught"), "");
  ASSERT_EQ(send("owner@shop.example", "own").code, 0);
  EXPECT_NE(host_->delivered("shop.example/owner", "Subject: own"), "");
  EXPECT_EQ(host_->count("example.com/jane", "Subject: own"), 0U);
  // Taken and thrown away.
  ASSERT_EQ(send("noreply@example.com", "thrown-away").code, 0);
  EXPECT_TRUE(host_->logged("orig_to=<noreply@example.com>, relay=none"));
  expect_refused("old@example.com",
                 "554 5.7.1 <old@example.com>: Recipient address rejected: She left");
  expect_refused("old@example.org", "Recipient address rejected: She left");
  expect_refused("nobody@example.com", "550 5.1.1");
  expect_refused("nobody@example.org", "550 5.1.1");
  expect_refused("joe@else.example", "Relay access denied");
  // What is declared later holds without a restart.
  replace("{reject: She left}", "{to: [tom]}");
  apply();
  ASSERT_EQ(send("old@example.com", "no-longer-refused").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: no-longer-refused"), "");
}

TEST_F(MailServer, ServesOnWhileWhatWasKeptByHandIsTakenOver) {
  append(alias("old@example.com", "{reject: She left}"));
  apply_and_start();
  // As if nobody had ever heard of plumb: no marks, no manifests, no memory.
  const auto forgotten = host_->run(
      "sed -i '/^# BEGIN plumb$/d; /^# END plumb$/d' /srv/plumb/mail/postfix/* "
      "/srv/plumb/mail/dovecot/users && rm -r domains .plumb && mkdir domains && postfix reload");
  ASSERT_EQ(forgotten.code, 0) << forgotten.text;
  const auto imported = plumb("import files example.com --mail mailhost --take-over");
  ASSERT_EQ(imported.code, 0) << imported.text;
  EXPECT_NE(imported.text.find("taken over"), std::string::npos) << imported.text;
  const auto planned = plumb("plan --detailed-exitcode");
  EXPECT_EQ(planned.code, 0) << planned.text;
  until_dovecot_looks_again();
  ASSERT_EQ(send("sales@example.com", "taken-over").code, 0);
  EXPECT_NE(host_->delivered("example.com/jane", "Subject: taken-over"), "");
  EXPECT_TRUE(host_->logs_in("jane@example.com", std::string(kJane)));
  EXPECT_EQ(as_jane("--from sales@example.com --to joe@else.example").code, 0);
  expect_refused("old@example.com", "Recipient address rejected: She left");
  expect_refused("nobody@example.com", "550 5.1.1");
}

TEST_F(MailServer, LetsUsersSendAsDeclaredAndSignsIt) {
  apply_and_start();
  ASSERT_EQ(
      as_jane("--from jane@example.com --to joe@else.example --header 'Subject: as-herself'").code,
      0);
  ASSERT_EQ(
      as_jane("--from sales@example.com --to joe@else.example --header 'Subject: as-sales'").code,
      0);
  for (const std::string from : {"tom@example.com", "joe@else.example", "nobody@example.com"}) {
    const auto sent = as_jane("--from " + from + " --to joe@else.example");
    EXPECT_NE(sent.code, 0) << from;
    EXPECT_NE(sent.text.find("not owned by user jane@example.com"), std::string::npos) << sent.text;
  }
  for (const std::string from : {"scanner@example.com", "jane@example.com", "''"}) {
    const auto sent = host_->swaks_as(
        "scanner@example.com", "battery staple", "--from " + from + " --to joe@else.example");
    EXPECT_NE(sent.text.find("this mailbox only receives"), std::string::npos) << sent.text;
  }
  EXPECT_NE(host_->swaks_as("jane@example.com", "wrong", "--to joe@else.example").code, 0);
  EXPECT_NE(host_
                ->run("sh /srv/elsewhere.sh swaks --server 192.0.2.10 --port 587 --tls --silent 1 "
                      "--from jane@example.com --to joe@else.example")
                .code,
            0)
      << "without a password nothing leaves";
  // What arrived at the other server verifies against what NSD serves, and nothing else does.
  host_->write("srv/verify.py",
               "import dkim, sys\nm = open(sys.argv[1], 'rb').read()\n"
               "print(dkim.verify(m), dkim.verify(m.replace(b'Subject: as', b'Subject: is')))\n");
  for (const std::string subject : {"as-herself", "as-sales"}) {
    auto message = host_->sent_elsewhere("Subject: " + subject);
    ASSERT_NE(message.find("DKIM-Signature:"), std::string::npos) << message;
    EXPECT_NE(message.find("d=example.com; s=s1;"), std::string::npos) << message;
    // The other server notes the envelope above the message.
    message.erase(0, message.find("Received:"));
    host_->write("srv/message", message);
    EXPECT_EQ(host_->run("/usr/bin/python3 /srv/verify.py /srv/message").text, "True False\n")
        << message;
  }
}

TEST_F(MailServer, SignsForADomainThatIsDeclaredLater) {
  apply_and_start();
  append(domain("shop.example", "  aliases: {postmaster: [owner], abuse: [owner]}\n") +
         mailbox("owner@shop.example", "{password: {env: TOM}}"));
  apply();
  // rspamd looks at its map every now and then; nobody has to tell it.
  constexpr int kMostTries = 60;
  std::string message;
  for (int i = 0; i < kMostTries && message.find("d=shop.example;") == std::string::npos; ++i) {
    const auto subject = "Subject: number-" + std::to_string(i) + "-";
    ASSERT_EQ(
        host_
            ->swaks_as("owner@shop.example",
                       "battery staple",
                       "--from owner@shop.example --to joe@else.example --header '" + subject + "'")
            .code,
        0);
    message = host_->sent_elsewhere(subject);
  }
  EXPECT_NE(message.find("d=shop.example;"), std::string::npos) << message;
}

TEST_F(MailServer, RefusesMailOverQuota) {
  apply_and_start();
  // Programs say how large a message is (RFC 1870); Python's does.
  host_->write("srv/large.py",
               "import smtplib, sys\n"
               "s = smtplib.SMTP('192.0.2.10', 25, 'mx.else.example')\n"
               "text = 'Subject: large\\r\\n\\r\\n' + ('x' * 70 + '\\r\\n') * 400\n"
               "try:\n  s.sendmail('joe@else.example', ['tom@example.com'], text)\n"
               "except smtplib.SMTPRecipientsRefused as e:\n  print(e)\n");
  const auto large = host_->run("sh /srv/elsewhere.sh /usr/bin/python3 /srv/large.py");
  EXPECT_NE(large.text.find("Mailbox is full"), std::string::npos) << large.text;
  ASSERT_EQ(send("tom@example.com", "small").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: small"), "");
  // A smaller quota is full at once, for users of the same server too; a larger one is not.
  replace("quota: 20KiB", "quota: 100B");
  apply();
  expect_refused("tom@example.com",
                 "552 5.2.2 <tom@example.com>: Recipient address rejected: "
                 "Mailbox is full");
  EXPECT_NE(as_jane("--from jane@example.com --to tom@example.com").code, 0);
  replace("quota: 100B", "quota: 1MiB");
  apply();
  ASSERT_EQ(send("tom@example.com", "room-again").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: room-again"), "");
}

TEST_F(MailServer, LetsUsersInWithTheDeclaredPasswordAlone) {
  apply_and_start();
  EXPECT_TRUE(host_->logs_in("jane@example.com", std::string(kJane)));
  EXPECT_TRUE(host_->logs_in("Jane@Example.COM", std::string(kJane)));
  EXPECT_FALSE(host_->logs_in("jane@example.com", "battery staple"));
  apply("a new one");
  EXPECT_FALSE(host_->logs_in("jane@example.com", std::string(kJane)));
  EXPECT_TRUE(host_->logs_in("jane@example.com", "a new one"));
  // Under a new name: same mail, same password; the old name is nobody's.
  ASSERT_EQ(send("tom@example.com", "before").code, 0);
  ASSERT_NE(host_->delivered("example.com/tom", "Subject: before"), "");
  replace("{name: tom@example.com}\nspec: {", "{name: thomas@example.com}\nspec: {formerly: tom, ");
  apply("a new one");
  EXPECT_TRUE(host_->logs_in("thomas@example.com", "battery staple"));
  EXPECT_FALSE(host_->logs_in("tom@example.com", "battery staple"));
  expect_refused("tom@example.com", "550 5.1.1");
  ASSERT_EQ(send("thomas@example.com", "after").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: after"), "") << "where his mail was";
  // Disabled: mail comes in, nobody logs in. Gone: neither.
  replace("{formerly: tom, ", "{disabled: true, ");
  apply("a new one");
  EXPECT_FALSE(host_->logs_in("thomas@example.com", "battery staple"));
  ASSERT_EQ(send("thomas@example.com", "while-disabled").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: while-disabled"), "");
}

/// A login with each password that is set, by the certificate of the README's Dovecot.
TEST_F(MailServer, TriesPasswordsWherePeopleLogIn) {
  host_->write("srv/project/providers/imap.yaml",
               "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: imap}\n"
               "spec: {provider: static, hostname: mx1.example.net, addresses: [192.0.2.10]}\n");
  const auto spec = host_->read("srv/project/providers/mailhost.yaml");
  const auto ask_at = [&](const std::string& imap) {
    host_->write("srv/project/providers/mailhost.yaml",
                 spec + "  verify: {imap: \"" + imap + "\"}\n");
  };
  const auto set = [&](const std::string& jane) {
    return host_->plumb("apply --yes",
                        "PLUMB_CA_FILE=/etc/letsencrypt/live/mx1.example.net/fullchain.pem "
                        "TOM='battery staple' JANE='" +
                            jane + "'");
  };
  apply_and_start();
  const std::string trying = "jane@example.com: password set; login tried at ";
  for (const std::string imap :
       {"imaps://mx1.example.net", "imap://mx1.example.net", "imap://localhost"}) {
    ask_at(imap);
    const auto ran = set(imap + " \"\\ \xC3\xA9");
    EXPECT_EQ(ran.code, 0) << ran.text;
    const auto host =
        imap.substr(imap.find("//") + 2) + (imap.starts_with("imaps") ? ":993" : ":143");
    EXPECT_NE(ran.text.find(trying + host + ": accepted"), std::string::npos) << ran.text;
  }
  // A certificate that nobody vouches for is not shown any password.
  ask_at("imaps://mx1.example.net");
  const auto strange = plumb("apply --yes", "not to be sent");
  EXPECT_EQ(strange.code, 0) << strange.text;
  EXPECT_NE(
      strange.text.find("login not tried at mx1.example.net:993: its certificate is not good"),
      std::string::npos)
      << strange.text;
  // Dovecot that reads another file refuses; that is told, and asked once.
  ASSERT_EQ(
      host_
          ->run("cp /srv/plumb/mail/dovecot/users /srv/users && chmod 644 /srv/users && sed -i "
                "'s|/srv/plumb/mail/dovecot/users|/srv/users|' /etc/dovecot/dovecot.conf && "
                "doveadm reload")
          .code,
      0);
  const auto refused = set("what Dovecot does not see");
  EXPECT_EQ(refused.code, 9) << refused.text;
  EXPECT_NE(refused.text.find(trying + "mx1.example.net:993: refused (AUTHENTICATIONFAILED)"),
            std::string::npos)
      << refused.text;
  EXPECT_EQ(refused.text.find("what Dovecot does not see"), std::string::npos) << refused.text;
  const auto log = host_->read("var/log/dovecot.log");
  const std::string failed = "auth failed, 1 attempts";
  EXPECT_NE(log.find(failed), std::string::npos) << log;
  EXPECT_EQ(log.find(failed), log.rfind(failed)) << log;
}

TEST_F(MailServer, LooksIntoLmdbMapsWithoutAReload) {
  auto spec = host_->read("srv/project/providers/mailhost.yaml");
  const std::string reload = "  reload: [[postfix, reload], [doveadm, reload]]\n";
  const auto at = spec.find(reload);
  ASSERT_NE(at, std::string::npos) << spec;
  host_->write("srv/project/providers/mailhost.yaml",
               spec.replace(at, reload.size(), "  maps: lmdb\n  reload: [[doveadm, reload]]\n"));
  ASSERT_EQ(host_->run("postconf -e plumb_maps=lmdb").code, 0);
  apply_and_start();
  ASSERT_EQ(send("sales@example.com", "first").code, 0);
  EXPECT_NE(host_->delivered("example.com/jane", "Subject: first"), "");
  expect_refused("new@example.com", "550 5.1.1");
  append(alias("new@example.com", "{to: [tom]}"));
  apply();
  ASSERT_EQ(send("new@example.com", "second").code, 0);
  EXPECT_NE(host_->delivered("example.com/tom", "Subject: second"), "");
}

}  // namespace
}  // namespace plumb::test
