// Lines that others wrote become Plumb's, and the servers notice nothing.

#include "tests/controller/providers/postfix_dovecot/mail_files.h"

namespace plumb::providers::postfix_dovecot {
namespace {

class Outside : public MailFiles {
 protected:
  Result<TakenOver> take_over(TakeOver how = TakeOver::write,
                              const std::vector<std::string>& domains = {"example.com"}) {
    std::vector<Scope> scopes;
    for (const auto& domain : domains) {
      scopes.push_back(scope(domain));
    }
    return provider().take_over(scopes, how, {});
  }

  /// What was left, without folders.
  static std::string told(const TakenOver& taken) {
    std::string all;
    for (const auto& line : taken.left) {
      all += line.substr(line.rfind('/', line.find(": ")) + 1) + "\n";
    }
    return all;
  }

  /// A mail server as people set it up by hand.
  void by_hand() const {
    write("postfix/domains", "# our domains\nexample.com  OK\nlegacy.example OK\n");
    write("postfix/mailboxes",
          "Jane@example.com   example.com/jane/\njoe@example.com example.com/joe/Maildir/\n"
          "old@legacy.example x/\n");
    write("postfix/aliases",
          "# people\nsales@example.com jane@example.com,\n  # and him\n  joe@partner.example\n"
          "postmaster@example.com jane@example.com\n");
    write("postfix/senders",
          "jane@example.com jane@example.com\nsales@example.com jane@example.com, "
          "joe@example.com\njoe@example.com joe@example.com\n");
    write("postfix/recipient_access", "left@example.com REJECT She left\n");
    write("dovecot/users",
          "jane@example.com:{SHA512-CRYPT}$6$abc$def:5000:5000::/var/mail/jane::"
          "userdb_quota_rule=*:storage=1G userdb_x=y\n"
          "joe@example.com:{PLAIN}secret\nold@legacy.example:{PLAIN}x\n");
  }
};

TEST_F(Outside, MovesWhatItUnderstandsAndLeavesTheRestOctetForOctet) {
  by_hand();
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->objects.at("example.com."), 5U);
  EXPECT_TRUE(taken->left.empty()) << taken->left.front();
  EXPECT_EQ(read("postfix/domains"),
            "# our domains\nlegacy.example OK\n# BEGIN plumb\nexample.com\tmail\n# END plumb\n");
  EXPECT_EQ(read("postfix/mailboxes"),
            "old@legacy.example x/\n# BEGIN plumb\njane@example.com\texample.com/jane/\n"
            "joe@example.com\texample.com/joe/Maildir/\n# END plumb\n");
  EXPECT_EQ(read("postfix/aliases"),
            "# people\n  # and him\n# BEGIN plumb\npostmaster@example.com\tjane@example.com\n"
            "sales@example.com\tjane@example.com, joe@partner.example\n# END plumb\n");
  EXPECT_EQ(marked("postfix/recipient_access"), "left@example.com\tREJECT She left\n");
  EXPECT_EQ(read("dovecot/users"),
            "old@legacy.example:{PLAIN}x\n# BEGIN plumb\n"
            "jane@example.com:{SHA512-CRYPT}$6$abc$def:5000:5000::/var/mail/jane::"
            "userdb_quota_rule=*:bytes=1073741824 userdb_x=y\n"
            "joe@example.com:{PLAIN}secret::::::\n# END plumb\n");
  const auto joe = *row(kinds::kMailbox, "joe");
  EXPECT_EQ(cbor::field_list(joe, kinds::kMailboxSendAs).front(), "sales@example.com");
  EXPECT_EQ(cbor::field_number(joe, kinds::kMailboxReceiveOnly), 0U);
  // What is there may be changed now, and a second time there is nothing to take.
  make({{Act::remove, kinds::kAlias, "sales", "", *row(kinds::kAlias, "sales")}});
  const auto again = take_over();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->objects.empty());
}

