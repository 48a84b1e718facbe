#include <filesystem>

#include "controller/env/password_hash.h"
#include "tests/controller/providers/postfix_dovecot/mail_files.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

TEST_F(MailFiles, SeesADomainThatNoFileTellsOfAsMissing) {
  const auto seen = look();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->reading, Reading::missing);
  EXPECT_TRUE(provider().survey({})->empty());
}

TEST_F(MailFiles, WritesADomainWithAllThatIsInIt) {
  secrets_.given["JANE"] = "correct horse";
  make({mail_domain(),
        mailbox("jane",
                Body()
                    .octets(kinds::kMailboxDisplayName, "Jane: 50% Doe")
                    .number(kinds::kMailboxQuota, 1073741824)
                    .set(kinds::kMailboxSendAs, {"sales@example.com", "x@other.example"})
                    .done()),
        mailbox("bot", Body().number(kinds::kMailboxReceiveOnly, 1).done()),
        password("jane", "JANE"),
        alias("sales", alias_to({"jane@example.com", "joe@elsewhere.example"})),
        alias("noreply", Body().number(kinds::kAliasDiscard, 1).done()),
        alias("old", Body().octets(kinds::kAliasReject, "She left").done())});
  EXPECT_EQ(marked("postfix/domains"), "example.com\tmail\n");
  EXPECT_EQ(marked("postfix/mailboxes"),
            "bot@example.com\texample.com/bot/\njane@example.com\texample.com/jane/\n");
  EXPECT_EQ(marked("postfix/aliases"),
            "noreply@example.com\tdiscard@discard.invalid\n"
            "sales@example.com\tjane@example.com,joe@elsewhere.example\n");
  EXPECT_EQ(marked("postfix/recipient_access"), "old@example.com\tREJECT She left\n");
  EXPECT_EQ(marked("postfix/senders"),
            "jane@example.com\tjane@example.com\nsales@example.com\tjane@example.com\n"
            "x@other.example\tjane@example.com\n");
  EXPECT_EQ(marked("postfix/submission_access"),
            "bot@example.com\tREJECT 5.7.1 this mailbox only receives\n");
  const auto users = marked("dovecot/users");
  EXPECT_TRUE(users.starts_with("bot@example.com:::::/var/vmail/example.com/bot::\n")) << users;
  EXPECT_NE(users.find("jane@example.com:{SHA512-CRYPT}$6$"), std::string::npos);
  EXPECT_NE(users.find(":::Jane%3A 50%25 Doe:/var/vmail/example.com/jane::"
                       "userdb_quota_rule=*:bytes=1073741824\n"),
            std::string::npos)
      << users;
  EXPECT_EQ(users.find("correct horse"), std::string::npos);
}

TEST_F(MailFiles, ReadsBackWhatItWrote) {
  const auto jane = Body()
                        .octets(kinds::kMailboxDisplayName, "Jane: 50% Doe\xC3\xA9")
                        .number(kinds::kMailboxQuota, 5)
                        .number(kinds::kMailboxReceiveOnly, 0)
                        .set(kinds::kMailboxSendAs, {"a@x.example", "b@example.com"})
                        .number(kinds::kMailboxDisabled, 1)
                        .done();
  const auto domain =
      Body().octets(kinds::kMailDomainAliasOf, "").number(kinds::kMailDomainQuota, 77).done();
  const auto reject = Body().octets(kinds::kAliasReject, "No: such, person").done();
  const auto discard = Body().number(kinds::kAliasDiscard, 1).done();
  make({mail_domain(domain),
        mailbox("jane", jane),
        alias("a", alias_to({"jane@example.com", "z@y.example"})),
        alias("b", reject),
        alias("c", discard),
        alias("jane+lists", alias_to({"a@example.com"})),
        alias("*", alias_to({"jane@example.com"}))});
  EXPECT_EQ(row(kinds::kMailDomain, ""), domain);
  EXPECT_EQ(row(kinds::kMailbox, "jane"), jane);
  EXPECT_EQ(row(kinds::kAlias, "a"), alias_to({"jane@example.com", "z@y.example"}));
  EXPECT_EQ(row(kinds::kAlias, "b"), reject);
  EXPECT_EQ(row(kinds::kAlias, "c"), discard);
  EXPECT_EQ(row(kinds::kAlias, "jane+lists"), alias_to({"a@example.com"}));
  EXPECT_EQ(row(kinds::kAlias, "*"), alias_to({"jane@example.com"}));
  EXPECT_EQ(row(kinds::kPassword, "jane"), std::nullopt);
  EXPECT_EQ(provider().survey({})->size(), 1U);
}

