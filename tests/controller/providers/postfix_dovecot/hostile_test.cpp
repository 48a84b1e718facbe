#include <filesystem>

#include "controller/providers/postfix_dovecot/adapt.h"
#include "controller/providers/postfix_dovecot/marked_file.h"
#include "tests/controller/providers/postfix_dovecot/mail_files.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

struct Nonsense {
  std::string file, marked;
  std::string says;  ///< part of the error
};

/// A marked part edited into nonsense: an error with its place for the domain, and nothing of it is
/// written; the domain beside it goes on.
TEST_F(MailFiles, RefusesLinesThatAreNonsense) {
  const std::vector<Nonsense> all{
      {"postfix/domains", "example.com\tmaybe\n", "domains:2: a domain's value"},
      {"postfix/domains", "example.com\tmail\nexample.com\tmail\n", "domains:3: the same key"},
      {"postfix/domains", "example.com\tmail\n  more\n", "domains:3: it begins with a blank"},
      {"postfix/domains", "example.com\tquota=12x\n", "domains:2:"},
      {"postfix/alias_domains", "example.com\texample.com\n", "alias_domains:2:"},
      {"postfix/mailboxes", "jane@example.com\n", "mailboxes:2:"},
      {"postfix/mailboxes", "../x@example.com\ty\n", "mailboxes:2:"},
      {"postfix/aliases", "a@example.com\tb@example.com \"c d\"@example.com\n", "aliases:2: '\"c'"},
      {"postfix/aliases", "a@example.com\n", "aliases:2: the alias leads nowhere"},
      {"postfix/aliases", "a@example.com\tb@c.example\r\n", "aliases:2:"},
      {"postfix/aliases", "a@example.com\tx@y.example\na@example.com\tz@y.example\n", "aliases:3:"},
      {"postfix/recipient_access", "a@example.com\tOK\n", "recipient_access:2: it neither"},
      {"postfix/submission_access", "a@example.com\tREJECT me\n", "submission_access:2:"},
      {"dovecot/users", "jane@example.com:{X}y::::::userdb_quota_rule=Trash:+10%\n", "users:2:"},
      {"dovecot/users", "ja ne@example.com:{X}y\n", "users:2:"},
      {"dovecot/users", "jane@example.com:{X}y\njane@example.com:{X}y\n", "users:3:"},
  };
  for (const auto& one : all) {
    SCOPED_TRACE(one.file + ": " + one.marked);
    fs::remove_all(temp_.path() / "mail");
    const auto content = "# BEGIN plumb\n" + one.marked + "# END plumb\n";
    write(one.file, content);
    const auto seen = look();
    ASSERT_FALSE(seen);
    EXPECT_NE(seen.error().message.find(one.says), std::string::npos) << seen.error().message;
    EXPECT_NE(trouble(apply({mail_domain(), mailbox("tom")})[0]), "");
    EXPECT_EQ(read(one.file), content);
    make({mail_domain()}, "other.example");
    EXPECT_NE(read(one.file).find(one.marked), std::string::npos);
    EXPECT_FALSE(provider().diagnose({}).bad.empty());
  }
}

/// What cannot be told to a domain concerns them all.
TEST_F(MailFiles, RefusesFilesThatAreNonsense) {
  for (const auto& [content, says] : std::vector<std::pair<std::string, std::string>>{
           {"# BEGIN plumb\nexample.com\tmail\n", "domains:1: \"# BEGIN plumb\" without"},
           {"# END plumb\n", "domains:1: \"# END plumb\" without"},
           {"# BEGIN plumb\n# END plumb\n# BEGIN plumb\n# END plumb\n", "domains:3: a second"},
           {"# BEGIN plumb\n# END plumb\n# END plumb\n", "domains:3:"},
           {"# BEGIN plumb\nUPPER.example\tmail\n# END plumb\n", "domains:2: 'UPPER.example'"},
           {"# BEGIN plumb\n\tx\n# END plumb\n", "domains:2: it has no key"},
           {"# BEGIN plumb\nx\ty\n# END plumb\n#\n  z\n", "domains:5: it begins with a blank"},
           {"# BEGIN plumb\na/../b\ty\n# END plumb\n", "domains:2:"}}) {
    SCOPED_TRACE(content);
    write("postfix/domains", content);
    const auto seen = look();
    ASSERT_FALSE(seen);
    EXPECT_NE(seen.error().message.find(says), std::string::npos) << seen.error().message;
    EXPECT_FALSE(provider().survey({}));
    EXPECT_NE(trouble(apply({mail_domain()}, "other.example")[0]), "");
    EXPECT_EQ(read("postfix/domains"), content);
    EXPECT_FALSE(fs::exists(temp_.path() / "mail/dovecot"));
  }
}

std::shared_ptr<DesiredScope> wants(const Scope& scope, KindId kind, const std::string& key) {
  auto desired = std::make_shared<DesiredScope>();
  desired->scope = scope;
  TableBuilder builder;
  builder.add(kind, key, kind == kinds::kAlias ? alias_to({"x@y.example"}) : Body().done());
  desired->table = builder.seal().table;
  return desired;
}