TEST_F(Outside, OnlyCountsOrPretendsWhereItIsToldTo) {
  by_hand();
  const auto before = read("postfix/mailboxes");
  const auto counted = take_over(TakeOver::count);
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->objects.at("example.com."), 5U);
  EXPECT_EQ(look()->reading, Reading::missing);
  ASSERT_TRUE(take_over(TakeOver::pretend));
  EXPECT_TRUE(row(kinds::kMailbox, "jane"));
  EXPECT_EQ(read("postfix/mailboxes"), before);
  EXPECT_FALSE(std::filesystem::exists(temp_.path() / "mail/postfix/submission_access"));
}

TEST_F(Outside, AnAddressGoesWholeOrNotAtAll) {
  by_hand();
  write("postfix/aliases",
        "prog@example.com |/usr/bin/vacation\njane@example.com  root\n"
        "twice@example.com a@b.example\ntwice@example.com c@b.example\n"
        "list@example.com :include:/etc/list\n");
  const auto users = read("dovecot/users");
  const auto aliases = read("postfix/aliases");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->objects.at("example.com."), 2U)
      << "joe and left; jane stays, and so does what she may send as";
  std::string left;
  for (const auto& line : taken->left) {
    left += line + "\n";
  }
  for (const auto* place : {"aliases:1: ",
                            "aliases:2: 'root' is no address",
                            "aliases:4: the same key stands twice",
                            "aliases:5: "}) {
    EXPECT_NE(left.find(place), std::string::npos) << place << "\n" << left;
  }
  EXPECT_EQ(read("postfix/aliases"), aliases + "# BEGIN plumb\n# END plumb\n");
  EXPECT_TRUE(read("dovecot/users").starts_with(users.substr(0, users.find('\n') + 1)));
  EXPECT_EQ(marked("postfix/mailboxes"), "joe@example.com\texample.com/joe/Maildir/\n");
}

TEST_F(Outside, LeavesMailboxesOfWhichALineSaysMoreThanAManifest) {
  by_hand();
  const std::string users =
      "jane@example.com:{PLAIN}a::::::userdb_quota_rule=*:bytes=0\n"
      "joe@example.com:{PLAIN}b::::::nologin=Closed,\n"
      "ann@example.com:{PLAIN}c::::::userdb_quota_rule=*:bytes=1G userdb_quota_rule=*:storage=1\n";
  write("dovecot/users",
        users + "bob@example.com:{PLAIN}d::::::nologin userdb_quota_rule=*:storage=1\n");
  write("postfix/mailboxes",
        "jane@example.com a/\njoe@example.com b/\nann@example.com c/\nbob@example.com d/\n");
  write("postfix/aliases", "");
  write("postfix/senders", "");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(read("dovecot/users"),
            users +
                "# BEGIN plumb\nbob@example.com:{PLAIN}d::::::userdb_quota_rule=*:bytes=1024 "
                "nologin\n# END plumb\n");
  for (const auto* who : {"users:1: ", "users:2: ", "users:3: "}) {
    EXPECT_NE(told(*taken).find(who), std::string::npos) << told(*taken);
  }
}

TEST_F(Outside, KeepsACatchAllThatAManifestWouldReadDifferently) {
  by_hand();
  // Postfix gives it the mail of jane and joe as well: no line of their own keeps it off.
  write("postfix/aliases", "@example.com boss@else.example\n");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(told(*taken),
            "aliases:1: the catch-all takes the mail of mailboxes as well\n"
            "senders:2: nobody's address, or one that stays outside\n");
  EXPECT_TRUE(read("postfix/aliases").starts_with("@example.com boss@else.example\n"));
  EXPECT_TRUE(row(kinds::kMailbox, "jane"));
}

TEST_F(Outside, TakesACatchAllWithItsExceptions) {
  by_hand();
  write("postfix/aliases",
        "@example.com boss@else.example\njane@example.com jane@example.com\n"
        "joe@example.com joe@example.com\n");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(taken->left.empty()) << taken->left.front();
  EXPECT_TRUE(row(kinds::kAlias, "*"));
  EXPECT_TRUE(read("postfix/aliases").starts_with("# BEGIN plumb\n"));
}