TEST_F(MailFiles, KeepsTheCatchAllOffMailboxes) {
  make({mail_domain(),
        mailbox("jane"),
        mailbox("joe"),
        alias("joe", alias_to({"jane@example.com", "joe@example.com"}))});
  EXPECT_EQ(marked("postfix/aliases"), "joe@example.com\tjane@example.com,joe@example.com\n");
  make({alias("*", alias_to({"jane@example.com"}))});
  EXPECT_EQ(marked("postfix/aliases"),
            "@example.com\tjane@example.com\njane@example.com\tjane@example.com\n"
            "joe@example.com\tjane@example.com,joe@example.com\n");
  make({mailbox("tom")});
  EXPECT_NE(marked("postfix/aliases").find("tom@example.com\ttom@example.com\n"),
            std::string::npos);
  // A crash between two files, or an editor, may lose such a line: the catch-all is put right.
  const auto whole = read("postfix/aliases");
  auto torn = whole;
  torn.erase(torn.find("tom@"), torn.find("# END") - torn.find("tom@"));
  write("postfix/aliases", torn);
  EXPECT_EQ(row(kinds::kAlias, "*"), std::nullopt);
  make({alias("*", alias_to({"jane@example.com"}))});
  EXPECT_EQ(read("postfix/aliases"), whole);
}

TEST_F(MailFiles, PassesWhatExistsByACatchAllThatRejects) {
  make({mail_domain(),
        mailbox("jane"),
        alias("a", alias_to({"jane@example.com"})),
        alias("gone", Body().octets(kinds::kAliasReject, "gone").done()),
        alias("*", Body().octets(kinds::kAliasReject, "").done())});
  EXPECT_EQ(marked("postfix/recipient_access"),
            "example.com\tREJECT\na@example.com\tDUNNO\ngone@example.com\tREJECT gone\n"
            "jane@example.com\tDUNNO\n");
  EXPECT_EQ(row(kinds::kAlias, "*"), Body().octets(kinds::kAliasReject, "").done());
  make({removal(kinds::kAlias, "*")});
  EXPECT_EQ(marked("postfix/recipient_access"), "gone@example.com\tREJECT gone\n");
}

TEST_F(MailFiles, GivesAnAliasDomainTheAddressesOfItsTarget) {
  make({mail_domain(),
        mailbox("jane"),
        alias("a", alias_to({"jane@example.com"})),
        alias("gone", Body().octets(kinds::kAliasReject, "gone").done())});
  const auto body = Body()
                        .octets(kinds::kMailDomainAliasOf, "example.com.")
                        .number(kinds::kMailDomainQuota, 0)
                        .done();
  make({mail_domain(body)}, "alias.example");
  EXPECT_EQ(marked("postfix/alias_domains"), "alias.example\texample.com\n");
  EXPECT_TRUE(
      marked("postfix/aliases")
          .starts_with("a@alias.example\ta@example.com\njane@alias.example\tjane@example.com\n"))
      << marked("postfix/aliases");
  EXPECT_TRUE(marked("postfix/recipient_access").starts_with("gone@alias.example\tREJECT gone\n"));
  EXPECT_EQ(row(kinds::kMailDomain, "", "alias.example"), body);
  EXPECT_EQ(look("alias.example")->table.size(), 1U);
  // It follows what its target becomes.
  make({mailbox("tom")});
  EXPECT_NE(marked("postfix/aliases").find("tom@alias.example\ttom@example.com\n"),
            std::string::npos);
  EXPECT_EQ(row(kinds::kMailDomain, "", "alias.example"), body);
  EXPECT_NE(trouble(apply({mailbox("x")}, "alias.example")[0]), "");
}

TEST_F(MailFiles, WritesEachFileOnceForManyDomains) {
  std::vector<std::pair<std::string, std::vector<Wanted>>> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back({"d" + std::to_string(i) + ".example", {mail_domain(), mailbox("jane")}});
  }
  for (const auto& outcome : apply_all(all)) {
    EXPECT_EQ(trouble(outcome), "");
  }
  EXPECT_EQ(provider().survey({})->size(), 20U);
  EXPECT_TRUE(
      marked("postfix/domains").starts_with("d0.example\tmail\nd1.example\tmail\nd10.example"));
  // One change leaves the files alone that it does not concern.
  const auto before = fs::last_write_time(temp_.path() / "mail/postfix/mailboxes");
  const auto users = read("dovecot/users");
  make({alias("x", alias_to({"jane@d3.example"}))}, "d3.example");
  EXPECT_EQ(fs::last_write_time(temp_.path() / "mail/postfix/mailboxes"), before);
  EXPECT_EQ(read("dovecot/users"), users);
  EXPECT_EQ(marked("postfix/aliases"), "x@d3.example\tjane@d3.example\n");
}