struct Shadow {
  std::string file, line;
  bool hides;
};

/// The servers take the first line of a key: one that is not ours may hide one that is.
TEST_F(MailFiles, SeesLinesOfOthersThatHideOurs) {
  with_keys();
  const auto send_as = Body().set(kinds::kMailboxSendAs, {"x@other.example"}).done();
  make({mail_domain(),
        mailbox("jane", send_as),
        alias("sales", alias_to({"jane@example.com"})),
        {Act::create,
         kinds::kDKIMSigning,
         "",
         Body().octets(kinds::kSigningSelector, "s1").done(),
         ""}});
  make({mail_domain()}, "other.example");
  const auto before = look()->fingerprint;
  for (const auto& [file, line, hides] :
       std::vector<Shadow>{{"mail/postfix/aliases", "sales@example.com\tevil@x.example\n", true},
                           {"mail/postfix/aliases", "Sales@Example.COM evil@x.example\n", true},
                           {"mail/postfix/aliases", "jane@example.com evil@x.example\n", true},
                           {"mail/postfix/aliases", "tom@example.com evil@x.example\n", false},
                           {"mail/postfix/aliases", "@example.com evil@x.example\n", false},
                           {"mail/postfix/recipient_access", "sales@example.com REJECT\n", true},
                           {"mail/postfix/recipient_access", "example.com REJECT\n", false},
                           {"mail/postfix/mailboxes", "jane@example.com x/\n", true},
                           {"mail/postfix/senders", "jane@example.com evil@x.example\n", true},
                           {"mail/postfix/senders", "x@other.example evil@x.example\n", true},
                           {"mail/postfix/domains", "example.com x\n", true},
                           {"mail/postfix/alias_domains", "example.com x.example\n", true},
                           {"mail/postfix/domains", "third.example x\n", false},
                           {"mail/dovecot/users", "jane@example.com:{PLAIN}x::::::\n", true},
                           {"mail/dovecot/users", "tom@example.com:{PLAIN}x::::::\n", false},
                           {"dkim/selectors", "example.com evil\n", true}}) {
    SCOPED_TRACE(file + ": " + line);
    const auto content = temp_.read(file);
    for (const auto& changed : {"# theirs\n" + line + content, content + line}) {
      temp_.write(file, changed);
      const auto seen = look();
      EXPECT_EQ(!seen, hides);
      if (!seen) {
        EXPECT_NE(seen.error().message.find(file + (changed.starts_with("# t") ? ":2: " : ":")),
                  std::string::npos)
            << seen.error().message;
        EXPECT_NE(seen.error().hint.find("take the line out"), std::string::npos);
        const auto containers = provider().survey({});
        for (const auto& container : *containers) {
          if (container.scope.container == "example.com.") {
            EXPECT_NE(container.fingerprint, before);
          }
        }
      }
      EXPECT_TRUE(look("other.example"));
    }
    temp_.write(file, content);
    EXPECT_EQ(look()->fingerprint, before);
  }
}

TEST_F(MailFiles, SeesLinesOfOthersThatWouldHideWhatIsDeclared) {
  declared_.push_back(wants(scope("example.com"), kinds::kMailbox, "tom"));
  declared_.push_back(wants(scope("new.example"), kinds::kAlias, "a"));
  make({mail_domain()});
  EXPECT_TRUE(look());
  write("dovecot/users", "tom@example.com:{PLAIN}x::::::\n" + read("dovecot/users"));
  EXPECT_FALSE(look());
  EXPECT_EQ(look("new.example")->reading, Reading::missing);
  write("postfix/aliases", "a@new.example x@y.example\n" + read("postfix/aliases"));
  EXPECT_FALSE(look("new.example"));
}

/// What was ours is then not to be told from what is not: no domain is read, nothing is written.
TEST_F(MailFiles, MissesItsMarks) {
  make({mail_domain(), mailbox("jane"), alias("a", alias_to({"jane@example.com"}))});
  for (const std::string file : {"postfix/aliases", "postfix/domains", "dovecot/users"}) {
    const auto content = read(file);
    const auto lines = marked(file);
    for (const auto& broken : {lines, "# BEGIN plumb\n" + lines, lines + "# END plumb\n"}) {
      SCOPED_TRACE(file + ": " + broken);
      write(file, broken);
      const auto seen = look();
      ASSERT_FALSE(seen);
      EXPECT_NE(seen.error().message.find(file + ":"), std::string::npos) << seen.error().message;
      EXPECT_NE(trouble(apply({alias("b", alias_to({"jane@example.com"}))})[0]), "");
      EXPECT_EQ(read(file), broken);
    }
    for (const auto& garbage : {std::string("\x91\x07\x00\xFFz", 5), std::string("a\n\x01")}) {
      write(file, garbage);
      const auto seen = look();
      ASSERT_FALSE(seen);
      EXPECT_NE(seen.error().message.find("this is no text"), std::string::npos);
      EXPECT_NE(trouble(apply({alias("b", alias_to({"jane@example.com"}))})[0]), "");
      EXPECT_EQ(read(file), garbage);
    }
    for (const std::string empty : {"", "\n", "# all gone\n"}) {
      write(file, empty);
      EXPECT_TRUE(look());
    }
    write(file, content);
    EXPECT_TRUE(look());
  }
}

