// The way in for people who have zones already.
#include <gtest/gtest.h>

#include "tests/support/cli.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

/// A project that reads profiles as well.
class Newcomer : public Project {
 public:
  Newcomer() {
    replace("plumb.yaml", "[providers, domains]", "[providers, profiles, domains]");
    write("profiles/.keep", "");
  }
};

/// Puts zones into the world by applying manifests, then takes manifests and memory away.
void leave_only_the_world(const Project& project) {
  const auto applied = project.plumb({"apply", "--yes"});
  ASSERT_EQ(applied.code, 0) << applied.all();
  project.remove("domains");
  project.remove("profiles");
  project.remove(".plumb");
}

/// What a common domain has.
std::vector<std::string> usual_records(const std::string& domain, int number) {
  return {
      "{name: \"@\", type: A, value: 192.0.2." + std::to_string(number) + "}",
      "{name: www, type: CNAME, value: \"@\"}",
      "{name: \"@\", type: MX, value: 10 mx1.vendor.example.}",
      "{name: \"@\", type: TXT, values: [\"v=spf1 include:spf.vendor.example -all\", \"token=" +
          std::to_string(number) + "\"]}",
      "{name: _dmarc, type: TXT, value: \"v=DMARC1; p=reject; rua=mailto:dmarc@" + domain + "\"}",
  };
}

void expect_in_plumb(const Project& project) {
  const auto planned = project.plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_EQ(project.plumb({"validate"}).code, 0);
  EXPECT_EQ(project.plumb({"fmt", "--check"}).code, 0) << project.plumb({"fmt", "--check"}).all();
}

