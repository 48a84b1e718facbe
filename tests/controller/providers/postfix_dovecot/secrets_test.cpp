#include <chrono>
#include <filesystem>

#include <sys/stat.h>

#include "controller/env/password_hash.h"
#include "controller/env/signing_key.h"
#include "controller/providers/owing.h"
#include "tests/controller/providers/postfix_dovecot/mail_files.h"

namespace plumb::providers::postfix_dovecot {
namespace {

namespace fs = std::filesystem;

Wanted signing_key(const std::string& selector, const std::string& algorithm = "ed25519") {
  return {Act::create,
          kinds::kDKIMKey,
          selector,
          Body().octets(kinds::kDkimAlgorithm, algorithm).done(),
          ""};
}

std::string hash_of(const std::string& users) {
  const auto begin = users.find(':') + 1;
  return users.substr(begin, users.find(':', begin) - begin);
}

TEST_F(MailFiles, SetsAPasswordAndNothingElseOfIt) {
  secrets_.given = {{"OLD", "correct horse"}, {"NEW", "battery staple"}};
  make({mail_domain(), mailbox("jane"), password("jane", "OLD")});
  const auto first = hash_of(marked("dovecot/users"));
  EXPECT_EQ(env::verify_password(env::Secret("correct horse"), first), env::PasswordMatch::yes);
  EXPECT_EQ(row(kinds::kPassword, "jane"), Body().done());
  auto change = password("jane", "NEW");
  change.act = Act::update;
  make({change});
  const auto second = hash_of(marked("dovecot/users"));
  EXPECT_EQ(env::verify_password(env::Secret("battery staple"), second), env::PasswordMatch::yes);
  make({removal(kinds::kPassword, "jane")});
  EXPECT_EQ(hash_of(marked("dovecot/users")), "");
}

TEST_F(MailFiles, RefusesAPasswordThatIsNotToBeHadAndGoesOn) {
  const auto outcomes = apply({mail_domain(), mailbox("jane"), password("jane", "NONE")});
  EXPECT_EQ(trouble(outcomes[0]), "");
  EXPECT_EQ(trouble(outcomes[1]), "");
  EXPECT_EQ(trouble(outcomes[2]), "password of jane@example.com: secret env NONE is not set");
}

TEST_F(MailFiles, TakesAReadyHashAndNeverTellsIt) {
  make({mail_domain(), mailbox("jane")});
  auto change = password("jane", "");
  change.secret = SecretRef{"hash", "$6$salt$hunter2hunter2"};
  make({change});
  EXPECT_EQ(hash_of(marked("dovecot/users")), "{SHA512-CRYPT}$6$salt$hunter2hunter2");
  change.secret = SecretRef{"hash", "hunter2 hunter2"};
  const auto outcome = apply({change})[0];
  EXPECT_NE(trouble(outcome), "");
  EXPECT_EQ(trouble(outcome).find("hunter2"), std::string::npos);
}

TEST_F(MailFiles, SaysWhetherAPasswordIsStillTheDeclaredOne) {
  secrets_.given["JANE"] = "correct horse";
  auto desired = std::make_shared<DesiredScope>();
  desired->scope = scope("example.com");
  std::string body;
  cbor::map(body, 2);
  cbor::unsigned_number(body, kinds::kPasswordValue);
  cbor::value(body, Value{SecretRef{"env", "JANE"}, {}});
  cbor::unsigned_number(body, kinds::kPasswordIntact);
  cbor::unsigned_number(body, 1);
  TableBuilder builder;
  builder.add(kinds::kPassword, "jane", body);
  desired->table = builder.seal().table;
  declared_.push_back(desired);
  make({mail_domain(), mailbox("jane"), password("jane", "JANE")});
  EXPECT_EQ(row(kinds::kPassword, "jane"), Body().number(kinds::kPasswordIntact, 1).done());
  secrets_.given["JANE"] = "another";
  EXPECT_EQ(row(kinds::kPassword, "jane"), Body().number(kinds::kPasswordIntact, 0).done());
  secrets_.given.clear();  // not to be had: no opinion, so no drift
  EXPECT_EQ(row(kinds::kPassword, "jane"), Body().number(kinds::kPasswordIntact, 1).done());
}

TEST_F(MailFiles, MakesSigningKeysThatTheirOwnerAloneCanRead) {
  with_keys();
  const auto outcomes = apply({mail_domain(),
                               signing_key("s1"),
                               {Act::create,
                                kinds::kDKIMSigning,
                                "",
                                Body().octets(kinds::kSigningSelector, "s1").done(),
                                ""}});
  ASSERT_EQ(trouble(outcomes[1]), "");
  const auto& outputs = std::get<Done>(outcomes[1]).outputs;
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].name, "publicKey");
  const auto path = temp_.path() / "dkim/example.com/s1.pem";
  EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(env::public_half(temp_.read("dkim/example.com/s1.pem"))->text,
            *outputs[0].value.as_string());
  EXPECT_EQ(temp_.read("dkim/selectors"), "# BEGIN plumb\nexample.com\ts1\n# END plumb\n");
  const auto seen = look();
  const auto found = seen->table.find(kinds::kDKIMKey, "s1");
  ASSERT_TRUE(found);
  const auto& entry = seen->table[*found];
  EXPECT_EQ(seen->table.body(entry), Body().octets(kinds::kDkimAlgorithm, "ed25519").done());
  EXPECT_EQ(*seen->side.at(entry.side - 1).outputs.at(0).value.as_string(),
            *outputs[0].value.as_string());
}

