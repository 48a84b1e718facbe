// Mail servers that people kept by hand.
#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

/// A mail server with zones and mailboxes that nobody has declared, its files without Plumb's
/// marks.
class KeptByHand : public testing::Test {
 protected:
  void SetUp() override {
    project_.remove("plumb.yaml");
    ASSERT_EQ(project_.plumb({"init", "--demo"}).code, 0);
    project_.remove("providers");
    project_.write("secrets/jane@example.com", "correct horse battery staple\n");
    const auto applied = project_.plumb({"apply", "--yes"});
    ASSERT_EQ(applied.code, 0) << applied.all();
    for (const auto* gone : {"domains", "profiles", ".plumb", "secrets"}) {
      project_.remove(gone);
    }
    for (const auto* name : kTables) {
      project_.replace(name, "# BEGIN plumb\n", "# kept by hand\n");
      project_.replace(name, "# END plumb\n", "");
    }
    project_.replace("mail/postfix/domains", "\tmail", "  OK");
  }

  std::vector<std::string> files() const {
    std::vector<std::string> texts;
    for (const auto* name : kTables) {
      texts.push_back(project_.read(name));
    }
    return texts;
  }

  static constexpr std::array kTables = {"mail/postfix/domains",
                                         "mail/postfix/alias_domains",
                                         "mail/postfix/mailboxes",
                                         "mail/postfix/aliases",
                                         "mail/postfix/senders",
                                         "mail/postfix/recipient_access",
                                         "mail/postfix/submission_access",
                                         "mail/dovecot/users"};
  Project project_;
};

TEST_F(KeptByHand, WhatStandsOutsideIsNeitherReadNorLostUnasked) {
  const auto before = files();
  const auto imported = project_.plumb({"import", "files", "--mail", "mailhost"});
  EXPECT_NE(imported.code, 0);
  EXPECT_TRUE(imported.says("example.com: ")) << imported.all();
  EXPECT_TRUE(imported.says("add --take-over")) << imported.all();
  EXPECT_FALSE(project_.has("domains/example.com.yaml"));
  EXPECT_TRUE(project_.has("domains/example.org.yaml")) << "nobody has a mailbox there";
  EXPECT_EQ(files(), before);
}

TEST_F(KeptByHand, ADomainWithoutAddressesIsImportedWithoutItsLine) {
  for (const auto* name : kTables) {
    project_.write(name, "");
  }
  project_.write("mail/postfix/domains", "example.com OK\n");
  const auto imported = project_.plumb({"import", "files", "--mail", "mailhost", "example.com"});
  EXPECT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("left alone  example.com: its line outside")) << imported.all();
  EXPECT_NE(project_.read("domains/example.com.yaml").find("records:"), std::string::npos);
  EXPECT_EQ(project_.read("mail/postfix/domains"), "example.com OK\n");
}

TEST_F(KeptByHand, WhatStaysOutsideIsToldWhereManifestsFail) {
  project_.append("mail/postfix/aliases", "prog@example.com  |/usr/bin/vacation\n");
  const auto before = files();
  project_.write("domains/example.org.yaml",
                 "apiVersion: plumb/v1\nkind: Domain\nmetadata: {name: example.org}\n"
                 "spec: {dns: {providers: [files]}, mail: {provider: mailhost}, aliases: "
                 "{info: prog@example.com}}\n");
  const auto imported =
      project_.plumb({"import", "files", "--mail", "mailhost", "--take-over", "example.com"});
  EXPECT_NE(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("prog@example.com`: no mailbox")) << imported.all();
  EXPECT_TRUE(imported.says("'|/usr/bin/vacation' is no address")) << imported.all();
  EXPECT_EQ(files(), before);
}