TEST_F(MailFiles, KeepsForeignLinesOctetForOctet) {
  const std::string head = "# mine\n\nother.example\tx\n  continued \t\n# END of mine\n";
  write("postfix/domains", head + "no newline");
  make({mail_domain()});
  EXPECT_EQ(read("postfix/domains"),
            head + "no newline\n# BEGIN plumb\nexample.com\tmail\n# END plumb\n");
  const std::string tail = "last.example  OK\r\n\xFF\xFE";
  write("postfix/domains", read("postfix/domains") + tail);
  make({mail_domain()}, "second.example");
  EXPECT_EQ(
      read("postfix/domains"),
      head + "no newline\n# BEGIN plumb\nexample.com\tmail\nsecond.example\tmail\n# END plumb\n" +
          tail);
  make({removal(kinds::kMailDomain, "")});
  make({removal(kinds::kMailDomain, "")}, "second.example");
  EXPECT_EQ(read("postfix/domains"), head + "no newline\n# BEGIN plumb\n# END plumb\n" + tail);
  EXPECT_EQ(look()->reading, Reading::missing);
}

TEST_F(MailFiles, LeavesAnAddressAloneThatForeignLinesSpeakOf) {
  write("postfix/mailboxes", "jane@example.com elsewhere/\n");
  const auto outcomes = apply({mail_domain(), mailbox("jane")});
  EXPECT_NE(trouble(outcomes[0]).find("postfix/mailboxes:1: 'jane@example.com'"), std::string::npos)
      << trouble(outcomes[0]);
  EXPECT_FALSE(fs::exists(temp_.path() / "mail/postfix/domains"));
  // Other domains of the same go are not held up.
  make({mail_domain(), mailbox("jane")}, "other.example");
}

TEST_F(MailFiles, KeepsHashesAndFieldsOfOthers) {
  make({mail_domain(), mailbox("jane")});
  auto users = read("dovecot/users");
  users.replace(users.find("jane@"),
                std::string("jane@example.com:::::").size(),
                "jane@example.com:{BLF-CRYPT}$2y$05$abcdefgh:8:9::");
  users.replace(users.find("jane::"), 6, "jane:/bin/sh:allow_nets=10.0.0.0/8,::1 x=y");
  write("dovecot/users", users);
  EXPECT_EQ(row(kinds::kPassword, "jane"), Body().done());
  const auto now = *row(kinds::kMailbox, "jane");
  make(
      {{Act::update, kinds::kMailbox, "jane", Body().number(kinds::kMailboxQuota, 9).done(), now}});
  EXPECT_EQ(marked("dovecot/users"),
            "jane@example.com:{BLF-CRYPT}$2y$05$abcdefgh:8:9::/var/vmail/example.com/jane:/bin/sh:"
            "userdb_quota_rule=*:bytes=9 allow_nets=10.0.0.0/8,::1 x=y\n");
}

TEST_F(MailFiles, RefusesWhatChangedSinceItWasRead) {
  make({mail_domain(), mailbox("jane"), alias("a", alias_to({"jane@example.com"}))});
  const auto stale = alias_to({"joe@example.com"});
  const auto outcomes = apply({{Act::update, kinds::kAlias, "a", alias_to({"x@y.example"}), stale},
                               {Act::remove, kinds::kAlias, "a", "", stale},
                               alias("a", alias_to({"other@y.example"}))});
  for (const auto& outcome : outcomes) {
    EXPECT_NE(trouble(outcome).find("changed since it was read"), std::string::npos);
  }
  EXPECT_EQ(row(kinds::kAlias, "a"), alias_to({"jane@example.com"}));
}

TEST_F(MailFiles, SharesAnAddressBetweenMailboxesOfTwoDomains) {
  const auto may = Body().set(kinds::kMailboxSendAs, {"sales@example.com"}).done();
  make({mail_domain(), mailbox("jane", may)});
  make({mail_domain(), mailbox("joe", may)}, "other.example");
  EXPECT_NE(
      marked("postfix/senders").find("sales@example.com\tjane@example.com,joe@other.example\n"),
      std::string::npos);
  make({removal(kinds::kMailbox, "jane")});
  EXPECT_EQ(marked("postfix/senders"),
            "sales@example.com\tjoe@other.example\njoe@other.example\tjoe@other.example\n");
  EXPECT_EQ(
      cbor::field_list(*row(kinds::kMailbox, "joe", "other.example"), kinds::kMailboxSendAs).size(),
      1U);
}