TEST_F(MailFiles, AdoptsAKeyThatIsThereAndNeverWritesOverIt) {
  with_keys();
  const auto key = env::make_signing_key("rsa", 2048);
  const std::string pem(key->pem.reveal());
  temp_.write("dkim/example.com/s1.pem", pem);
  auto wanted = signing_key("s1", "rsa");
  wanted.after = Body().octets(kinds::kDkimAlgorithm, "rsa").number(kinds::kDkimBits, 2048).done();
  make({wanted});
  EXPECT_EQ(row(kinds::kDKIMKey, "s1"), wanted.after);
  EXPECT_NE(trouble(apply({signing_key("s1")})[0]).find("holds another key"), std::string::npos);
  EXPECT_EQ(temp_.read("dkim/example.com/s1.pem"), pem);
  // What goes is put away, never lost.
  make({removal(kinds::kDKIMKey, "s1")});
  EXPECT_EQ(temp_.read("dkim/retired/example.com.s1.20261120T120000Z.pem"), pem);
  EXPECT_EQ(row(kinds::kDKIMKey, "s1"), std::nullopt);
}

TEST_F(MailFiles, ShowsAKeyThatDoesNotParseAsOpaque) {
  with_keys();
  temp_.write("dkim/example.com/s1.pem", "hunter2");
  const auto seen = look();
  ASSERT_TRUE(seen) << seen.error().message;
  const auto found = seen->table.find(kinds::kDKIMKey, "s1");
  ASSERT_TRUE(found);
  EXPECT_NE(seen->table[*found].flags & EntryFlag::opaque, 0);
  EXPECT_EQ(seen->side.at(0).opaque_because.find("hunter2"), std::string::npos);
  EXPECT_NE(trouble(apply({signing_key("s1")})[0]), "");
  EXPECT_EQ(temp_.read("dkim/example.com/s1.pem"), "hunter2");
}

/// It may well be ours: only the right to look is missing.
TEST_F(MailFiles, DoesNotReadADomainWhoseKeyCannotBeRead) {
  with_keys();
  also("webRoot", text("www"));
  make({mail_domain(), signing_key("s1")});
  make({mail_domain()}, "other.example");
  const auto key = temp_.path() / "dkim/example.com/s1.pem";
  fs::remove(key);
  fs::create_symlink("s1.pem", key);  // as unreadable as it gets, for root too
  const auto seen = look();
  ASSERT_FALSE(seen);
  EXPECT_NE(seen.error().message.find("s1.pem"), std::string::npos) << seen.error().message;
  EXPECT_TRUE(look("other.example"));
  fs::remove(key);
  const auto policy = temp_.path() / "www/example.com/.well-known/mta-sts.txt";
  fs::create_directories(policy.parent_path());
  fs::create_symlink("mta-sts.txt", policy);
  EXPECT_FALSE(look());
}