TEST(Import, ZoneFilesBecomeManifestsAndTheNextPlanIsEmpty) {
  const Newcomer project;
  project.domain("one.example", usual_records("one.example", 1));
  leave_only_the_world(project);
  const auto imported = project.plumb({"import", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("nothing to do")) << imported.all();
  const auto manifest = project.read("domains/one.example.yaml");
  EXPECT_NE(manifest.find("  mail:\n    mx: [10 mx1.vendor.example.]\n"), std::string::npos)
      << manifest;
  EXPECT_NE(manifest.find("spf: {include: [spf.vendor.example], all: fail}"), std::string::npos)
      << manifest;
  EXPECT_NE(manifest.find("dmarc: {policy: reject"), std::string::npos) << manifest;
  EXPECT_EQ(manifest.find("v=spf1"), std::string::npos) << manifest;
  expect_in_plumb(project);
}

TEST(Import, DomainsThatAreAlikeShareAProfile) {
  const Newcomer project;
  for (int i = 1; i <= 5; ++i) {
    const auto name = "d" + std::to_string(i) + ".example";
    project.domain(name, usual_records(name, i));
  }
  project.domain("other.example", {a("x", "192.0.2.99")}, "ownership: shared");
  leave_only_the_world(project);
  const auto imported = project.plumb({"import", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("1 profile")) << imported.all();
  const auto profile = project.read("profiles/imported.yaml");
  EXPECT_NE(profile.find("mailto:dmarc@${domain}"), std::string::npos) << profile;
  EXPECT_NE(profile.find("name: www"), std::string::npos) << profile;
  const auto manifest = project.read("domains/d3.example.yaml");
  EXPECT_NE(manifest.find("profiles: [imported]"), std::string::npos) << manifest;
  EXPECT_NE(manifest.find("token=3"), std::string::npos) << manifest;
  EXPECT_EQ(manifest.find("www"), std::string::npos) << manifest;
  EXPECT_EQ(project.read("domains/other.example.yaml").find("profiles:"), std::string::npos);
  expect_in_plumb(project);
}

TEST(Import, WhatASharedMailBlockNamesOfTheDomainItselfBecomesAVariable) {
  const Newcomer project;
  for (int i = 1; i <= 3; ++i) {
    const auto name = "d" + std::to_string(i) + ".example";
    project.domain(name,
                   {a("mx", "192.0.2.1"),
                    a("@", "192.0.2.2"),
                    "{name: \"@\", type: MX, value: 10 mx." + name + ".}",
                    "{name: \"@\", type: TXT, value: \"v=spf1 include:spf." + name + " -all\"}",
                    "{name: \"@\", type: CAA, value: \"0 issue \\\"" + name + "\\\"\"}",
                    "{name: _spf.spf, type: TXT, value: v=spf1 -all}",
                    "{name: spf, type: TXT, value: v=spf1 -all}"});
  }
  leave_only_the_world(project);
  const auto imported = project.plumb({"import", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  const auto profile = project.read("profiles/imported.yaml");
  EXPECT_NE(profile.find("mx: [\"10 mx.${domain}.\"]"), std::string::npos) << profile;
  expect_in_plumb(project);
}

TEST(Import, WhatBreaksRulesIsKeptWithTheRuleSwitchedOff) {
  const Newcomer project;
  project.domain("one.example",
                 {"{name: \"@\", type: TXT, values: [v=spf1 mx -all, v=spf1 a -all], "
                  "lint: {off: [spf-multiple], reason: test}}",
                  a("www", "192.0.2.1")});
  leave_only_the_world(project);
  const auto imported = project.plumb({"import", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("lint.off")) << imported.all();
  EXPECT_NE(project.read("domains/one.example.yaml").find("off: [spf-multiple]"),
            std::string::npos);
  expect_in_plumb(project);
}

TEST(Import, DomainsThatBreakTheSameRuleShareItInTheirProfile) {
  const Newcomer project;
  for (const auto* name : {"one", "two", "three", "four"}) {
    project.write(std::string("zones/") + name + ".example.zone",
                  std::string("$ORIGIN ") + name +
                      ".example.\n$TTL 300\n@ SOA a. b. 1 2 3 4 5\n"
                      "@ A 192.0.2.1\nwww A 192.0.2.1\nftp A 192.0.2.1\nmail CNAME www\n"
                      "@ MX 10 mail\n@ TXT \"v=spf1 +all\"\n@ TXT \"token=" +
                      name + "\"\nold TXT \"v=spf1 " + (name[0] == 'f' ? "-all" : "+all") + "\"\n");
  }
  const auto imported = project.plumb({"import", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("lint.off")) << imported.all();
  const auto profile = project.read("profiles/imported.yaml");
  EXPECT_NE(profile.find("value: v=spf1 +all"), std::string::npos) << profile;
  EXPECT_NE(profile.find("off: [spf-"), std::string::npos) << profile;
  const auto other = project.read("domains/four.example.yaml");
  EXPECT_NE(other.find("value: v=spf1 -all}"), std::string::npos) << other;
  expect_in_plumb(project);
}

TEST(Import, InTwoStepsGivesTheSecondProfileANameOfItsOwn) {
  const Newcomer project;
  for (const auto* name : {"a1", "a2", "a3", "b1", "b2", "b3"}) {
    project.domain(std::string(name) + ".example",
                   usual_records(std::string(name) + ".example", 7));
  }
  leave_only_the_world(project);
  ASSERT_EQ(project.plumb({"import", "files", "a*"}).code, 0);
  const auto first = project.read("profiles/imported.yaml");
  const auto second = project.plumb({"import", "files"});
  ASSERT_EQ(second.code, 0) << second.all();
  EXPECT_EQ(project.read("profiles/imported.yaml"), first);
  EXPECT_TRUE(project.has("profiles/imported-2.yaml")) << second.all();
  EXPECT_NE(project.read("domains/b2.example.yaml").find("profiles: [imported-2]"),
            std::string::npos);
  expect_in_plumb(project);
}

TEST(Import, LeavesDeclaredDomainsAloneAndTakesThoseThatAreNamed) {
  const Newcomer project;
  for (const auto* name : {"one.example", "two.example", "shop.example"}) {
    project.domain(name, hosts(2));
  }
  leave_only_the_world(project);
  ASSERT_EQ(project.plumb({"import", "files", "one.example"}).code, 0);
  const auto before = project.read("domains/one.example.yaml");
  EXPECT_FALSE(project.has("domains/two.example.yaml"));
  const auto rest = project.plumb({"import", "files"});
  ASSERT_EQ(rest.code, 0) << rest.all();
  EXPECT_TRUE(rest.says("1 domain left out")) << rest.all();
  EXPECT_EQ(project.read("domains/one.example.yaml"), before);
  EXPECT_TRUE(project.has("domains/shop.example.yaml"));
  expect_in_plumb(project);
}

TEST(Import, DryRunWritesNothing) {
  const Newcomer project;
  project.domain("one.example", hosts(2));
  leave_only_the_world(project);
  project.write("domains/.keep", "");
  const auto shown = project.plumb({"import", "files", "--dry-run"});
  EXPECT_EQ(shown.code, 0) << shown.all();
  EXPECT_TRUE(shown.says("kind: Domain")) << shown.all();
  EXPECT_FALSE(project.has("domains/one.example.yaml"));
}

TEST(Import, DryRunSaysWhatItWouldNotRead) {
  const Newcomer project;
  project.domain("one.example", hosts(2));
  leave_only_the_world(project);
  project.write("zones/two.example.zone", "this is no zone\n");
  const auto shown = project.plumb({"import", "files", "--dry-run"});
  EXPECT_EQ(shown.code, 8) << shown.all();
  EXPECT_NE(shown.out.find("kind: Domain"), std::string::npos) << shown.all();
  EXPECT_NE(shown.err.find("! not read: two.example: "), std::string::npos) << shown.all();
  EXPECT_NE(shown.err.find("Would write 1 domain"), std::string::npos) << shown.all();
  EXPECT_EQ(shown.out.find("Would write"), std::string::npos) << "manifests alone";
  EXPECT_FALSE(project.has("domains/one.example.yaml"));
}

TEST(Import, AMailServerBringsItsMailboxesAndTheRecordsItBuilds) {
  const Project project;
  project.remove("plumb.yaml");
  ASSERT_EQ(project.plumb({"init", "--demo"}).code, 0);
  project.remove("providers");
  project.write("secrets/jane@example.com", "correct horse battery staple\n");
  leave_only_the_world(project);
  const auto imported = project.plumb({"import", "files", "--mail", "mailhost"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  const auto manifest = project.read("domains/example.com.yaml");
  for (const auto* part : {"servers: [{name: mx1, priority: 10, roles: [mx, outbound, client]}]\n",
                           "spf: {all: fail}\n",
                           "dkim: {selector: s1, algorithm: rsa, bits: 2048}\n",
                           "autoconfig: true\n",
                           "sales: [jane, joe@partner.example]\n",
                           "old: {reject: Jane moved on}\n",
                           "kind: Mailbox\nmetadata: {name: jane@example.com}\n",
                           "displayName: Jane Doe\n",
                           "quota: 4GiB\n",
                           "sendAs: [sales@example.com]\n"}) {
    EXPECT_NE(manifest.find(part), std::string::npos) << part << "\n" << manifest;
  }
  for (const auto* part : {"mx1, type: A", "v=spf1", "_imaps", "v=DKIM1", "password"}) {
    EXPECT_EQ(manifest.find(part), std::string::npos) << part << "\n" << manifest;
  }
  EXPECT_NE(project.read("domains/example.org.yaml").find("none: true"), std::string::npos);
  expect_in_plumb(project);
}

TEST(Import, LeavesOutWhatCannotBeDeclared) {
  const Project project;
  project.remove("plumb.yaml");
  ASSERT_EQ(project.plumb({"init", "--demo"}).code, 0);
  project.remove("providers");
  project.write("secrets/jane@example.com", "correct horse battery staple\n");
  leave_only_the_world(project);
  project.replace("mail/postfix/aliases",
                  "# END plumb",
                  "loop@example.com\tloop@example.com\n${y}@example.com\tjane@example.com\n"
                  "lost@example.com\tnobody@example.com\n# END plumb");
  const auto imported = project.plumb({"import", "files", "--mail", "mailhost"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("example.com: alias loop: aliases form a loop")) << imported.all();
  EXPECT_TRUE(imported.says("example.com: alias lost: ")) << imported.all();
  const auto manifest = project.read("domains/example.com.yaml");
  EXPECT_EQ(manifest.find("loop"), std::string::npos) << manifest;
  EXPECT_NE(manifest.find("sales: [jane"), std::string::npos) << manifest;
  expect_in_plumb(project);
}

/// Whatever master files can hold.
constexpr const char* kEverything =
    "$ORIGIN one.example.\n$TTL 600\n"
    "@ SOA ns1 hostmaster 7 3600 600 86400 300\n@ NS ns1\n@ NS ns2.elsewhere.example.\n"
    "ns1 A 192.0.2.53\n@ A 192.0.2.1\n@ 60 AAAA 2001:db8::1\n"
    "@ MX 10 mx\n@ MX 20 mx2.elsewhere.example.\nmx A 192.0.2.2\n"
    "@ TXT \"v=spf1 mx -all\"\n@ TXT \"a;b\\\"c\\\\d ${x} \\195\\188\"\n"
    "long TXT ( \"0123456789012345678901234567890123456789012345678901234567890123456789\"\n"
    " \"second string\" \"\" )\n"
    "@ CAA 0 issue \"ca.example; x=y\"\n@ CAA 128 iodef \"mailto:a@b.example\"\n"
    "* CNAME www\nwww 30 A 192.0.2.3\nwww 30 A 192.0.2.4\n"
    "d DNAME other.example.\n_sip._tcp SRV 1 2 3 sip.other.example.\n_off._tcp SRV 0 0 0 .\n"
    "svc SVCB 1 . alpn=h2,h3 port=8443\n@ HTTPS 1 . alpn=h2 ipv4hint=192.0.2.1\n"
    "loc LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m\n"
    "nap NAPTR 100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:a@b.example!\" .\n"
    "key SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789\n"
    "_25._tcp.mx TLSA 3 1 1 "
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
    "u URI 10 1 \"https://www.one.example/x?y=z\"\nxn--bcher-kva A 192.0.2.5\n"
    "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:x@one.example,mailto:y@two.example; adkim=s\"\n"
    "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:t@one.example\"\nbin TYPE65400 \\# 2 0a0b\n"
    "sub NS ns.sub\nns.sub A 192.0.2.6\nsub DS 1 13 2 "
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
    "7 PTR host.one.example.\n0x1f TXT \"0x1f\"\nyes TXT \"no\"\nnum TXT \"1.50\"\n";

TEST(Import, WhateverAZoneHoldsTheNextPlanIsEmpty) {
  const Newcomer project;
  project.write("zones/one.example.zone", kEverything);
  const auto imported = project.plumb({"import", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("bin TYPE65400")) << imported.all();
  expect_in_plumb(project);
  EXPECT_EQ(project.read("zones/one.example.zone"), kEverything) << "an import writes no zone";
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  EXPECT_EQ(project.read("zones/one.example.zone"), kEverything);
}

TEST(Import, FromPowerDns) {
  const PdnsServer server{PdnsServer::Backend::sqlite};
  const Newcomer project;
  project.write("providers/files.yaml",
                "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\nspec:\n"
                "  type: powerdns\n  endpoint: " +
                    server.endpoint() + "\n  auth: {apiKey: {env: KEY}}\n");
  const Setting setting{.environment = {{"KEY", std::string(PdnsServer::kApiKey)}}};
  for (int number = 1; number <= 4; ++number) {
    const auto name = "d" + std::to_string(number) + ".example";
    project.domain(name, usual_records(name, number));
  }
  const auto applied = project.plumb({"apply", "--yes"}, setting);
  ASSERT_EQ(applied.code, 0) << applied.all();
  for (const auto* gone : {"domains", "profiles", ".plumb"}) {
    project.remove(gone);
  }
  const auto imported = project.plumb({"import", "files"}, setting);
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("1 profile")) << imported.all();
  const auto planned = project.plumb({"plan", "--detailed-exitcode"}, setting);
  EXPECT_EQ(planned.code, 0) << planned.all();
  EXPECT_EQ(imported.all().find(PdnsServer::kApiKey), std::string::npos);
}

TEST(Import, SaysWhatIsWrong) {
  const Project project;
  project.replace("plumb.yaml", "[providers, domains]", "[providers]");
  const auto unknown = project.plumb({"import", "flies"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_TRUE(unknown.says("did you mean files")) << unknown.all();
  project.write("zones/one.example.zone",
                "$ORIGIN one.example.\n@ 300 IN SOA a. b. 1 2 3 4 5\nwww 300 IN A 192.0.2.1\n");
  const auto blind = project.plumb({"import", "files"});
  EXPECT_EQ(blind.code, 1) << blind.all();
  EXPECT_TRUE(blind.says("manifests")) << blind.all();
  EXPECT_FALSE(project.has("domains/one.example.yaml"));
}

TEST(Import, OptionsThatWouldDoNothingAreRefused) {
  const Newcomer project;
  project.domain("one.example", hosts(2));
  leave_only_the_world(project);
  const auto alone = project.plumb({"import", "files", "--take-over"});
  EXPECT_NE(alone.code, 0) << alone.all();
  EXPECT_TRUE(alone.says("--take-over requires --mail")) << alone.all();
  project.write("octo/two.example.yaml", "www: {type: A, value: 192.0.2.1}\n");
  const auto octodns =
      project.plumb({"import", "octodns", "octo", "--into", "files", "--mail", "mailhost"});
  EXPECT_EQ(octodns.code, 1) << octodns.all();
  EXPECT_TRUE(octodns.says("--mail cannot go with it")) << octodns.all();
  EXPECT_FALSE(project.has("domains/one.example.yaml"));
  EXPECT_FALSE(project.has("domains/two.example.yaml"));
}

TEST(Import, LeavesOctoDnsValuesThatAreNoText) {
  const Newcomer project;
  project.write("domains/.keep", "");
  project.write("octo/one.example.yaml",
                "---\nwww:\n  type: A\n  value: 192.0.2.1\n"
                "yes:\n  type: TXT\n  value: true\n"
                "some:\n  type: TXT\n  values: [good, true]\n"
                "list:\n  type: TXT\n  value: [a, b]\n"
                "none:\n  type: TXT\n  values: []\n"
                "issuer:\n  type: CAA\n  value: {flags: 0, tag: issue, value: null}\n"
                "svc:\n  type: SVCB\n  value: {svcpriority: 1, targetname: ., svcparams: "
                "{alpn: [h2], no-default-alpn: null}}\n");
  const auto imported = project.plumb({"import", "octodns", "octo", "--into", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  for (const auto* left : {"yes TXT: a value of it is no text",
                           "some TXT: a value of it is no text",
                           "list TXT: a value of it is no text",
                           "none TXT: it has no value",
                           "issuer CAA: a value of it is no text"}) {
    EXPECT_TRUE(imported.says(left)) << left << "\n" << imported.all();
  }
  const auto manifest = project.read("domains/one.example.yaml");
  EXPECT_NE(manifest.find("no-default-alpn"), std::string::npos) << manifest;
  EXPECT_EQ(manifest.find("value: \"\""), std::string::npos) << manifest;
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb(project);
}

TEST(Import, ReadsOctoDnsZones) {
  const Newcomer project;
  project.write("domains/.keep", "");
  project.write("octo/one.example.yaml",
                "---\n'':\n  - type: A\n    value: 192.0.2.1\n  - type: MX\n    ttl: 300\n"
                "    values:\n      - exchange: mx1.vendor.example.\n        preference: 10\n"
                "  - type: TXT\n    value: v=spf1 include:x.example -all\\; y\n"
                "'*':\n  type: CNAME\n  value: www.one.example.\n"
                "www:\n  type: A\n  values: [192.0.2.2, 192.0.2.3]\n"
                "_sip._tcp:\n  type: SRV\n  value: {priority: 1, weight: 2, port: 3, target: "
                "sip.other.example.}\n"
                "old:\n  type: ALIAS\n  value: www.one.example.\n"
                "place:\n  type: LOC\n  value: {lat_degrees: 52, lat_minutes: 22, lat_seconds: 23, "
                "lat_direction: N, long_degrees: 4, long_minutes: 53, long_seconds: 32, "
                "long_direction: E, altitude: 2, size: 10, precision_horz: 100, "
                "precision_vert: 10}\n"
                "theirs:\n  type: A\n  octodns: {ignored: true}\n  value: 192.0.2.9\n"
                "near:\n  type: A\n  geo: {EU: [192.0.2.8]}\n  value: 192.0.2.9\n");
  const auto imported = project.plumb({"import", "octodns", "octo", "--into", "files"});
  ASSERT_EQ(imported.code, 0) << imported.all();
  EXPECT_TRUE(imported.says("old ALIAS")) << imported.all();
  EXPECT_TRUE(imported.says("theirs A: OctoDNS ignores it")) << imported.all();
  EXPECT_TRUE(imported.says("near A: its answer depends on who asks")) << imported.all();
  const auto manifest = project.read("domains/one.example.yaml");
  for (const auto* part :
       {"value: 10 mx1.vendor.example.",
        "values: [192.0.2.2, 192.0.2.3]",
        "name: \"*\"",
        "1 2 3 sip.other.example.",
        "-all; y",
        "type: LOC, value: 52 22 23.000 N 4 53 32.000 E 2.00m 10.00m 100.00m 10.00m"}) {
    EXPECT_NE(manifest.find(part), std::string::npos) << part << "\n" << manifest;
  }
  EXPECT_EQ(project.plumb({"apply", "--yes"}).code, 0);
  expect_in_plumb(project);
}

}  // namespace
}  // namespace plumb::test
