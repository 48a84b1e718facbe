// Mail at a Mailcow, from the command line.
#include "tests/sandbox/mailcow.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/cli.h"

namespace plumb::test {
namespace {

using Json = Mailcow::Json;

constexpr std::string_view kCanary = "canary-31f7e0";

std::string document(const std::string& kind, const std::string& name, const std::string& spec) {
  return "apiVersion: plumb/v1\nkind: " + kind + "\nmetadata: {name: \"" + name +
         "\"}\nspec: " + spec + "\n---\n";
}
std::string mailbox(const std::string& name, const std::string& spec = "{}") {
  return document("Mailbox", name, spec);
}
std::string domain(const std::string& name, const std::string& more = "aliases: {}") {
  return document("Domain", name, "\n  profiles: [mail]\n  " + more);
}

class AtMailcow : public ::testing::Test {
 protected:
  AtMailcow() {
    provider();
    project_.write("domains/mail.yaml",
                   document("Profile",
                            "mail",
                            "\n  dns: {providers: [files], defaultTTL: 300, ownership: exclusive}\n"
                            "  mail:\n    provider: mailhost\n    mx: [10 mail.cow.example.]\n"
                            "    dkim: {selector: s1, algorithm: rsa, bits: 2048}\n"));
  }
  ~AtMailcow() override { EXPECT_FALSE(vendor_.saw_cookies()); }

  void provider(const std::string& more = {}) const {
    project_.write("providers/mail.yaml",
                   document("Provider",
                            "mailhost",
                            "\n  type: mailcow\n  endpoint: " + vendor_.origin() +
                                "\n  auth: {apiKey: {env: KEY}}\n  verify: {imap: none}\n" + more));
  }
  void declare(const std::string& text) const { project_.write(kFile, text); }
  void edit(const std::string& from, const std::string& to) const {
    project_.replace(kFile, from, to);
  }
  Ran plumb(const std::vector<std::string>& words,
            std::string_view key = Mailcow::kKey,
            const std::string& password = std::string(kCanary)) const {
    auto ran =
        project_.plumb(words, {.environment = {{"KEY", std::string(key)}, {"JANE", password}}});
    EXPECT_FALSE(ran.says(key)) << "the key was shown";
    EXPECT_FALSE(ran.says(kCanary)) << "a password was shown";
    return ran;
  }
  Ran apply(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"apply", "--yes"};
    words.insert(words.end(), more.begin(), more.end());
    return plumb(words);
  }
  void expect_in_plumb() const {
    const auto plan = plumb({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.code, 0) << plan.all();
  }
  void reach() const {
    const auto applied = apply();
    EXPECT_EQ(applied.code, 0) << applied.all();
    expect_in_plumb();
  }
  std::size_t asked(const std::string& path) const {
    const auto all = vendor_.requests();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const auto& seen) { return seen.path == "/api/v1/" + path; }));
  }

  static constexpr std::string_view kFile = "domains/all.yaml";
  Mailcow vendor_;
  const Project project_{"  drift: heal\n"};
};

const std::string kRoles = "aliases: {postmaster: [jane], abuse: [jane]}";

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

TEST_F(AtMailcow, ServerAndZoneAreReachedInOneApply) {
  declare(domain("one.example",
                 "aliases: {postmaster: [jane], abuse: [jane], \"*\": [jane], noreply: {discard: "
                 "true}, team: [jane, out@else.example]}") +
          mailbox("jane@one.example",
                  "{displayName: \"Jane O'Neil\", quota: 2GiB, password: {env: JANE}, sendAs: "
                  "[team]}") +
          mailbox("scanner@one.example", "{receiveOnly: true, quota: 1GiB}") +
          mailbox("gone@one.example", "{disabled: true, quota: 1GiB}") +
          domain("two.example", "mail: {aliasOf: one.example}"));
  const auto plan = plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(plan.code, 2) << plan.all();
  EXPECT_TRUE(vendor_.writes().empty()) << "a plan only reads";
  reach();
  const auto jane = vendor_.mailbox("jane@one.example");
  EXPECT_EQ(jane["name"], "Jane O'Neil");
  EXPECT_EQ(jane["quota"], 2048);
  EXPECT_EQ(jane["sender_acl"], Json{"team@one.example"});
  EXPECT_TRUE(vendor_.logs_in("jane@one.example", std::string(kCanary)));
  EXPECT_EQ(vendor_.mailbox("scanner@one.example")["attributes"]["smtp_access"], "0");
  EXPECT_EQ(vendor_.mailbox("gone@one.example")["active"], 2);
  EXPECT_EQ(vendor_.alias("@one.example")["goto"], "jane@one.example");
  EXPECT_EQ(vendor_.alias("@one.example")["active"], 1);
  EXPECT_EQ(vendor_.alias("noreply@one.example")["goto"], "null@localhost");
  EXPECT_EQ(vendor_.alias("team@one.example")["goto"], "jane@one.example,out@else.example");
  EXPECT_EQ(vendor_.target_of("two.example"), "one.example");
  EXPECT_EQ(vendor_.key("one.example").first, "s1");
  EXPECT_EQ(published_key(project_.read("zones/one.example.zone")),
            vendor_.key("one.example").second);
}