TEST_F(Outside, GivesWhatNobodyWroteDownWhereItIsMissing) {
  write("postfix/mailboxes", "jane@example.com example.com/jane/");
  write("dovecot/users", "jane@example.com:{PLAIN}x");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(marked("postfix/domains"), "example.com\tmail\n");
  EXPECT_EQ(marked("postfix/senders"), "jane@example.com\tjane@example.com\n");
  EXPECT_EQ(cbor::field_number(*row(kinds::kMailbox, "jane"), kinds::kMailboxReceiveOnly), 0U);
}

TEST_F(Outside, LeavesADomainThatIsAnothersAliasAlone) {
  by_hand();
  write("postfix/alias_domains", "example.com OK\n");
  write("postfix/domains", "");
  const auto before = read("postfix/mailboxes");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_TRUE(taken->objects.empty());
  EXPECT_NE(taken->left.front().find("`aliasOf`"), std::string::npos) << taken->left.front();
  EXPECT_EQ(read("postfix/mailboxes"), before);
}

TEST_F(Outside, AddsToWhatIsMarkedAlready) {
  make({mail_domain(), mailbox("jane"), alias("a", alias_to({"jane@example.com"}))});
  write("postfix/aliases",
        "b@example.com a@example.com\n" + read("postfix/aliases") +
            "a@example.com else@where.example\nc@other.example x@y.example\n");
  const auto taken = take_over(TakeOver::write, {"example.com", "other.example"});
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->objects.at("example.com."), 1U);
  ASSERT_EQ(taken->left.size(), 1U) << "a stands twice";
  EXPECT_EQ(marked("postfix/aliases"),
            "a@example.com\tjane@example.com\nb@example.com\ta@example.com\n"
            "c@other.example\tx@y.example\n");
  EXPECT_TRUE(read("postfix/aliases").ends_with("# END plumb\na@example.com else@where.example\n"));
}

TEST_F(Outside, LeavesTheSenderRightOfSomebodyWhoStaysOutside) {
  write("postfix/domains", "example.com OK\nexample.net OK\n");
  write("postfix/mailboxes", "jane@example.com example.com/jane/\njoe@example.com e/joe/\n");
  write("dovecot/users", "jane@example.com:{PLAIN}x\njoe@example.com:{PLAIN}y\n");
  write("postfix/aliases", "jane@example.com |/usr/bin/vacation\ninfo@example.net a@b.example\n");
  write("postfix/senders",
        "jane@example.com jane@example.com\njoe@example.com joe@example.com\n"
        "info@example.net jane@example.com joe@example.com\n");
  ASSERT_TRUE(take_over(TakeOver::write, {"example.net"}));
  const std::string right = "info@example.net\tjane@example.com,joe@example.com\n";
  ASSERT_EQ(marked("postfix/senders"), right);
  const auto taken = take_over(TakeOver::write, {"example.com"});
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken->objects.at("example.com."), 1U) << "joe; jane has a pipe";
  EXPECT_EQ(marked("postfix/senders"), "joe@example.com\tjoe@example.com\n" + right);
  // Who goes with her mailbox loses her rights all the same.
  make({removal(kinds::kMailbox, "joe")});
  EXPECT_EQ(marked("postfix/senders"), "info@example.net\tjane@example.com\n");
}

TEST_F(Outside, LeavesAWholeDomainAsSenderWithWhoSendsByItAlone) {
  by_hand();
  write("postfix/senders",
        "@example.com jane@example.com, joe@example.com\njoe@example.com joe@example.com\n"
        "ghost@example.com joe@example.com\n");
  write("postfix/aliases",
        "@example.com a@else.example\njane@example.com jane@example.com\n"
        "joe@example.com joe@example.com\n");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(told(*taken),
            "senders:1: it speaks of a whole domain, which no manifest can say\n"
            "users:1: the right to send is in a line for the whole domain alone, which no manifest "
            "can say\n");
  EXPECT_TRUE(read("postfix/senders").starts_with("@example.com jane@example.com, joe@"));
  EXPECT_EQ(marked("postfix/senders"),
            "ghost@example.com\tjoe@example.com\njoe@example.com\tjoe@example.com\n");
  EXPECT_EQ(cbor::field_number(*row(kinds::kMailbox, "joe"), kinds::kMailboxReceiveOnly), 0U);
  EXPECT_FALSE(row(kinds::kMailbox, "jane"));
}