TEST_F(MailFiles, WritesPoliciesWhereAWebServerFindsThem) {
  also("webRoot", text("www"));
  const auto body = Body()
                        .octets(kinds::kPolicyMode, "enforce")
                        .set(kinds::kPolicyMx, {"*.mail.example", "mx1.example.net"})
                        .number(kinds::kPolicyMaxAge, 604800)
                        .done();
  make({mail_domain(), {Act::create, kinds::kMTASTSPolicy, "", body, ""}});
  EXPECT_EQ(temp_.read("www/example.com/.well-known/mta-sts.txt"),
            "version: STSv1\r\nmode: enforce\r\nmx: *.mail.example\r\nmx: mx1.example.net\r\n"
            "max_age: 604800\r\n");
  EXPECT_EQ(row(kinds::kMTASTSPolicy, ""), body);
  make({removal(kinds::kMTASTSPolicy, "")});
  EXPECT_FALSE(fs::exists(temp_.path() / "www/example.com"));
  EXPECT_TRUE(postfix_dovecot_provider().traits->serves_policies(spec()));
}

TEST_F(MailFiles, TellsTheServerAndOwesItWhereThatFails) {
  const auto command = [](const std::string& script) {
    return Value{Value::List{text("sh"), text("-c"), text(script)}, {}};
  };
  also("reload", Value{Value::List{command("echo >> ../told; test -e ../up")}, {}});
  make({mail_domain()});
  EXPECT_EQ(temp_.read("told"), "\n");
  EXPECT_TRUE(fs::exists(temp_.path() / "mail/.owed"));
  EXPECT_FALSE(provider().diagnose({}).bad.empty());
  temp_.write("up", "");
  make({mail_domain()});  // nothing to write, but still owed
  EXPECT_EQ(temp_.read("told"), "\n\n");
  EXPECT_FALSE(fs::exists(temp_.path() / "mail/.owed"));
  make({mail_domain()});
  EXPECT_EQ(temp_.read("told"), "\n\n");
}

TEST_F(MailFiles, TellsTheServerOnceMoreWhereNothingIsToBeWritten) {
  also("reload",
       Value{Value::List{Value{
                 Value::List{text("sh"), text("-c"), text("echo >> ../told; test -e ../up")}, {}}},
             {}});
  make({mail_domain()});
  auto& owing = dynamic_cast<Owing&>(provider());
  EXPECT_EQ(owing.owed().size(), 1U);
  temp_.write("up", "");
  owing.tell({});
  EXPECT_EQ(temp_.read("told"), "\n\n");
  EXPECT_TRUE(owing.owed().empty());
  owing.tell({});
  EXPECT_EQ(temp_.read("told"), "\n\n");
}

TEST_F(MailFiles, ChecksItsSpec) {
  const auto trouble_of = [](Value::Map fields) {
    Diagnostics problems;
    fields.push_back({"type", text("postfix-dovecot")});
    postfix_dovecot_provider().traits->check(Value{std::move(fields), {}}, problems);
    return problems.empty() ? std::string() : problems.all()[0].message;
  };
  EXPECT_EQ(trouble_of({}), "");
  EXPECT_NE(trouble_of({{"directry", text("x")}}), "");
  EXPECT_NE(trouble_of({{"maps", text("btree")}}), "");
  EXPECT_NE(trouble_of({{"passwordScheme", text("PLAIN")}}), "");
  EXPECT_NE(trouble_of({{"mailHome", text("relative")}}), "");
  EXPECT_NE(trouble_of({{"mailHome", text("/a:b")}}), "");
  EXPECT_NE(trouble_of({{"reload", Value{Value::List{text("postfix")}, {}}}}), "");
  EXPECT_NE(trouble_of({{"dkim", text("dkim")}}), "");
  EXPECT_EQ(*postfix_dovecot_provider().traits->account(
                Value{Value::Map{{"directory", text("./x//y/")}}, {}}),
            "postfix-dovecot x/y");
}

}  // namespace
}  // namespace plumb::providers::postfix_dovecot