TEST_F(AtMailcow, EachEditIsFollowedAndNothingElseIsTouched) {
  declare(domain("one.example", kRoles) +
          mailbox("jane@one.example", "{quota: 2GiB, displayName: Jane, password: {env: JANE}}"));
  reach();
  vendor_.change_mailbox("jane@one.example", {{"attributes", {{"pop3_access", "0"}}}});
  vendor_.make_alias("theirs@one.example", "else@else.example");
  edit("{quota: 2GiB, displayName: Jane,", "{quota: 1.5GiB, displayName: J,");
  edit(kRoles, "aliases: {postmaster: [jane], abuse: {discard: true}, info: [jane]}");
  reach();
  const auto jane = vendor_.mailbox("jane@one.example");
  EXPECT_EQ(jane["name"], "J");
  EXPECT_EQ(jane["quota"], 1536);
  EXPECT_EQ(jane["attributes"]["pop3_access"], "0");
  EXPECT_EQ(vendor_.alias("abuse@one.example")["goto"], "null@localhost");
  edit("abuse: {discard: true}, info: [jane]", "abuse: [jane]");
  reach();
  EXPECT_EQ(vendor_.alias("abuse@one.example")["goto"], "jane@one.example");
  EXPECT_TRUE(vendor_.alias("info@one.example").is_null());
  EXPECT_EQ(vendor_.alias("theirs@one.example")["goto"], "else@else.example");
}

TEST_F(AtMailcow, DriftIsSeenAndHealed) {
  declare(domain("one.example", kRoles) +
          mailbox("jane@one.example", "{quota: 2GiB, password: {env: JANE}}"));
  reach();
  vendor_.change_alias("abuse@one.example", {{"goto", "evil@else.example"}});
  vendor_.change_alias("postmaster@one.example", {{"active", 0}});
  vendor_.change_mailbox("jane@one.example", {{"quota", 1}});
  const auto drift = plumb({"drift", "-v"});
  EXPECT_EQ(drift.code, 2) << drift.all();
  EXPECT_TRUE(drift.says("evil@else.example")) << drift.out;
  EXPECT_TRUE(drift.says("quota 1MiB → 2GiB")) << drift.out;
  reach();
  EXPECT_EQ(vendor_.alias("abuse@one.example")["goto"], "jane@one.example");
  EXPECT_EQ(vendor_.alias("postmaster@one.example")["active"], 1);
  EXPECT_EQ(vendor_.mailbox("jane@one.example")["quota"], 2048);
}

TEST_F(AtMailcow, AKeyThatIsReplacedThereGoesIntoTheZone) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example"));
  reach();
  vendor_.replace_key("one.example");
  reach();
  EXPECT_EQ(published_key(project_.read("zones/one.example.zone")),
            vendor_.key("one.example").second);
}

TEST_F(AtMailcow, AMailboxIsRenamedWithAllThatIsInIt) {
  declare(domain("one.example", kRoles) +
          mailbox("jane@one.example", "{displayName: Jane, password: {env: JANE}}"));
  reach();
  vendor_.change_mailbox("jane@one.example", {{"mail", "all of it"}});
  edit(kRoles, "aliases: {postmaster: [joan], abuse: [joan]}");
  edit("jane@one.example\"}\nspec: {displayName: Jane",
       "joan@one.example\"}\nspec: {formerly: jane, displayName: Joan");
  vendor_.lose_answer();
  reach();
  EXPECT_TRUE(vendor_.mailbox("jane@one.example").is_null());
  const auto joan = vendor_.mailbox("joan@one.example");
  EXPECT_EQ(joan["mail"], "all of it");
  EXPECT_EQ(joan["name"], "Joan");
  EXPECT_TRUE(vendor_.logs_in("joan@one.example", std::string(kCanary)));
  EXPECT_EQ(vendor_.alias("abuse@one.example")["goto"], "joan@one.example");
  EXPECT_EQ(asked("delete/mailbox"), 0U);
}

