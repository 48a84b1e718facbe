// Each builder of mail records: a table of what is asked for and what comes out.

#include <gtest/gtest.h>

#include "resources/mail/caa.h"
#include "resources/mail/client_config.h"
#include "resources/mail/dkim.h"
#include "resources/mail/dmarc.h"
#include "resources/mail/mail_records.h"
#include "resources/mail/mta_sts.h"
#include "resources/mail/mx.h"
#include "resources/mail/no_mail.h"
#include "resources/mail/spf.h"
#include "resources/mail/spf_cost.h"
#include "resources/mail/tls_rpt.h"
#include "resources/mail/tlsa.h"
#include "resources/values/rdata.h"
#include "tests/resources/mail/made_text.h"

namespace plumb::mail {
namespace {

using Lines = std::vector<std::string>;

MailSpec with_servers(std::vector<MailServer> servers) {
  MailSpec spec;
  spec.servers = std::move(servers);
  return spec;
}

TEST(MxRecords, AreOurServersAndThoseOfOthersByPriority) {
  auto quiet = server("out");
  quiet.mx = false;
  auto spec = with_servers({server("mx2", 20), server("mx1", 10), quiet});
  spec.foreign_mx = {{15, name("mx.vendor.example"), {}}, {30, name("mx1.example.com"), {}}};
  EXPECT_EQ(
      lines(mx_records(spec)),
      (Lines{
          "@ MX 10 mx1.example.com.", "@ MX 15 mx.vendor.example.", "@ MX 20 mx2.example.com."}));
  EXPECT_EQ(mx_hosts(spec).size(), 3U);
  EXPECT_TRUE(mx_records({}).empty());
}

struct SpfCase {
  const char* about;
  SpfSpec spf;
  std::vector<MailServer> servers;
  std::string text;
};

TEST(SpfRecords, NameTheSendersInTheOrderOfTheirCost) {
  auto receives = server("in");
  receives.outbound = false;
  const std::vector<SpfCase> cases{
      {"nothing but all", {}, {}, "v=spf1 -all"},
      {"softfail", {.all = "softfail"}, {}, "v=spf1 ~all"},
      {"neutral", {.all = "neutral"}, {}, "v=spf1 ?all"},
      {"pass", {.all = "pass"}, {}, "v=spf1 +all"},
      {"one that only receives", {}, {receives}, "v=spf1 -all"},
      {"two that send",
       {.includes = {"_spf.vendor.example"}},
       {server("mx1"), server("mx2")},
       "v=spf1 ${Server/mx1:spf*} ${Server/mx2:spf*} include:_spf.vendor.example -all"},
      {"all of it",
       {.includes = {"b.example", "a.example"},
        .ip4 = {"192.0.2.0/24"},
        .ip6 = {"2001:db8::/32"},
        .a = true,
        .mx = true},
       {server("mx1")},
       "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ${Server/mx1:spf*} a mx include:b.example "
       "include:a.example -all"},
      {"redirect takes the place of all",
       {.redirect = "_spf.vendor.example"},
       {},
       "v=spf1 redirect=_spf.vendor.example"},
  };
  for (const auto& one : cases) {
    auto spec = with_servers(one.servers);
    spec.spf = one.spf;
    EXPECT_EQ(lines(spf_records(spec)), Lines{"@ TXT " + one.text}) << one.about;
  }
  EXPECT_TRUE(spf_records(with_servers({server("mx1")})).empty()) << "only where it is asked for";
}

TEST(SpfRecords, ArePlainTextUnlessAnotherResourceIsNeeded) {
  MailSpec spec;
  spec.spf = SpfSpec{.ip4 = {"192.0.2.1"}};
  EXPECT_NE(spf_records(spec).front().value.as_string(), nullptr);
  spec.servers = {server("mx1")};
  const auto made = spf_records(spec);
  const auto& parts = std::get<Expression>(made.front().value.data).parts;
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(*parts[0].as_string(), "v=spf1 ip4:192.0.2.1 ");
  EXPECT_EQ(std::get<Reference>(parts[1].data), (Reference{"Server/mx1", "spf", true}));
  EXPECT_EQ(*parts[2].as_string(), " -all");
}

TEST(SpfCost, CountsTermsThatAskTheDns) {
  EXPECT_EQ(spf_cost("v=spf1 ip4:192.0.2.1 -all").lookups, 0U);
  EXPECT_EQ(spf_cost("v=spf1 a mx ptr exists:%{i}.x.example include:b.example redirect=c.example")
                .lookups,
            6U);
  EXPECT_EQ(spf_cost("v=spf1 -all redirect=c.example exp=e.example").lookups, 0U);
  EXPECT_EQ(spf_cost("v=spf1 -all").octets, 11U);
}

TEST(SpfCost, SaysWhatToDrop) {
  std::string many = "v=spf1";
  for (int i = 0; i < 12; ++i) {
    many += " include:s" + std::to_string(i) + ".example";
  }
  const auto lookups = check_spf_cost(many + " -all");
  ASSERT_FALSE(lookups);
  EXPECT_EQ(lookups.error().message, "the SPF record needs 12 DNS lookups, 10 are allowed");
  EXPECT_EQ(lookups.error().hint,
            "drop 'include:s10.example', 'include:s11.example', or as many others");

  std::string filler = "v=spf1 ip6:2001:db8:1111:2222:3333:4444:5555:6666";
  while (filler.size() < 450) {
    filler += " ip4:192.0.2.1";
  }
  EXPECT_TRUE(check_spf_cost("v=spf1 ip4:192.0.2.1 -all"));
  const auto octets = check_spf_cost(filler + " -all");
  ASSERT_FALSE(octets) << filler.size();
  EXPECT_EQ(octets.error().hint,
            "drop 'ip6:2001:db8:1111:2222:3333:4444:5555:6666', or name networks in place of "
            "addresses");
}

TEST(DkimRecords, HoldTheGivenKeyOrAwaitTheOneThatIsMade) {
  MailSpec spec;
  spec.provider = "mailhost";
  spec.dkim = {{.selector = "default"},
               {.selector = "s2.mail", .algorithm = "ed25519", .testing = true},
               {.selector = "old", .public_key = "MIGf"}};
  const auto made = dkim_records(spec, name("example.com"));
  EXPECT_EQ(
      lines(made),
      (Lines{"default._domainkey TXT v=DKIM1; k=rsa; p=${DKIMKey/example.com/default:publicKey}",
             "s2.mail._domainkey TXT v=DKIM1; k=ed25519; t=y; "
             "p=${DKIMKey/example.com/s2.mail:publicKey}",
             "old._domainkey TXT v=DKIM1; k=rsa; p=MIGf"}));
  EXPECT_NE(made[2].value.as_string(), nullptr);
  spec.provider.clear();
  EXPECT_EQ(dkim_records(spec, name("example.com")).size(), 1U) << "nobody makes the others";
}

TEST(DmarcRecords, WriteStatedTagsInOneOrder) {
  struct Case {
    DmarcSpec dmarc;
    std::string text;
  };
  const std::vector<Case> cases{
      {{}, "v=DMARC1; p=none"},
      {{.policy = "reject", .rua = {"mailto:d@example.com"}},
       "v=DMARC1; p=reject; rua=mailto:d@example.com"},
      {{.policy = "quarantine",
        .subdomain_policy = "reject",
        .nonexistent_policy = "reject",
        .dkim_alignment = "strict",
        .spf_alignment = "relaxed",
        .percent = 50,
        .testing = true,
        .failure_options = "1:d",
        .rua = {"mailto:a@example.com!10m", "https://r.example/x,y;z"},
        .ruf = {"mailto:f@example.com"}},
       "v=DMARC1; p=quarantine; sp=reject; np=reject; adkim=s; aspf=r; t=y; pct=50; fo=1:d; "
       "rua=mailto:a@example.com!10m,https://r.example/x%2Cy%3Bz; ruf=mailto:f@example.com"},
      {{.percent = 0}, "v=DMARC1; p=none; pct=0"},
  };
  for (const auto& one : cases) {
    MailSpec spec;
    spec.dmarc = one.dmarc;
    EXPECT_EQ(lines(dmarc_records(spec)), Lines{"_dmarc TXT " + one.text});
  }
  EXPECT_TRUE(dmarc_records({}).empty());
}

TEST(DmarcReports, ForAnotherDomainNeedItsConsent) {
  const DmarcSpec dmarc{.rua = {"mailto:d@example.com",
                                "mailto:d@reports.example.com",
                                "mailto:d@Vendor.example!10m",
                                "https://vendor2.example/x"},
                        .ruf = {"mailto:x@vendor.example", "mailto:x@other.example"}};
  EXPECT_EQ(dmarc_report_domains(dmarc, name("example.com")),
            (std::vector{name("vendor.example"), name("other.example")}));
  EXPECT_EQ(dmarc_report_domains({.rua = {"mailto:d@example.com"}}, name("sub.example.com")),
            std::vector<values::DomainName>())
      << "above the domain";

  const auto record = dmarc_report_record(
      name("example.com"), name("in.vendor.example"), name("vendor.example"), {});
  ASSERT_TRUE(record);
  EXPECT_EQ(lines({*record}), Lines{"example.com._report._dmarc.in TXT v=DMARC1"});
  const auto label = std::string(60, 'a') + ".";
  const auto too_long = dmarc_report_record(
      name(label + label + label + "example"), name(label + "example"), name("example"), {});
  ASSERT_FALSE(too_long);
  EXPECT_NE(too_long.error().message.find("takes reports for"), std::string::npos);
}

MailSpec with_sts() {
  auto spec = with_servers({server("mx2", 20), server("mx1", 10)});
  spec.mta_sts = MtaStsSpec{
      .mode = "enforce", .max_age_s = 86400, .served = true, .host_target = "web.example.com."};
  return spec;
}

TEST(MtaStsRecords, ArePublishedOnlyWhereThePolicyIsServed) {
  auto spec = with_sts();
  const auto id = policy_id(policy_text(mta_sts_policy(spec)));
  EXPECT_EQ(lines(mta_sts_records(spec)),
            (Lines{"_mta-sts TXT v=STSv1; id=" + id + ";", "mta-sts CNAME web.example.com."}));
  spec.mta_sts->host_target.clear();
  EXPECT_EQ(mta_sts_records(spec).size(), 1U);
  spec.mta_sts->served = false;
  EXPECT_TRUE(mta_sts_records(spec).empty());
}

TEST(MtaStsPolicy, HasOneTextAndAnIdThatMovesWithIt) {
  auto spec = with_sts();
  const auto text = policy_text(mta_sts_policy(spec));
  EXPECT_EQ(text,
            "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.com\r\nmx: mx2.example.com\r\n"
            "max_age: 86400\r\n");
  const auto id = policy_id(text);
  EXPECT_EQ(id, "5468e13ad37a8c36609832baa38f6a46") << "an id that moves makes senders fetch anew";
  spec.mta_sts->mx = {"mx2.example.com", "mx1.example.com"};
  EXPECT_EQ(policy_id(policy_text(mta_sts_policy(spec))), id) << "the same, in another order";
  spec.mta_sts->mode = "testing";
  EXPECT_NE(policy_id(policy_text(mta_sts_policy(spec))), id);
}

TEST(TlsRptRecords, EncodeWhatWouldEndAUri) {
  MailSpec spec;
  EXPECT_TRUE(tls_rpt_records(spec).empty());
  spec.tls_rpt = {"mailto:tls@example.com", "https://r.example/a,b!c;d"};
  EXPECT_EQ(lines(tls_rpt_records(spec)),
            Lines{"_smtp._tls TXT v=TLSRPTv1; "
                  "rua=mailto:tls@example.com,https://r.example/a%2Cb%21c%3Bd"});
}

TEST(ClientConfigRecords, OfferTlsFromTheStartAndNothingElse) {
  auto first = server("mx1", 10);
  first.client = true;
  auto second = server("imap2", 20);
  second.client = true;
  auto spec = with_servers({second, first, server("mx3")});
  spec.autoconfig = true;
  EXPECT_EQ(lines(client_config_records(spec)),
            (Lines{"_imaps._tcp SRV 0 1 993 mx1.example.com.",
                   "_imaps._tcp SRV 1 1 993 imap2.example.com.",
                   "_submissions._tcp SRV 0 1 465 mx1.example.com.",
                   "_submissions._tcp SRV 1 1 465 imap2.example.com.",
                   "_submission._tcp SRV 0 1 587 mx1.example.com.",
                   "_submission._tcp SRV 1 1 587 imap2.example.com.",
                   "_imap._tcp SRV 0 0 0 .",
                   "_pop3._tcp SRV 0 0 0 .",
                   "_pop3s._tcp SRV 0 0 0 .",
                   "autoconfig CNAME mx1.example.com.",
                   "autodiscover CNAME mx1.example.com.",
                   "_autodiscover._tcp SRV 0 1 443 mx1.example.com."}));
  spec.autoconfig = false;
  EXPECT_TRUE(client_config_records(spec).empty());
  EXPECT_TRUE(client_config_records(with_servers({server("mx1")})).empty());
}

TEST(CaaRecords, KeepTheOrderOfEachList) {
  MailSpec spec;
  EXPECT_TRUE(caa_records(spec).empty());
  spec.caa = CaaSpec{.issue = {"letsencrypt.org", "ca.example; policy=ev"},
                     .issue_wild = {";"},
                     .issue_mail = {"ca.example"},
                     .iodef = {"mailto:security@example.com"}};
  EXPECT_EQ(lines(caa_records(spec)),
            (Lines{"@ CAA 0 issue \"letsencrypt.org\"",
                   "@ CAA 0 issue \"ca.example; policy=ev\"",
                   "@ CAA 0 issuewild \";\"",
                   "@ CAA 0 issuemail \"ca.example\"",
                   "@ CAA 0 iodef \"mailto:security@example.com\""}));
}

TEST(TlsaRecords, PinTheKeyOfHostsInTheDomain) {
  MailSpec spec;
  const std::string digest(64, 'A');
  spec.tlsa = {{.host = name("mx1.example.com"), .spki_sha256 = {digest, std::string(64, 'b')}},
               {.host = name("example.com"), .port = 465, .spki_sha256 = {digest}},
               {.host = name("mx.other.example"), .spki_sha256 = {digest}}};
  const auto a = std::string(64, 'a');
  EXPECT_EQ(lines(tlsa_records(spec, name("example.com"))),
            (Lines{"_25._tcp.mx1 TLSA 3 1 1 " + a,
                   "_25._tcp.mx1 TLSA 3 1 1 " + std::string(64, 'b'),
                   "_465._tcp TLSA 3 1 1 " + a}));
}

TEST(NoMailRecords, LeaveNoDoubt) {
  MailSpec spec;
  EXPECT_TRUE(no_mail_records(spec).empty());
  spec.none = true;
  EXPECT_EQ(lines(no_mail_records(spec)),
            (Lines{"@ MX 0 .", "@ TXT v=spf1 -all", "_dmarc TXT v=DMARC1; p=reject"}));
}

TEST(NoMailNames, AreThoseWithAddressesAndWithoutMail) {
  using values::RecordType;
  auto spec = with_servers({server("mx1")});
  spec.no_mail_names = true;
  spec.foreign_mx = {{20, name("backup.example.com"), {}}};
  const std::vector<DeclaredData> declared{
      {"@", RecordType::a, "192.0.2.1"},
      {"www", RecordType::a, "192.0.2.1"},
      {"www", RecordType::aaaa, "2001:db8::1"},
      {"mx1", RecordType::a, "192.0.2.2"},
      {"backup", RecordType::a, "192.0.2.2"},
      {"shop", RecordType::a, "192.0.2.3"},
      {"shop", RecordType::mx, "10 mx1.example.com."},
      {"news", RecordType::aaaa, "2001:db8::2"},
      {"news", RecordType::txt, "V=SPF1 a -all"},
      {"_dmarc.news", RecordType::txt, "v=DMARC1; p=none"},
      {"txt", RecordType::a, "192.0.2.4"},
      {"txt", RecordType::txt, "v=spf10 is something else"},
      {"*.dev", RecordType::a, "192.0.2.5"},
      {"_srv", RecordType::a, "192.0.2.6"},
      {"blog", RecordType::cname, "www.example.com."},
      {"sub", RecordType::ns, "ns.sub.example.com."},
      {"ns.sub", RecordType::a, "192.0.2.7"},
  };
  EXPECT_EQ(lines(no_mail_names(declared, spec, name("example.com"))),
            (Lines{"*.dev MX 0 .",
                   "*.dev TXT v=spf1 -all",
                   "news MX 0 .",
                   "txt MX 0 .",
                   "txt TXT v=spf1 -all",
                   "_dmarc.txt TXT v=DMARC1; p=reject",
                   "www MX 0 .",
                   "www TXT v=spf1 -all",
                   "_dmarc.www TXT v=DMARC1; p=reject"}));
  spec.no_mail_names = false;
  EXPECT_TRUE(no_mail_names(declared, spec, name("example.com")).empty());
}

MailSpec full_spec() {
  auto spec = with_sts();
  spec.servers[1].client = true;
  spec.provider = "mailhost";
  spec.spf = SpfSpec{};
  spec.dkim = {{.selector = "default"}};
  spec.dmarc = DmarcSpec{.policy = "reject"};
  spec.tls_rpt = {"mailto:tls@example.com"};
  spec.autoconfig = true;
  spec.caa = CaaSpec{.issue = {"letsencrypt.org"}};
  spec.tlsa = {{.host = name("mx1.example.com"), .spki_sha256 = {std::string(64, 'a')}}};
  return spec;
}

TEST(MailRecords, AreCanonicalAndSayWhoMadeThem) {
  const auto made = mail_records(full_spec(), name("example.com"));
  EXPECT_EQ(made.size(), 2U + 1 + 1 + 1 + 2 + 1 + 9 + 1 + 1);
  for (const auto& record : made) {
    EXPECT_TRUE(record.made_by.starts_with("mail.")) << record.owner;
    EXPECT_NE(record.made_by.find("(RFC "), std::string::npos) << record.made_by;
    if (const auto* text = record.value.as_string()) {
      const auto canonical = values::canonical_rdata(
          record.type, *text, name("example.com"), values::TargetRule::manifest);
      ASSERT_TRUE(canonical) << *text << ": " << canonical.error().message;
      EXPECT_EQ(*canonical, *text);
    }
  }
}

TEST(MailRecords, AreTheNoMailSetWhereThereIsNone) {
  auto spec = full_spec();
  spec.none = true;
  EXPECT_EQ(lines(mail_records(spec, name("example.com"))),
            (Lines{"@ MX 0 .",
                   "@ TXT v=spf1 -all",
                   "_dmarc TXT v=DMARC1; p=reject",
                   "@ CAA 0 issue \"letsencrypt.org\""}));
}

Lines problems_of(const MailSpec& spec) {
  Diagnostics problems;
  check_mail_spec(spec, name("example.com"), problems);
  Lines messages;
  for (const auto& problem : problems.all()) {
    messages.push_back(problem.message);
  }
  return messages;
}

TEST(CheckMailSpec, FindsWhatNoSchemaSees) {
  EXPECT_EQ(problems_of(full_spec()), Lines());
  auto spec = full_spec();
  spec.provider.clear();
  EXPECT_EQ(problems_of(spec), Lines{"nothing makes the DKIM key of selector 'default'"});

  spec = full_spec();
  spec.dkim[0].public_key = "-----BEGIN PUBLIC KEY-----";
  EXPECT_EQ(problems_of(spec), Lines()) << "a rule of the zone says so";

  spec = full_spec();
  spec.tlsa = {{.host = name("mx.other.example"), .spki_sha256 = {"abc"}}};
  EXPECT_EQ(problems_of(spec),
            (Lines{"TLSA host mx.other.example does not lie in example.com",
                   "TLSA digest 'abc' is no SHA-256"}));

  spec = full_spec();
  spec.mta_sts->mx = {"*.example.com"};
  EXPECT_EQ(problems_of(spec), Lines());
  spec.mta_sts->mx = {"mx1.example.com"};
  EXPECT_EQ(problems_of(spec),
            Lines{"MX host mx2.example.com is not covered by the MTA-STS policy"});

  spec = full_spec();
  spec.servers[1].client = false;
  EXPECT_EQ(problems_of(spec), Lines{"autoconfig has no server that people log in to"});

  spec = full_spec();
  for (int i = 0; i < 11; ++i) {
    spec.spf->includes.push_back("s" + std::to_string(i) + ".example");
  }
  EXPECT_EQ(problems_of(spec), Lines{"the SPF record needs 11 DNS lookups, 10 are allowed"});

  spec = full_spec();
  for (int i = 0; i < 60; ++i) {
    spec.servers.push_back(server("out" + std::to_string(i)));
    spec.servers.back().mx = false;
  }
  EXPECT_EQ(problems_of(spec).size(), 1U) << "sure to be too long, however short the addresses";

  spec = {};
  spec.mta_sts = MtaStsSpec{};
  spec.mta_sts->served = true;
  EXPECT_EQ(problems_of(spec),
            Lines{"an MTA-STS policy needs hosts that receive, and there is no MX"});
}

TEST(MtaSts, ReadsAPolicyAsSendersDo) {
  const auto policy = read_policy(
      "version: STSv1\r\nmode: enforce\nmode: none\n\n mx:\tMX1.example.com \r\nmx: *.example.net\n"
      "max_age: 86400");
  EXPECT_TRUE(policy.versioned);
  EXPECT_EQ(policy.mode, "enforce") << "the first one counts";
  EXPECT_EQ(policy.mx, (std::vector<std::string>{"mx1.example.com", "*.example.net"}));
  EXPECT_EQ(policy.max_age_s, 86400U);
  EXPECT_FALSE(policy.has_others);
  EXPECT_TRUE(read_policy("version: STSv1\nextra: 1\n").has_others);
  EXPECT_TRUE(read_policy("<html>\n").has_others);
  for (const auto* age : {"", "1x", "-1", "99999999999", "1 2"}) {
    EXPECT_FALSE(read_policy(std::string("max_age: ") + age).max_age_s) << age;
  }
}

}  // namespace
}  // namespace plumb::mail