TEST_F(KeptByHand, ASenderRightInAnotherDomainOutlivesTwoTakeOvers) {
  project_.replace("mail/postfix/aliases", "@example.net\tjane@example.com\n", "");
  project_.append("mail/postfix/aliases", "info@example.net a@else.example\n");
  project_.append("mail/postfix/aliases", "jane@example.com |/usr/bin/vacation\n");
  project_.append("mail/postfix/senders", "info@example.net jane@example.com\n");
  for (const auto* domain : {"example.net", "example.com"}) {
    const auto imported =
        project_.plumb({"import", "files", "--mail", "mailhost", "--take-over", domain});
    ASSERT_EQ(imported.code, 0) << imported.all();
    const auto senders = project_.read("mail/postfix/senders");
    EXPECT_NE(senders.find("info@example.net\tjane@example.com\n"), std::string::npos) << senders;
  }
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST_F(KeptByHand, WhereManifestsCannotBeWrittenItSaysThatLinesHaveMovedAndGoesOn) {
  project_.write("domains/example.com.yaml/in-the-way", "");
  const std::vector<std::string> words{
      "import", "files", "--mail", "mailhost", "--take-over", "example.com"};
  const auto failed = project_.plumb(words);
  EXPECT_NE(failed.code, 0) << failed.all();
  EXPECT_TRUE(failed.says("mail server's files already, served as before")) << failed.all();
  project_.remove("domains/example.com.yaml");
  const auto again = project_.plumb(words);
  EXPECT_EQ(again.code, 0) << again.all();
  EXPECT_NE(project_.read("domains/example.com.yaml").find("name: jane@example.com"),
            std::string::npos);
  EXPECT_EQ(project_.plumb({"plan", "--detailed-exitcode"}).code, 0);
}

TEST_F(KeptByHand, ADryRunShowsWhatWouldBeTaken) {
  const auto before = files();
  const auto shown =
      project_.plumb({"import", "files", "--mail", "mailhost", "--take-over", "--dry-run"});
  EXPECT_EQ(shown.code, 0) << shown.all();
  EXPECT_TRUE(shown.says("metadata: {name: jane@example.com}")) << shown.all();
  EXPECT_TRUE(shown.says("would be taken over")) << shown.all();
  EXPECT_EQ(files(), before);
}

TEST_F(KeptByHand, MoreMailboxesThanAFileMayHoldLieInSeveral) {
  std::string mailboxes, senders, users;
  for (int i = 10'000; i < 20'100; ++i) {
    const auto address = "u" + std::to_string(i) + "@example.com";
    mailboxes += address + "\texample.com/u" + std::to_string(i) + "/\n";
    senders += address + "\t" + address + "\n";
    users += address + ":{PLAIN}x:::::\n";
  }
  project_.append("mail/postfix/mailboxes", mailboxes);
  project_.append("mail/postfix/senders", senders);
  project_.append("mail/dovecot/users", users);
  const auto imported =
      project_.plumb({"import", "files", "--mail", "mailhost", "--take-over", "example.com"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("Wrote 1 domain.\n")) << imported.all();
  EXPECT_TRUE(project_.has("domains/example.com.mailboxes-3.yaml"));
  EXPECT_NE(project_.read("domains/example.com.mailboxes-3.yaml").find("u20099@example.com"),
            std::string::npos);
  EXPECT_TRUE(imported.says("`plumb plan` has nothing to do")) << imported.all();
}

TEST_F(KeptByHand, AnImportTakesItOverAndTheNextPlanIsEmpty) {
  const auto user = between(project_.read("mail/dovecot/users"), "jane@example.com:", ":");
  ASSERT_NE(user, "");
  project_.append("mail/postfix/aliases",
                  "prog@example.com  |/usr/bin/vacation\nlist@example.com :include:/etc/list\n"
                  "root@elsewhere.example root\n");
  const auto imported = project_.plumb({"import", "files", "--mail", "mailhost", "--take-over"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("taken over into Plumb's part")) << imported.all();
  EXPECT_TRUE(imported.says("noted as ours.\n")) << imported.all();
  EXPECT_FALSE(imported.says("nothing in the world was changed")) << "lines have moved";
  EXPECT_TRUE(imported.says("mail/postfix/aliases:")) << imported.all();
  EXPECT_TRUE(imported.says("'|/usr/bin/vacation' is no address")) << imported.all();
  EXPECT_TRUE(imported.says("':include:/etc/list' is no address")) << imported.all();
  EXPECT_EQ(imported.all().find(user), std::string::npos) << "no hash is ever told";
  const auto manifest = project_.read("domains/example.com.yaml");
  for (const auto* part : {"sales: [jane, joe@partner.example]\n",
                           "old: {reject: Jane moved on}\n",
                           "metadata: {name: jane@example.com}\n",
                           "quota: 4GiB\n",
                           "sendAs: [sales@example.com]\n"}) {
    EXPECT_NE(manifest.find(part), std::string::npos) << part << "\n" << manifest;
  }
  EXPECT_EQ(manifest.find(user), std::string::npos);
  EXPECT_EQ(manifest.find("password"), std::string::npos);

  const auto aliases = project_.read("mail/postfix/aliases");
  EXPECT_NE(aliases.find("prog@example.com  |/usr/bin/vacation\nlist@example.com "
                         ":include:/etc/list\nroot@elsewhere.example root\n# BEGIN plumb\n"),
            std::string::npos)
      << aliases;
  EXPECT_NE(project_.read("mail/dovecot/users").find("jane@example.com:" + user + ":"),
            std::string::npos)
      << "the password is the one that it was";
  const auto planned = project_.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(planned.code, 0) << planned.all();

  // From now on it is kept by manifests: what is changed there goes into the same files.
  project_.replace("domains/example.com.yaml", "sales: [jane, ", "sales: [");
  const auto applied = project_.plumb({"apply", "--yes"});
  ASSERT_EQ(applied.code, 0) << applied.all();
  EXPECT_NE(project_.read("mail/postfix/aliases").find("sales@example.com\tjoe@partner.example\n"),
            std::string::npos);
}

}  // namespace
}  // namespace plumb::test
