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

TEST_F(Outside, KeepsACatchAllThatAManifestWouldReadDifferently) {
  by_hand();
  // Postfix gives it the mail of jane and joe as well: no line of their own keeps it off.
  write("postfix/aliases", "@example.com boss@else.example\n");
  const auto taken = take_over();
  ASSERT_TRUE(taken) << taken.error().message;
  ASSERT_EQ(taken->left.size(), 1U);
  EXPECT_NE(taken->left.front().find("aliases:1: the catch-all takes"), std::string::npos)
      << taken->left.front();
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

}  // namespace
}  // namespace plumb::providers::postfix_dovecot