TEST_F(MailFiles, ChangesOneFormOfAliasIntoAnother) {
  make({mail_domain(), alias("a", alias_to({"x@y.example"}))});
  auto both = Body().set(kinds::kAliasTo, {"x@y.example"}).number(kinds::kAliasDiscard, 1).done();
  make({{Act::update, kinds::kAlias, "a", both, alias_to({"x@y.example"})}});
  EXPECT_EQ(row(kinds::kAlias, "a"), Body().number(kinds::kAliasDiscard, 1).done());
  make({{Act::update, kinds::kAlias, "a", both, Body().number(kinds::kAliasDiscard, 1).done()}});
}

TEST_F(MailFiles, TurnsADomainIntoAnAliasOnceItIsEmpty) {
  make({mail_domain(), mailbox("jane")});
  make({mail_domain()}, "target.example");
  const auto now = *row(kinds::kMailDomain, "");
  const Wanted change{Act::update,
                      kinds::kMailDomain,
                      "",
                      Body().octets(kinds::kMailDomainAliasOf, "target.example.").done(),
                      now};
  EXPECT_NE(trouble(apply({change})[0]).find("still has mailboxes"), std::string::npos);
  make({change, removal(kinds::kMailbox, "jane")});
  EXPECT_EQ(marked("postfix/domains"), "target.example\tmail\n");
  EXPECT_EQ(marked("postfix/alias_domains"), "example.com\ttarget.example\n");
  EXPECT_EQ(marked("dovecot/users"), "");
}

// What a crash between two files leaves behind: users are written first, mailboxes last taken out.
TEST_F(MailFiles, TellsHalfAMailboxFromAWholeOne) {
  make({mail_domain(), mailbox("jane"), mailbox("joe")});
  auto boxes = read("postfix/mailboxes");
  boxes.erase(boxes.find("joe@"), boxes.find("# END") - boxes.find("joe@"));
  write("postfix/mailboxes", boxes);
  auto users = read("dovecot/users");
  users.erase(users.find("jane@"), users.find("joe@") - users.find("jane@"));
  write("dovecot/users", users);
  EXPECT_EQ(row(kinds::kMailbox, "joe"), std::nullopt);   // a create that did not come to its end
  EXPECT_NE(row(kinds::kMailbox, "jane"), std::nullopt);  // a remove that did not
  make({mailbox("joe"), removal(kinds::kMailbox, "jane")});
  EXPECT_NE(row(kinds::kMailbox, "joe"), std::nullopt);
  EXPECT_EQ(row(kinds::kMailbox, "jane"), std::nullopt);
}

TEST_F(MailFiles, RenamesAMailboxWithItsMailAndItsPassword) {
  secrets_.given["JANE"] = "correct horse";
  make({mail_domain(),
        mailbox("jane", Body().octets(1, "Jane").number(2, 4096).done()),
        password("jane", "JANE")});
  const auto before = marked("dovecot/users");
  auto joan = mailbox("joan", Body().octets(1, "Joan").done());
  joan.former = "jane";
  make({joan, removal(kinds::kPassword, "jane"), removal(kinds::kMailbox, "jane")});
  const auto after = marked("dovecot/users");
  EXPECT_TRUE(after.starts_with("joan@example.com:")) << after;
  EXPECT_EQ(after.find("jane@"), std::string::npos) << after;
  EXPECT_NE(after.find(":Joan:/var/vmail/example.com/jane::userdb_quota_rule=*:bytes=4096\n"),
            std::string::npos)
      << after;
  const auto hash = before.substr(before.find(':'), before.find(":::") - before.find(':'));
  EXPECT_NE(after.find(hash + ":::"), std::string::npos) << "the password came along";
  EXPECT_EQ(marked("postfix/mailboxes"), "joan@example.com\texample.com/jane/\n");
  EXPECT_EQ(marked("postfix/senders"), "joan@example.com\tjoan@example.com\n");
  // Whoever is called jane next does not read this mail.
  make({mailbox("jane")});
  EXPECT_NE(marked("dovecot/users").find("jane@example.com:::::/var/vmail/example.com/jane+2:"),
            std::string::npos)
      << marked("dovecot/users");
}