TEST_F(AtMailcow, ARenamingThatIsRefusedLosesNothing) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example"));
  reach();
  vendor_.change_mailbox("jane@one.example", {{"mail", "all of it"}});
  edit(kRoles, "aliases: {postmaster: [joan], abuse: [joan]}");
  edit("jane@one.example\"}\nspec: {}", "joan@one.example\"}\nspec: {formerly: jane}");
  vendor_.answer({200, R"([{"type":"danger","log":[],"msg":["is_alias","joan@one.example"]}])"},
                 Mailcow::On::writes);
  const auto refused = apply();
  EXPECT_NE(refused.code, 0) << refused.all();
  EXPECT_EQ(asked("delete/mailbox"), 0U) << refused.all();
  EXPECT_EQ(vendor_.mailbox("jane@one.example")["mail"], "all of it");
  reach();
  EXPECT_EQ(vendor_.mailbox("joan@one.example")["mail"], "all of it");
  EXPECT_EQ(asked("delete/mailbox"), 0U);
}

TEST_F(AtMailcow, AnAliasThatLeadsToTwoThatGoIsNotTakenAlong) {
  const auto jane = mailbox("jane@one.example");
  const auto tom = mailbox("tom@one.example");
  declare(domain("one.example") + jane + tom);
  reach();
  vendor_.make_alias("vip@one.example", "jane@one.example,tom@one.example");
  edit(jane, "");
  edit(tom, "");
  const auto refused = apply({"--consent",
                              "allow=delete,on=Mailbox/one.example/jane",
                              "--consent",
                              "allow=delete,on=Mailbox/one.example/tom"});
  EXPECT_NE(refused.code, 0) << refused.all();
  EXPECT_TRUE(refused.says("alias vip@one.example leads to")) << refused.all();
  EXPECT_FALSE(vendor_.alias("vip@one.example").is_null());
}

TEST_F(AtMailcow, AMailboxTakesNobodysAliasWithIt) {
  const auto tom = mailbox("tom@one.example");
  declare(domain("one.example", kRoles) + mailbox("jane@one.example") + tom +
          document("Alias", "sales@one.example", "{to: [tom]}"));
  reach();
  const auto theirs = vendor_.make_alias("7@one.example", "tom@one.example");
  edit(tom, "");
  edit("{to: [tom]}", "{to: [jane]}");
  EXPECT_EQ(apply().code, 3) << "not without consent";
  const std::vector<std::string> consent{"--consent", "allow=delete,on=Mailbox/one.example/tom"};
  const auto refused = apply(consent);
  EXPECT_NE(refused.code, 0) << refused.all();
  EXPECT_TRUE(refused.says("alias 7@one.example leads to tom@one.example alone")) << refused.all();
  EXPECT_FALSE(vendor_.mailbox("tom@one.example").is_null());
  EXPECT_EQ(vendor_.alias("sales@one.example")["goto"], "jane@one.example");
  vendor_.change_alias("7@one.example", {{"goto", "jane@one.example"}});
  const auto applied = apply(consent);
  EXPECT_EQ(applied.code, 0) << applied.all();
  EXPECT_TRUE(vendor_.mailbox("tom@one.example").is_null());
  EXPECT_EQ(vendor_.alias("7@one.example")["id"], theirs);
  expect_in_plumb();
}

/// By an address the server would find the alias whose id that begins with.
TEST_F(AtMailcow, AnAliasOfDigitsIsItself) {
  declare(domain("one.example", "aliases: {postmaster: [jane], abuse: [jane]}") +
          mailbox("jane@one.example"));
  reach();
  const auto id = vendor_.make_alias("theirs@one.example", "else@else.example");
  edit("abuse: [jane]}", "abuse: [jane], \"" + std::to_string(id) + "\": [jane]}");
  reach();
  edit("\"" + std::to_string(id) + "\": [jane]", "\"" + std::to_string(id) + "\": {discard: true}");
  reach();
  edit(", \"" + std::to_string(id) + "\": {discard: true}", "");
  reach();
  EXPECT_EQ(vendor_.alias("theirs@one.example")["goto"], "else@else.example");
  EXPECT_TRUE(vendor_.alias(std::to_string(id) + "@one.example").is_null());
}