/// Where a line begins with `text`, at `from` or behind it.
std::size_t line_with(const std::string& content, const std::string& text, std::size_t from = 0) {
  return ("\n" + content).find("\n" + text, from);  // shifted by one, and one octet earlier
}

TEST(MarkedFile, SurvivesAnyOctets) {
  std::uint32_t state = 7;
  const std::vector<std::string> pieces{"# BEGIN plumb\n",
                                        "# END plumb\n",
                                        "a@b.example\tc\n",
                                        "\n",
                                        "#\n",
                                        " ",
                                        "\t",
                                        "@",
                                        ":",
                                        std::string(1, '\0'),
                                        "\xFF",
                                        "b.example\tx",
                                        "\r\n",
                                        "x@",
                                        "@b.example y\n"};
  for (int round = 0; round < 3000; ++round) {
    std::string content;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525U + 1013904223U;
      content += pieces[(state >> 16U) % pieces.size()];
    }
    for (const auto form : {MarkedFile::Form::table, MarkedFile::Form::passwd}) {
      const auto file = MarkedFile::parse("f", content, form);
      if (!file) {
        continue;
      }
      // Put back what was there, nothing is lost.
      std::string marked;
      const auto begin = line_with(content, "# BEGIN plumb\n");
      if (begin != std::string::npos && file->with({}).size() <= content.size()) {
        const auto end = line_with(content, "# END plumb\n", begin);
        ASSERT_NE(end, std::string::npos);
        const std::string_view all = content;
        const std::array pieces_of_it{all.substr(begin + 14, end - begin - 14)};
        EXPECT_EQ(file->with(pieces_of_it), content);
      }
      const bool table = form == MarkedFile::Form::table;
      const std::array<std::string_view, 1> line{table ? "z.example\tmail\n" : "x@z.example:\n"};
      const auto put = file->with(line);
      const auto again = MarkedFile::parse("f", put, form);
      ASSERT_TRUE(again) << again.error().message << "\n" << put;
      EXPECT_EQ(again->of("z.example").size(), 1U);
    }
  }
}

std::string refusal(const Kind& kind, std::string_view key, const std::string& body) {
  const auto adapted = adapt(kind, key, body);
  return adapted ? "" : adapted.error().message;
}

TEST(Adapt, RefusesWhatTablesCannotHold) {
  const Kind mailboxes{.id = kinds::kMailbox};
  const Kind aliases{.id = kinds::kAlias};
  const auto none = Body().done();
  for (const std::string key : {"jane+x",
                                "ja ne",
                                "\"jane\"",
                                "a/b",
                                "a:b",
                                "../x",
                                "a..b",
                                ".a",
                                "-a",
                                "a%b",
                                "#a",
                                "J",
                                "j\xC3\xA9",
                                "a\nb",
                                "",
                                "*",
                                "a@b"}) {
    EXPECT_NE(refusal(mailboxes, key, none), "") << key;
  }
  for (const std::string key : {"jane", "jane.doe", "j_d-1", "o'neil", "a=b", "1"}) {
    EXPECT_EQ(refusal(mailboxes, key, none), "") << key;
  }
  for (const std::string key : {"ja ne", "\"a\"", "a%b", "a!b", "#a", "a|b", "a/b", "A", "a:b"}) {
    EXPECT_NE(refusal(aliases, key, alias_to({"x@y.example"})), "") << key;
  }
  for (const std::string key : {"*", "jane+lists", "a#b"}) {
    EXPECT_EQ(refusal(aliases, key, alias_to({"x@y.example", "Jane+X@y.example"})), "") << key;
  }
  for (const std::string target : {"\"a b\"@y.example",
                                   "a b@y.example",
                                   "a,b@y.example",
                                   "x",
                                   "x@",
                                   "@y.example",
                                   "|cmd@y.example",
                                   "x@Y.example",
                                   "-f@y.example",
                                   "discard@discard.invalid",
                                   "x@y.example\n"}) {
    EXPECT_NE(refusal(aliases, "a", alias_to({target})), "") << target;
  }
  EXPECT_NE(refusal(aliases, "a", alias_to(std::vector<std::string>(1001, "x@y.example"))), "");
  for (const std::string text : {"two\nlines", "caf\xC3\xA9", " blank", "blank "}) {
    EXPECT_NE(refusal(aliases, "a", Body().octets(kinds::kAliasReject, text).done()), "") << text;
  }
  EXPECT_NE(refusal(mailboxes, "a", Body().octets(1, std::string(256, 'x')).done()), "");
  EXPECT_NE(refusal(mailboxes, "a", Body().number(3, 1).set(4, {"x@y.example"}).done()), "");
}

}  // namespace
}  // namespace plumb::providers::postfix_dovecot