TEST_F(MailFiles, TellsThoseWhoReferToThemOfKeysAlone) {
  with_keys();
  make({mail_domain(),
        mailbox("jane"),
        {Act::create,
         kinds::kDKIMKey,
         "s1",
         Body().octets(kinds::kDkimAlgorithm, "ed25519").done(),
         ""}});
  const auto whole = look();
  const std::vector<Scope> wanted{scope("example.com"), scope("none.example")};
  std::vector<ObservedScope> seen;
  provider().observe_outputs(wanted,
                             [&](const Scope&, Result<ObservedScope> one) {
                               ASSERT_TRUE(one) << one.error().message;
                               seen.push_back(std::move(*one));
                             },
                             {});
  ASSERT_EQ(seen.size(), 2U);
  ASSERT_EQ(seen[0].table.size(), 1U);
  const auto key = seen[0].table.find(kinds::kDKIMKey, "s1");
  ASSERT_TRUE(key);
  const auto all = whole->table.find(kinds::kDKIMKey, "s1");
  EXPECT_EQ(seen[0].side[seen[0].table[*key].side - 1].outputs,
            whole->side[whole->table[*all].side - 1].outputs);
  EXPECT_EQ(seen[1].reading, Reading::missing);
}

TEST_F(MailFiles, TakesADomainAwayWithAllThatIsInIt) {
  with_keys();
  also("webRoot", text("www"));
  secrets_.given["KEEP"] = "correct horse";
  const auto policy = Body()
                          .octets(kinds::kPolicyMode, "enforce")
                          .set(kinds::kPolicyMx, {"mx1.example.net"})
                          .number(kinds::kPolicyMaxAge, 604800)
                          .done();
  make({mail_domain()}, "other.example");
  make({mailbox("joe", Body().set(kinds::kMailboxSendAs, {"sales@example.com"}).done())},
       "other.example");
  make({mail_domain(),
        mailbox("keep", Body().set(kinds::kMailboxSendAs, {"x@other.example"}).done()),
        mailbox("bot", Body().number(kinds::kMailboxReceiveOnly, 1).done()),
        password("keep", "KEEP"),
        alias("al", alias_to({"keep@example.com"})),
        alias("*", Body().octets(kinds::kAliasReject, "").done()),
        {Act::create,
         kinds::kDKIMKey,
         "s1",
         Body().octets(kinds::kDkimAlgorithm, "ed25519").done(),
         ""},
        {Act::create,
         kinds::kDKIMSigning,
         "",
         Body().octets(kinds::kSigningSelector, "s1").done(),
         ""},
        {Act::create, kinds::kMTASTSPolicy, "", policy, ""}});
  make({{Act::remove, kinds::kMailDomain, "", "", *row(kinds::kMailDomain, "")}});
  for (const std::string file : {"dovecot/users",
                                 "postfix/submission_access",
                                 "postfix/mailboxes",
                                 "postfix/recipient_access",
                                 "postfix/aliases",
                                 "postfix/alias_domains",
                                 "postfix/domains"}) {
    EXPECT_EQ(marked(file).find("example.com"), std::string::npos) << file << "\n" << marked(file);
  }
  EXPECT_EQ(temp_.read("dkim/selectors"), "# BEGIN plumb\n# END plumb\n");
  EXPECT_FALSE(fs::exists(temp_.path() / "dkim/example.com"));
  EXPECT_FALSE(fs::exists(temp_.path() / "www/example.com"));
  EXPECT_FALSE(fs::is_empty(temp_.path() / "dkim/retired"));
  EXPECT_EQ(look()->reading, Reading::missing);
  // What belongs to another domain's mailbox stays.
  EXPECT_EQ(marked("postfix/senders"),
            "sales@example.com\tjoe@other.example\njoe@other.example\tjoe@other.example\n");
  EXPECT_NE(row(kinds::kMailbox, "joe", "other.example"), std::nullopt);
}

TEST_F(MailFiles, RefusesNamesThatCannotBeFolders) {
  for (const std::string domain : {"../etc", "a/b", "A.example", "retired", "x..y", ""}) {
    EXPECT_NE(trouble(apply({mail_domain()}, domain)[0]), "") << domain;
  }
  EXPECT_FALSE(fs::exists(temp_.path() / "mail/postfix"));
}

TEST_F(MailFiles, MovesTheFingerprintOfTheDomainThatChangedAlone) {
  make({mail_domain()});
  make({mail_domain()}, "other.example");
  const auto one = look()->fingerprint;
  const auto other = look("other.example")->fingerprint;
  make({mailbox("jane")});
  EXPECT_NE(look()->fingerprint, one);
  EXPECT_EQ(look("other.example")->fingerprint, other);
  EXPECT_EQ(provider().survey({})->at(0).fingerprint, look()->fingerprint);
}

}  // namespace
}  // namespace plumb::providers::postfix_dovecot