TEST_F(AtMailcow, ADomainGoesWithAllThatWasInItAndItsKey) {
  const auto two = domain("two.example", kRoles) + mailbox("jane@two.example");
  declare(domain("one.example", kRoles) + mailbox("jane@one.example") + two);
  reach();
  edit(two, "");
  EXPECT_EQ(apply().code, 3) << "not without consent";
  EXPECT_FALSE(vendor_.domain("two.example").is_null());
  const std::string on = "allow=delete,on=Domain/two.example,";
  const auto applied = apply({"--consent",
                              on + "including=dkimkey,including=mailbox,including=maildomain",
                              "--consent",
                              on + "including=zone"});
  EXPECT_EQ(applied.code, 0) << applied.all();
  EXPECT_TRUE(vendor_.domain("two.example").is_null());
  EXPECT_EQ(vendor_.key("two.example").first, "");
  EXPECT_EQ(vendor_.mailboxes(), 1U);
  EXPECT_EQ(vendor_.aliases(), 2U);
  expect_in_plumb();
}

// -- passwords ---------------------------------------------------------------------------------

TEST_F(AtMailcow, APasswordFollowsItsSourceAndIsNowhere) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example", "{password: {env: JANE}}"));
  reach();
  const auto next = std::string(kCanary) + " \\ \"next\"";
  const std::vector<std::string> debug{"--log-level", "debug", "--log-format", "json"};
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"plan", "-v"}, {"plan", "--out", "plan.json"}, {"apply", "--yes"}, {"show"}}) {
    auto all = words;
    all.insert(all.end(), debug.begin(), debug.end());
    const auto ran = plumb(all, Mailcow::kKey, next);
    EXPECT_EQ(ran.code, 0) << ran.all();
  }
  EXPECT_TRUE(vendor_.logs_in("jane@one.example", next));
  // The server repeats nothing of it, and says why it would have none.
  const auto refused = plumb({"apply", "--yes"}, Mailcow::kKey, "canary-31f7e0-and-then");
  EXPECT_EQ(refused.code, 0) << refused.all();
  for (const auto& file : std::filesystem::recursive_directory_iterator(project_.path())) {
    if (file.is_regular_file()) {
      const auto name = std::filesystem::relative(file.path(), project_.path()).string();
      EXPECT_EQ(project_.read(name).find(kCanary), std::string::npos) << name;
      EXPECT_EQ(project_.read(name).find(Mailcow::kKey), std::string::npos) << name;
    }
  }
}

/// Nobody logs in to a mailbox whose password nobody declares, until one is set.
TEST_F(AtMailcow, AMailboxWithoutAPasswordHasOneThatNobodyKnows) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example"));
  reach();
  const auto password = vendor_.mailbox("jane@one.example")["password"].get<std::string>();
  EXPECT_GE(password.size(), 40U);
  edit("jane@one.example\"}\nspec: {}", "jane@one.example\"}\nspec: {password: {env: JANE}}");
  reach();
}

// -- what goes wrong ---------------------------------------------------------------------------

TEST_F(AtMailcow, AWrongKeyIsOneErrorAndOneCall) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example") +
          domain("two.example", kRoles) + mailbox("jane@two.example"));
  reach();
  vendor_.forget_requests();
  const auto ran = plumb({"apply", "--yes"}, "WRONG-KEY-000000");
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(ran.says("auth.apiKey")) << ran.all();
  EXPECT_EQ(vendor_.refusals(), 1U);
  EXPECT_EQ(vendor_.requests().size(), 1U);
  vendor_.bar_address();
  EXPECT_EQ(plumb({"plan"}).code, 8);
  EXPECT_EQ(vendor_.refusals(), 2U);
}

TEST_F(AtMailcow, AKeyThatMayOnlyReadPlansAndSaysSo) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example"));
  EXPECT_EQ(plumb({"plan", "--detailed-exitcode"}, Mailcow::kReadingKey).code, 2);
  const auto ran = plumb({"apply", "--yes"}, Mailcow::kReadingKey);
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("this key may only read")) << ran.all();
  EXPECT_EQ(vendor_.writes().size(), 1U) << "one is enough to know";
}

