#include <gtest/gtest.h>

#include "resources/kinds/mail_kinds.h"
#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

constexpr std::string_view kCommon =
    "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: mailhost}\n"
    "spec: {type: postfix-dovecot, directory: mail, webRoot: web, dkim: {directory: keys}}\n---\n"
    "apiVersion: plumb/v1\nkind: Server\nmetadata: {name: mx1}\n"
    "spec: {hostname: mx1.example.com, addresses: [192.0.2.10, \"2001:db8::10\"]}\n";

std::string mail_domain(std::string_view mail,
                        std::string_view more = "",
                        std::string_view name = "example.com") {
  return document("Domain",
                  "metadata: {name: " + std::string(name) +
                      "}\nspec:\n  dns: {providers: [dns]}\n  mail: " + std::string(mail) + "\n" +
                      std::string(more)) +
         "---\n";
}
std::string mailbox(std::string_view name, std::string_view spec = "{}") {
  return document("Mailbox",
                  "metadata: {name: \"" + std::string(name) + "\"}\nspec: " + std::string(spec)) +
         "---\n";
}
std::string alias(std::string_view name, std::string_view spec) {
  return document("Alias",
                  "metadata: {name: \"" + std::string(name) + "\"}\nspec: " + std::string(spec)) +
         "---\n";
}

load::Loaded load_mail(std::string text) {
  return load_files({{"common.yaml", std::string(kCommon)}, {"d.yaml", std::move(text)}});
}