TEST_F(Outside, LeavesWhatLeadsToAnAddressThatStays) {
  by_hand();
  write("postfix/domains", "example.com OK\nexample.net OK\n");
  write("postfix/aliases",
        "jane@example.com |/usr/bin/vacation\nall@example.net boss@example.com, x@else.example\n"
        "boss@example.com jane@example.com\nnone@example.com nobody@example.net\n"
        "fine@example.net joe@example.com, left@example.com, joe+x@example.com\n");
  write("postfix/senders", "none@example.net joe@example.com\njoe@example.com joe@example.com\n");
  const auto taken = take_over(TakeOver::write, {"example.com", "example.net"});
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(told(*taken),
            "aliases:3: it leads to 'jane@example.com', which stays outside or is nobody's\n"
            "aliases:1: '|/usr/bin/vacation' is no address\n"
            "aliases:4: it leads to 'nobody@example.net', which stays outside or is nobody's\n"
            "aliases:2: it leads to 'boss@example.com', which stays outside or is nobody's\n"
            "senders:1: nobody's address, or one that stays outside\n");
  EXPECT_EQ(marked("postfix/aliases"),
            "fine@example.net\tjoe@example.com, left@example.com, joe+x@example.com\n");
}

TEST_F(Outside, LeavesWhatLeadsToNobodyInADeclaredDomain) {
  auto declared = std::make_shared<DesiredScope>();
  declared->scope = scope("example.net");
  declared_.push_back(declared);
  make({mail_domain(), alias("info", alias_to({"a@b.example"}))}, "example.net");
  write("postfix/aliases",
        "a@example.com nobody@example.net\nb@example.com info@example.net\n" +
            read("postfix/aliases"));
  write("postfix/senders", "b@example.com jane@example.net\n" + read("postfix/senders"));
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(told(*taken),
            "aliases:1: it leads to 'nobody@example.net', which stays outside or is nobody's\n"
            "senders:1: 'jane@example.net' stays outside or is nobody's\n");
  EXPECT_TRUE(taken->objects.empty());
}

TEST_F(Outside, NamesTheLineThatAManifestWouldReadDifferently) {
  by_hand();
  write("postfix/aliases", "@example.com boss@else.example\n");
  // No catch-all is in the way of a DUNNO, but nothing that a manifest could make of it.
  write("postfix/recipient_access", "sales@example.com DUNNO\n");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_NE(told(*taken).find("recipient_access:1: a manifest would say something else"),
            std::string::npos)
      << told(*taken);
}

TEST_F(Outside, KeepsAnAddressThatAnAliasDomainWouldFollow) {
  make({mail_domain(), mailbox("jane")});
  make({mail_domain(Body().octets(kinds::kMailDomainAliasOf, "example.com.").done())},
       "example.org");
  write("postfix/aliases", "b@example.com jane@example.com\n" + read("postfix/aliases"));
  const auto before = read("postfix/aliases");
  for (const std::vector<std::string>& domains :
       {std::vector<std::string>{"example.com"}, {"example.com", "example.org"}}) {
    const auto taken = take_over(TakeOver::write, domains);
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_TRUE(taken->objects.empty());
    EXPECT_EQ(read("postfix/aliases"), before);
  }
}

TEST_F(Outside, WritesNothingElseThanWhatItHasPretended) {
  by_hand();
  ASSERT_TRUE(take_over(TakeOver::pretend));
  write("postfix/aliases", read("postfix/aliases") + "new@example.com jane@example.com\n");
  const auto users = read("dovecot/users");
  const auto taken = take_over();
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, ErrorCode::conflict);
  EXPECT_EQ(read("dovecot/users"), users);
  ASSERT_TRUE(take_over(TakeOver::pretend));
  ASSERT_TRUE(take_over());
  EXPECT_TRUE(row(kinds::kAlias, "new"));
}

}  // namespace
}  // namespace plumb::providers::postfix_dovecot