TEST_F(AtMailcow, AnEmptyAnswerIsNoEmptyServer) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example"));
  reach();
  vendor_.forget_requests();
  expect_in_plumb();
  const auto calls = vendor_.requests().size();
  vendor_.forget_requests();
  std::size_t told = 0;
  for (std::size_t i = 0; i < calls; ++i) {
    vendor_.spare(i);
    vendor_.answer_empty();
    const auto ran = apply();
    told += ran.code != 0 && ran.says("an answer without a body") ? 1U : 0U;
    EXPECT_TRUE(ran.code == 0 || ran.code == 8) << ran.all();
  }
  EXPECT_GT(told, 1U) << "where nothing hangs on a call, it is no error";
  EXPECT_TRUE(vendor_.writes().empty());
  EXPECT_EQ(vendor_.mailboxes(), 1U);
  EXPECT_EQ(vendor_.aliases(), 2U);
  expect_in_plumb();
}

TEST_F(AtMailcow, WhatWasDoneWithoutAnAnswerIsNotDoneTwice) {
  declare(domain("one.example", kRoles) +
          mailbox("jane@one.example", "{sendAs: [abuse], password: {env: JANE}}"));
  for (int i = 0; i < 12; ++i) {
    if (i % 3 == 0) {
      vendor_.lose_answer();
    } else if (i % 3 == 1) {
      vendor_.strip_answer(Vendor::On::writes);
    } else {
      vendor_.halve_answer(Vendor::On::writes);
    }
  }
  int runs = 0;
  while (apply().code != 0 && ++runs < 20) {
  }
  EXPECT_LT(runs, 20);
  expect_in_plumb();
  EXPECT_EQ(vendor_.mailboxes(), 1U);
  EXPECT_EQ(vendor_.aliases(), 2U);
  EXPECT_EQ(vendor_.mailbox("jane@one.example")["sender_acl"], Json{"abuse@one.example"});
  EXPECT_TRUE(vendor_.logs_in("jane@one.example", std::string(kCanary)));
}

TEST_F(AtMailcow, APageForPeopleAndAConnectionThatEndsChangeNothing) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example"));
  vendor_.answer_page(500, Vendor::On::writes);
  const auto page = apply();
  EXPECT_TRUE(page.code == 0 || page.says("an HTML page")) << page.all();
  vendor_.hang_up(Vendor::On::writes);
  apply();
  reach();
}

TEST_F(AtMailcow, OneThatIsRefusedIsToldAndTheOthersGoOn) {
  declare(domain("one.example", kRoles) + mailbox("jane@one.example", "{quota: 1GiB}") +
          mailbox("big@one.example", "{quota: 100GiB}") + mailbox("tom@one.example"));
  const auto ran = apply();
  EXPECT_NE(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("mailbox_quota_exceeded 10240")) << ran.all();
  EXPECT_FALSE(vendor_.mailbox("tom@one.example").is_null());
  EXPECT_TRUE(vendor_.mailbox("big@one.example").is_null());
  edit("quota: 100GiB", "quota: 1GiB");
  reach();
}

TEST_F(AtMailcow, WhatItCannotHoldIsSaidBeforeAnythingIsDone) {
  for (const auto& [bad, says] : std::map<std::string, std::string>{
           {"aliases: {old: {reject: She left}}", "cannot refuse mail with a reason"},
           {"mail: {dkim: {selector: s1, algorithm: ed25519, bits: null}}",
            "Mailcow makes RSA keys"},
           {"mail: {quota: 0}", "no domains without a quota"}}) {
    declare(domain("one.example", bad) + mailbox("jane@one.example"));
    const auto ran = plumb({"validate"});
    EXPECT_NE(ran.code, 0) << bad;
    EXPECT_TRUE(ran.says(says)) << ran.all();
  }
  declare(domain("one.example", "aliases: {postmaster: [tom], abuse: [tom]}") +
          mailbox("tom@one.example", "{password: {hash: \"{SHA512-CRYPT}$6$salt$x\"}}"));
  const auto ran = plumb({"validate"});
  EXPECT_TRUE(ran.says("takes passwords, and no hashes of them")) << ran.all();
  EXPECT_TRUE(vendor_.requests().empty());
}

TEST_F(AtMailcow, WhatNoManifestCanSayIsLeftAlone) {
  vendor_.make_domain("one.example");
  vendor_.make_mailbox("jane@one.example");
  vendor_.make_mailbox("off@one.example", {{"active", 0}});
  vendor_.make_alias("spam@one.example", "", {{"goto_spam", 1}});
  vendor_.make_alias("inside@one.example", "jane@one.example", {{"internal", 1}});
  const auto spam = vendor_.alias("spam@one.example");
  declare(domain("one.example", "aliases: {postmaster: [jane], abuse: [jane]}") +
          mailbox("jane@one.example"));
  reach();
  EXPECT_EQ(vendor_.alias("spam@one.example"), spam);
  EXPECT_EQ(vendor_.alias("inside@one.example")["internal"], 1);
  EXPECT_EQ(vendor_.mailbox("off@one.example")["active"], 0);
}