/// "Mailbox jane: quota 4GiB" of each row of the mail scope, sorted.
std::vector<std::string> mail_rows(const load::Loaded& loaded,
                                   std::string_view container = "example.com.") {
  std::vector<std::string> out;
  const Catalog catalog(kinds::resource_kinds());
  for (const auto& scope : loaded.scopes) {
    if (scope->scope != Scope{"postfix-dovecot mail", std::string(container)}) {
      continue;
    }
    for (const auto& entry : scope->table.entries()) {
      const auto& kind = catalog.of(entry.kind);
      const auto key = scope->table.key(entry);
      const auto text = kind.summary(key, scope->table.body(entry));
      out.push_back(std::string(kind.name) + (key.empty() ? "" : " " + std::string(key)) +
                    (text.empty() ? "" : ": " + text));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> zone_rows(const load::Loaded& loaded,
                                   std::string_view container = "example.com.") {
  for (const auto& scope : loaded.scopes) {
    if (scope->scope == Scope{"files zones", std::string(container)}) {
      return rows(*scope);
    }
  }
  return {};
}

using Rows = std::vector<std::string>;

constexpr std::string_view kRoles = "  aliases: {postmaster: [jane], abuse: [jane]}\n";

TEST(Mail, BecomesRecordsAndWhatTheServerHolds) {
  const auto loaded = load_mail(
      mail_domain("{provider: mailhost, servers: [{name: mx1, priority: 5}], dkim: {selector: s1}, "
                  "spf: {include: [amazonses.com]}, dmarc: {policy: reject, "
                  "rua: [\"mailto:dmarc@${domain}\"]}, mtaSts: {mode: enforce}, quota: 10GiB}",
                  kRoles) +
      mailbox("jane@example.com",
              "{displayName: Jane, quota: 4GiB, password: {env: JANE}, sendAs: [sales]}") +
      alias("sales@example.com", "{to: [jane, out@example.net]}"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(mail_rows(loaded),
            (Rows{"Alias abuse: → jane@example.com",
                  "Alias postmaster: → jane@example.com",
                  "Alias sales: → jane@example.com, out@example.net",
                  "DKIMKey s1: rsa 2048",
                  "DKIMSigning: with s1",
                  "MTASTSPolicy: enforce · mx mx1.example.com",
                  "MailDomain: quota 10GiB",
                  "Mailbox jane: Jane · quota 4GiB · sends as sales@example.com",
                  "Password jane: password set"}));
  auto zone = zone_rows(loaded);
  ASSERT_EQ(zone.size(), 7U);
  EXPECT_EQ(zone[0], "@ MX - 5 mx1.example.com.");
  EXPECT_EQ(zone[1], "@ TXT - v=spf1 ${Server/mx1:spf*} include:amazonses.com -all");
  EXPECT_EQ(zone[2], "_dmarc TXT - v=DMARC1; p=reject; rua=mailto:dmarc@example.com");
  EXPECT_TRUE(zone[3].starts_with("_mta-sts TXT - v=STSv1; id=")) << zone[3];
  EXPECT_TRUE(zone[6].starts_with("s1._domainkey TXT - ")) << zone[6];
  EXPECT_NE(zone[6].find("${DKIMKey/example.com/s1:publicKey"), std::string::npos) << zone[6];
}

TEST(Mail, SaysWhatMustComeFirst) {
  const auto loaded = load_mail(
      mail_domain("{provider: mailhost, servers: [mx1], dkim: {}, mtaSts: {}}", kRoles) +
      mailbox("jane@example.com") +
      mail_domain(
          "{provider: mailhost}", "  aliases: {\"*\": [jane@example.com]}\n", "other.example"));
  EXPECT_EQ(errors(loaded), "");
  const Catalog catalog(kinds::resource_kinds());
  Rows needs;
  for (const auto& scope : loaded.scopes) {
    for (const auto& one : scope->needs) {
      const auto& entry = scope->table[one.entry];
      for (const auto& id : one.on) {
        needs.push_back(std::string(catalog.of(entry.kind).label(scope->table.key(entry))) + " < " +
                        std::string(catalog.of(id.kind).name) + " " + id.key);
      }
    }
  }
  std::sort(needs.begin(), needs.end());
  const auto has = [&](const std::string& line) {
    return std::find(needs.begin(), needs.end(), line) != needs.end();
  };
  EXPECT_TRUE(has("@ MX < MailDomain "));
  EXPECT_TRUE(has("_mta-sts TXT < MTASTSPolicy "));
  EXPECT_TRUE(has("default._domainkey TXT < DKIMKey default"));
  EXPECT_TRUE(has("* (catch-all) < Mailbox jane"));
  const auto key = std::find_if(loaded.producers.begin(), loaded.producers.end(), [](auto& one) {
    return one.declaration == "DKIMKey/example.com/default";
  });
  ASSERT_NE(key, loaded.producers.end());
  EXPECT_EQ(key->id.scope, (Scope{"postfix-dovecot mail", "example.com."}));
}

TEST(Mail, MarksPasswordsAsToBeResolvedAndTellsNobody) {
  const auto loaded =
      load_mail(mail_domain("{provider: mailhost}", "  aliases: {\"*\": [jane]}\n") +
                mailbox("jane@example.com", "{password: {env: JANE_SECRET, manage: always}}"));
  EXPECT_EQ(errors(loaded), "");
  for (const auto& scope : loaded.scopes) {
    const auto row = scope->table.find(kinds::kPassword, "jane");
    if (!row) {
      continue;
    }
    const auto& entry = scope->table[*row];
    EXPECT_NE(entry.flags & EntryFlag::has_references, 0);
    EXPECT_TRUE(scope->policies[scope->policy[*row]].heal);
    const auto tree = body_tree(kinds::password_kind(), scope->table.body(entry));
    ASSERT_TRUE(tree);
    EXPECT_EQ(*tree->find("value"), (Value{SecretRef{"env", "JANE_SECRET"}, {}}));
    EXPECT_EQ(*tree->find("intact")->as_int(), 1);
    return;
  }
  FAIL() << "there is no Password";
}

TEST(Mail, RecordsByHandTakeThePlaceOfBuiltOnes) {
  const auto zone = zone_rows(load_mail(
      mail_domain("{servers: [mx1], spf: {}}",
                  "  records:\n    - {name: \"@\", type: MX, value: \"7 mx1.example.com.\"}\n"
                  "    - {name: \"@\", type: TXT, value: token=1}\n")));
  ASSERT_GE(zone.size(), 2U);
  EXPECT_EQ(zone[0], "@ MX - 7 mx1.example.com.");
  EXPECT_EQ(zone[1], "@ TXT - token=1 | v=spf1 ${Server/mx1:spf*} -all");
}

TEST(Mail, TwoSpfPoliciesNameBothPlaces) {
  EXPECT_EQ(errors(load_mail(mail_domain(
                "{servers: [mx1], spf: {}}",
                "  records:\n    - {name: \"@\", type: TXT, value: v=spf1 mx -all}\n"))),
            "d.yaml:8:37: example.com has more than one SPF record (join their terms in one "
            "record: with two, every check fails) @ d.yaml:6:31\n");
}

TEST(Mail, PoliciesThatNameServersAreJudgedToo) {
  const auto text = shown(load_mail(mail_domain("{servers: [mx1], spf: {all: pass}}")));
  EXPECT_NE(text.find("error"), std::string::npos) << text;
  EXPECT_NE(text.find("+all"), std::string::npos) << text;
  const auto by_hand =
      shown(load_mail(mail_domain("{servers: [mx1]}",
                                  "  records:\n    - {name: x, type: TXT, value: \"v=spf1 "
                                  "ip4:${Server/mx1:ipv4} foo -all\"}\n")));
  EXPECT_NE(by_hand.find("foo"), std::string::npos) << by_hand;
}

TEST(Mail, PoliciesThatNobodyServesAreTold) {
  const auto text = shown(load_mail(mail_domain("{servers: [mx1], mtaSts: {mode: enforce}}")));
  EXPECT_NE(text.find("warning: MTA-STS is not published: nothing serves its policy"),
            std::string::npos)
      << text;
  const auto served =
      shown(load_mail(mail_domain("{provider: mailhost, servers: [mx1], mtaSts: {}}", kRoles) +
                      mailbox("jane@example.com")));
  EXPECT_EQ(served.find("not published"), std::string::npos) << served;
}

TEST(Mail, KeysNeedAProviderThatHasAPlaceForThem) {
  const auto keyless = document("Provider",
                                "metadata: {name: keyless}\n"
                                "spec: {type: postfix-dovecot, directory: other}") +
                       "---\n";
  EXPECT_EQ(errors(load_mail(keyless + mail_domain("{provider: keyless, dkim: {selector: s1}}"))),
            "d.yaml:11:35: Provider `keyless` has no place for DKIM keys (give it one: `dkim: "
            "{directory: mail/dkim}` in its spec)\n");
}

TEST(Mail, ProfilesGiveAliasesAndDefaults) {
  const auto profile =
      document("Profile",
               "metadata: {name: p}\nspec:\n  vars: {who: jane}\n"
               "  mail: {provider: mailhost, mailboxDefaults: {quota: 1GiB}}\n"
               "  aliases: {postmaster: [\"${who}\"], abuse: [\"post@${domain}\"], "
               "old: [jane], post: [jane]}\n") +
      "---\n";
  const auto loaded =
      load_mail(profile +
                document("Domain",
                         "metadata: {name: example.com}\nspec:\n  dns: {providers: [dns]}\n"
                         "  profiles: [p]\n  aliases: {old: null, post: {reject: moved}}\n") +
                "---\n" + mailbox("jane@example.com"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(mail_rows(loaded),
            (Rows{"Alias abuse: → post@example.com",
                  "Alias post: rejected: moved",
                  "Alias postmaster: → jane@example.com",
                  "MailDomain",
                  "Mailbox jane: quota 1GiB"}));
}

TEST(Mail, RefusesWithATextThatAVariableMakesEmptyAsWithAnEmptyOne) {
  const auto loaded =
      load_mail(mail_domain("{provider: mailhost}",
                            "  vars: {nothing: \"\"}\n  aliases: {a: {reject: \"\"}, b: {reject: "
                            "\"${nothing}\"}}\n"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(mail_rows(loaded), (Rows{"Alias a: rejected", "Alias b: rejected", "MailDomain"}));
}

TEST(Mail, LeadsNowhereWhereAVariableLeavesNothingOfAnAddress) {
  const auto found = errors(load_mail(mail_domain(
      "{provider: mailhost}", "  vars: {nothing: \"\"}\n  aliases: {a: [\"${nothing}\"]}\n")));
  EXPECT_TRUE(found.starts_with("d.yaml:8:17: local part '' is not valid")) << found;
}

TEST(Mail, SaysWhereARotationPublishesAKeyOfAnotherSortThanALineAsksFor) {
  const auto load = [](const std::string& keys) {
    return shown(load_files({{"common.yaml", std::string(kCommon)},
                             {"d.yaml", mail_domain("{provider: mailhost, dkim: " + keys + "}")}},
                            1,
                            {{"DKIMKey/example.com/s2", {{"s2"}, {"s1", "rsa", 2048}}}}));
  };
  const auto same = load("[{selector: s2}, {selector: s1, bits: 2048}]");
  EXPECT_EQ(same.find("for another line"), std::string::npos) << same;
  const auto other = load("[{selector: s2}, {selector: s1, algorithm: ed25519}]");
  EXPECT_NE(other.find("warning: the key of selector `s1` is to be ed25519, and is published as "
                       "rsa 2048 for another line"),
            std::string::npos)
      << other;
}

TEST(Mail, AliasDomainsHaveKeysOfTheirOwn) {
  const auto loaded = load_mail(
      mail_domain("{provider: mailhost, servers: [mx1], dkim: {}, dmarc: {policy: reject, rua: "
                  "[\"mailto:d@${domain}\"]}}",
                  kRoles) +
      mailbox("jane@example.com") + mail_domain("{aliasOf: example.com}", "", "example.net"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(mail_rows(loaded, "example.net."),
            (Rows{"DKIMKey default: rsa 2048",
                  "DKIMSigning: with default",
                  "MailDomain: alias of example.com"}));
  const auto zone = zone_rows(loaded, "example.net.");
  ASSERT_EQ(zone.size(), 3U);
  EXPECT_EQ(zone[0], "@ MX - 10 mx1.example.com.");
  EXPECT_EQ(zone[1], "_dmarc TXT - v=DMARC1; p=reject; rua=mailto:d@example.net");
  EXPECT_NE(zone[2].find("DKIMKey/example.net/default"), std::string::npos);
}

TEST(Mail, DeclaredDomainsAgreeToReceiveReports) {
  const auto loaded = load_mail(
      mail_domain("{dmarc: {policy: none, rua: [\"mailto:d@reports.example\"]}}") +
      document("Domain", "metadata: {name: reports.example}\nspec: {dns: {providers: [dns]}}"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(zone_rows(loaded, "reports.example."),
            (Rows{"example.com._report._dmarc TXT - v=DMARC1"}));
}

TEST(Mail, RolesAreMissedWithAWarning) {
  const auto text =
      shown(load_mail(mail_domain("{provider: mailhost}") + mailbox("jane@example.com")));
  EXPECT_NE(text.find("warning: nobody receives mail to postmaster@example.com"), std::string::npos)
      << text;
  EXPECT_NE(text.find("[mail-role-abuse, RFC 2142 §4]"), std::string::npos) << text;
  const auto off = shown(load_mail(
      mail_domain("{provider: mailhost}",
                  "  lint: {off: [mail-role-abuse, mail-role-postmaster], reason: internal}\n") +
      mailbox("jane@example.com")));
  EXPECT_EQ(off, "");
}

TEST(Mail, WhatIsWrongIsSaidWithItsPlace) {
  const std::string host = mail_domain("{provider: mailhost, quota: 2GiB}", kRoles);
  const std::string jane = mailbox("jane@example.com");
  const std::pair<std::string, std::string> cases[] = {
      {host + jane + alias("a@example.com", "{to: [b]}") + alias("b@example.com", "{to: [a]}"),
       "aliases form a loop: a@example.com → b@example.com → a@example.com"},
      {host + jane + alias("a@example.com", "{to: [a@example.com]}"),
       "aliases form a loop: a@example.com → a@example.com"},
      {host + jane + alias("a@example.com", "{to: [jnae]}"),
       "alias `a` leads to `jnae@example.com`: no mailbox and no alias of that name is declared"},
      {host + mailbox("jane@example.org"),
       "mailbox `jane@example.org` cannot be: there is no Domain `example.org`"},
      {mail_domain("{none: true}") + jane,
       "mailbox `jane@example.com` cannot be: Domain `example.com` has no mail"},
      {mail_domain("{spf: {}}") + jane,
       "mailbox `jane@example.com` cannot be: Domain `example.com` names no mail provider"},
      {host + jane + mailbox("x@example.net") +
           mail_domain("{aliasOf: example.com}", "", "example.net"),
       "mailbox `x@example.net` cannot be: the addresses of `example.net` are those of "
       "`example.com`"},
      {host + jane + mailbox("Jane@example.com"),
       "`jane@example.com` is declared twice, as a mailbox and as a mailbox"},
      {host + jane + alias("JANE@example.com", "{discard: true}"),
       "`jane@example.com` is declared twice, as an alias and as a mailbox"},
      {mail_domain("{provider: mailhost}", "  aliases: {\"*\": [jane]}\n") + jane +
           alias("*@example.com", "{discard: true}"),
       "the catch-all of example.com is declared twice"},
      {host + mailbox("jane@example.com", "{quota: 3GiB}"),
       "mailbox `jane` may hold 3GiB, its domain 2GiB"},
      {host + mailbox("jane@example.com", "{quota: 0}"),
       "mailbox `jane` may hold whatever comes, its domain 2GiB"},
      {host + mailbox("jane@example.com", "{quota: 1GiB}") +
           mailbox("tom@example.com", "{quota: 1.5GiB}"),
       "the mailboxes of example.com may hold 2560MiB together, the domain 2GiB"},
      {host + mailbox("jane@example.com", "{sendAs: [nobody]}"),
       "`sendAs` of `jane` names `nobody@example.com`: no mailbox and no alias of that name is "
       "declared"},
      {mail_domain("{servers: [{name: mx1, roles: [mx, outbuond]}]}"),
       "there is no server role `outbuond` (did you mean outbound?)"},
      {mail_domain("{servers: [mx2]}"), "there is no Server `mx2` (did you mean mx1?)"},
      {mail_domain("{provider: mailhots}"),
       "there is no Provider `mailhots` (did you mean mailhost?)"},
      {mail_domain("{provider: dns}"), "Provider `dns` (files) holds no mail domains"},
      {mail_domain("{dkim: {selector: s1, publicKey: \"???\"}}"),
       "DKIM key s1._domainkey.example.com: p= is not base64"},
      {host + mailbox("jane@example.com", "{dependsOn: [Server/mx9]}"),
       "`dependsOn` names `Server/mx9`, which is not declared (did you mean Server/mx1?)"},
      {host + jane + alias("a@example.com", "{discard: true, dependsOn: [DNSRecord/x]}"),
       "`dependsOn` names `DNSRecord/x`, which is not declared"},
      {mail_domain("{provider: mailhost}", "  aliases: {old: {reject: \"ask ${nobody}\"}}\n"),
       "variable `nobody` is not defined"},
      {mail_domain("{dkim: {selector: s1}}"), "nothing makes the DKIM key of selector 's1'"},
      {mail_domain("{servers: [mx1], tlsa: {certificate: {file: common.yaml}}}"),
       "common.yaml: this is no certificate"},
      {mail_domain("{aliasOf: example.cmo}", "", "example.net") + host + jane,
       "`aliasOf` names `example.cmo`, which is not declared (did you mean example.com?)"},
      {mail_domain("{aliasOf: example.com}"), "`aliasOf` names the domain itself"},
      {mail_domain("{mx: [mail.vendor.example.]}"), "'mail.vendor.example.' is no MX"},
      {host + mailbox("jane@example.com", "{password: {env: A, file: b}}"),
       "`password` says in two ways where it is"},
      {host + mailbox("jane@example.com", "{password: {hash: secret}}"),
       "`hash` is no password hash that is safe to keep"},
      {host + jane + alias("a@example.com", "{discard: true, reject: no}"),
       "alias `a@example.com` must say exactly one of to, discard and reject"},
      {host + mailbox("*@example.com") + jane, "a mailbox cannot be called `*`"},
  };
  for (const auto& [text, expected] : cases) {
    const auto found = errors(load_mail(text));
    EXPECT_NE(found.find(expected), std::string::npos) << expected << "\n---\n" << found;
    EXPECT_TRUE(found.starts_with("d.yaml:")) << found;
  }
}

TEST(Mail, OneMistakeIsSaidOnce) {
  const auto count = [](const std::string& text) {
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto key = errors(load_mail(mail_domain("{dkim: {selector: s1, publicKey: \"@@\"}}")));
  EXPECT_EQ(count(key), 1) << key;
  std::string includes;
  for (int i = 0; i < 11; ++i) {
    includes += "s" + std::to_string(i) + ".else.example, ";
  }
  const auto spf = errors(load_mail(mail_domain("{spf: {include: [" + includes + "]}}")));
  EXPECT_EQ(count(spf), 1) << spf;
  const auto text = errors(load_mail(
      mail_domain("{provider: mailhost}", "  aliases: {old: {reject: \"ask ${nobody}\"}}\n")));
  EXPECT_EQ(count(text), 1) << text;
}

TEST(Mail, EveryMailboxThatIsTooLargeIsNamedAsItsQuotaIsWritten) {
  const auto found = errors(load_mail(mail_domain("{provider: mailhost, quota: 1GB}", kRoles) +
                                      mailbox("jane@example.com", "{quota: 2GB}") +
                                      mailbox("joe@example.com", "{quota: 1500MB}")));
  EXPECT_NE(found.find("mailbox `jane` may hold 2GB, its domain 1GB"), std::string::npos) << found;
  EXPECT_NE(found.find("mailbox `joe` may hold 1500MB, its domain 1GB"), std::string::npos)
      << found;
  EXPECT_EQ(found.find("together"), std::string::npos) << found;
}

TEST(Mail, OnlyTheFirstOfManyUnknownNamesAreAskedAfter) {
  std::string text = mail_domain("{provider: mailhost}", kRoles) + mailbox("jane@example.com");
  for (int i = 0; i < 25; ++i) {
    text += alias("a" + std::to_string(i) + "@example.com", "{to: [jnae]}");
  }
  const auto found = errors(load_mail(text));
  std::size_t asked = 0;
  for (auto at = found.find("did you mean jane?"); at != std::string::npos;
       at = found.find("did you mean jane?", at + 1)) {
    ++asked;
  }
  EXPECT_EQ(asked, 20U) << found;
  EXPECT_EQ(std::count(found.begin(), found.end(), '\n'), 25) << found;
}

TEST(Mail, PutsVariablesIntoWhatSendersAreTold) {
  const auto loaded =
      load_mail(document("Profile",
                         "metadata: {name: p}\nspec:\n  vars: {who: nobody}\n"
                         "  aliases: {left: {reject: \"${who} reads this\"}}") +
                "---\n" +
                mail_domain("{provider: mailhost}",
                            "  profiles: [p]\n  vars: {who: Jane}\n"
                            "  aliases: {old: {reject: \"ask ${who} of ${domain}\"}}\n") +
                alias("gone@example.com", "{reject: \"ask ${who}\"}"));
  EXPECT_EQ(errors(loaded), "");
  EXPECT_EQ(mail_rows(loaded),
            (Rows{"Alias gone: rejected: ask Jane",
                  "Alias left: rejected: Jane reads this",
                  "Alias old: rejected: ask Jane of example.com",
                  "MailDomain"}));
}

/// What a mailbox holds, and its password, go on under one name only.
TEST(Mail, FormerNamesBelongToOneMailbox) {
  const auto found = [](const std::string& boxes) {
    return errors(load_mail(mail_domain("{provider: mailhost, servers: [mx1]}") + boxes));
  };
  const auto tom = mailbox("tom@example.com", "{formerly: jane}");
  EXPECT_EQ(found(tom), "");
  EXPECT_EQ(found(tom + mailbox("joan@example.com", "{formerly: Jane}")),
            "d.yaml:12:18: two mailboxes say that they were jane (its home and its password can go "
            "to one of them: take the other out) @ d.yaml:17:18\n");
  EXPECT_EQ(
      found(tom + mailbox("jane@example.com")),
      "d.yaml:12:18: `formerly`: mailbox jane is still declared (take `formerly` out: what it "
      "holds stays with it) @ d.yaml:16:18\n");
  EXPECT_EQ(found(mailbox("tom@example.com", "{formerly: tom}")),
            "d.yaml:12:18: `formerly` is the mailbox's own name (take it out)\n");
}

TEST(Mail, OutsideTargetsAndDetailsAreFine) {
  const auto loaded = load_mail(
      mail_domain("{provider: mailhost}",
                  "  aliases: {postmaster: [x@outside.example], abuse: [jane+abuse], news: "
                  "{discard: true}, d: [x@elsewhere.example]}\n") +
      mailbox("jane@example.com", "{sendAs: [boss@outside.example]}") +
      document("Domain", "metadata: {name: elsewhere.example}\nspec: {dns: {providers: [dns]}}"));
  EXPECT_EQ(errors(loaded), "");
}

TEST(Mail, ACertificateGivesItsKey) {
  const std::string pem =
      "-----BEGIN CERTIFICATE-----\n"
      "MIIBijCCATGgAwIBAgIUFGiqCcOkM3XWDD4/pxN/919Pw4kwCgYIKoZIzj0EAwIw\n"
      "GjEYMBYGA1UEAwwPbXgxLmV4YW1wbGUuY29tMCAXDTI2MTEyMTE1MTAxNVoYDzIx\n"
      "MjYxMDI4MTUxMDE1WjAaMRgwFgYDVQQDDA9teDEuZXhhbXBsZS5jb20wWTATBgcq\n"
      "hkjOPQIBBggqhkjOPQMBBwNCAAQyqR28TdpEDEO19QgqdrtmF4TgLJbhcKDXwIeR\n"
      "9/DeUaPE60SyAdwEe4LT4Ix9+1Nj2aWQ91LmNegJFnHdtWy6o1MwUTAdBgNVHQ4E\n"
      "FgQUXtC69szAxrjK3vdFFCtK5VPUV9UwHwYDVR0jBBgwFoAUXtC69szAxrjK3vdF\n"
      "FCtK5VPUV9UwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA1zNOr\n"
      "66hhwo6wZr3ehGbHN0kd11GW5f1WtD0wL3EgowIgSwrLiulOrUfcfJepiXsycEJy\n"
      "2xTFeQsXNHZy1A192r4=\n-----END CERTIFICATE-----\n";
  const auto loaded =
      load_files({{"common.yaml", std::string(kCommon)},
                  {"mx1.pem", pem},
                  {"d.yaml", mail_domain("{servers: [mx1], tlsa: {certificate: {file: mx1.pem}}}")},
                  {"plumb.yaml",
                   "apiVersion: plumb/v1\nkind: Project\nmetadata: {name: test}\n"
                   "spec: {manifests: [providers.yaml, common.yaml, d.yaml]}\n"}});
  EXPECT_EQ(errors(loaded), "");
  const auto zone = zone_rows(loaded);
  const Rows wanted{
      "_25._tcp.mx1 TLSA - 3 1 1 "
      "9a4c1d735c5161b9e23497119bf460e6e17ee3dc6a923af1dbefbd1d94010f1b"};
  EXPECT_TRUE(std::includes(zone.begin(), zone.end(), wanted.begin(), wanted.end()));
}

}  // namespace
}  // namespace plumb::test