// -- many, and those that are there ------------------------------------------------------------

TEST_F(AtMailcow, AThousandMailboxesAreOneListing) {
  provider("  newDomains: {mailboxes: 2000, quota: 100TiB}\n");
  std::string all = domain("one.example", "aliases: {postmaster: [u1], abuse: [u1]}") +
                    domain("two.example", "aliases: {postmaster: [u1], abuse: [u1]}");
  for (int i = 0; i < 1000; ++i) {
    all += mailbox("u" + std::to_string(i) + (i % 2 == 0 ? "@two.example" : "@one.example"));
  }
  all += mailbox("u1@two.example");
  declare(all);
  const auto applied = apply();
  ASSERT_EQ(applied.code, 0) << applied.all();
  EXPECT_EQ(vendor_.mailboxes(), 1001U);
  EXPECT_EQ(asked("add/mailbox"), 1001U);
  vendor_.forget_requests();
  expect_in_plumb();
  EXPECT_EQ(asked("get/mailbox/all"), 1U);
  EXPECT_EQ(asked("get/alias/all"), 1U);
  EXPECT_EQ(asked("get/domain/all"), 1U);
  EXPECT_EQ(vendor_.requests().size(), 4U + 2U) << "and each domain's key";
}

TEST_F(AtMailcow, WhatIsImportedIsInPlumbAtOnce) {
  vendor_.make_domain("one.example", {{"dkim_selector", "dkim"}, {"key_size", "2048"}});
  vendor_.make_alias_domain("two.example", "one.example");
  vendor_.make_mailbox("jane@one.example", {{"name", "Jane Doe"}, {"quota", 3072}});
  vendor_.make_mailbox("bot@one.example", {{"smtp_access", 0}});
  vendor_.make_mailbox("tom@one.example", {{"active", 2}});
  vendor_.change_mailbox("jane@one.example", {{"sender_acl", {"sales@one.example"}}});
  vendor_.make_alias("sales@one.example", "Jane@one.example,out@else.example");
  vendor_.make_alias("@one.example", "jane@one.example");
  vendor_.make_alias("noreply@one.example", "", {{"goto_null", 1}});
  vendor_.make_alias("learn@one.example", "", {{"goto_ham", 1}});
  project_.write("zones/one.example.zone",
                 "$ORIGIN one.example.\n$TTL 300\n@ IN SOA ns1.one.example. root.one.example. 1 "
                 "7200 900 1209600 300\n@ IN NS ns1.else.example.\n@ IN MX 10 mail.cow.example.\n"
                 "@ IN TXT \"v=spf1 mx -all\"\n");
  project_.write("zones/two.example.zone",
                 "$ORIGIN two.example.\n$TTL 300\n@ IN SOA ns1.two.example. root.two.example. 1 "
                 "7200 900 1209600 300\n@ IN NS ns1.else.example.\n@ IN MX 10 mail.cow.example.\n"
                 "@ IN TXT \"v=spf1 mx -all\"\n");
  project_.remove("domains/mail.yaml");
  const auto imported = plumb({"import", "files", "--mail", "mailhost"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("left alone  one.example: Alias learn: leads to ham@localhost"))
      << imported.all();
  EXPECT_TRUE(vendor_.writes().empty());
  const auto manifest = project_.read("domains/one.example.yaml");
  EXPECT_NE(manifest.find("Jane Doe"), std::string::npos) << manifest;
  expect_in_plumb();
  const auto applied = apply();
  EXPECT_EQ(applied.code, 0) << applied.all();
  EXPECT_TRUE(vendor_.writes().empty()) << "to adopt is to write nothing";
  expect_in_plumb();
}

TEST_F(AtMailcow, ItsExampleIsValid) {
  for (const auto* file : {"plumb.yaml", "providers.yaml", "domains/example.com.yaml"}) {
    std::ifstream in(std::string(PLUMB_SOURCE_DIR "/examples/mailcow/") + file);
    project_.write(file, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  project_.remove("providers");
  project_.remove("domains/mail.yaml");
  const auto ran = plumb({"validate"});
  EXPECT_EQ(ran.code, 0) << ran.all();
}

}  // namespace
}  // namespace plumb::test
