// Each check on a world of paper.

#include <algorithm>

#include <gtest/gtest.h>

#include "controller/verify/serving.h"
#include "tests/controller/verify/world.h"

namespace plumb::verify {
namespace {

using Lines = std::vector<std::string>;

TEST(Served, CountsTheServersThatHaveIt) {
  World world;
  world.has("www.one.test", "A", {"192.0.2.1"});
  EXPECT_EQ(told(world.look(), "served"), Lines{"pass 1 record set served by 1 of 1"});
}

TEST(Served, SaysWhichServerHasWhatInstead) {
  World world;
  world.zone.servers.push_back("192.0.2.54:53");
  world.dns.put("one.test", "SOA", {"ns1.one.test. h.one.test. 1 2 3 4 5"}, "192.0.2.54:53");
  world.has("www.one.test", "A", {"192.0.2.1"});
  world.dns.put("www.one.test", "A", {"192.0.2.9"}, "192.0.2.54:53");
  const auto report = world.look();
  EXPECT_EQ(told(report, "served"),
            Lines{"fail www.one.test A: 1 of 2 serve 192.0.2.1; 192.0.2.54:53 has 192.0.2.9"});
  EXPECT_NE(worst_of(report, "served")->remedy.find("transfers"), std::string::npos);
}

TEST(Served, SaysWhatWaitsForAnApply) {
  World world;
  world.zone.sets.push_back(set("www.one.test", "A", {"192.0.2.1"}, false));
  const auto report = world.look();
  ASSERT_NE(worst_of(report, "served"), nullptr);
  EXPECT_EQ(worst_of(report, "served")->status, Status::fail);
  EXPECT_EQ(worst_of(report, "served")->remedy,
            "plumb apply puts it right: it is declared and not applied yet");
}

TEST(Served, LeavesOthersTextsAlone) {
  World world;
  auto texts = set("one.test", "TXT", {"v=spf1 -all"});
  texts.shared = true;
  world.zone.sets = {texts};
  world.dns.put("one.test", "TXT", {"google-site-verification=x", "v=spf1 -all"}, "192.0.2.53:53");
  EXPECT_EQ(told(world.look(), "served"), Lines{"pass 1 record set served by 1 of 1"});
  world.zone.sets[0].shared = false;
  EXPECT_EQ(worst_of(world.look(), "served")->status, Status::fail);
}

TEST(Served, TakesSilenceForNoAnswer) {
  World world;
  world.has("www.one.test", "A", {"192.0.2.1"});
  world.dns.fail("www.one.test", "A", "192.0.2.53:53");
  EXPECT_EQ(worst_of(world.look(), "served")->status, Status::unknown);
}

TEST(Served, SaysATtlThatIsNotAsDeclared) {
  World world;
  world.has("www.one.test", "A", {"192.0.2.1"});
  world.zone.sets[0].ttl = 3600;
  EXPECT_EQ(told(world.look(), "served")[0],
            "warning www.one.test A: is served with a TTL of 300 s instead of 3600 s");
}

TEST(Servers, AreLameWhereTheyDoNotHaveTheZone) {
  struct Case {
    env::Rcode rcode;
    bool authoritative;
    std::string says;
  };
  for (const auto& [rcode, authoritative, says] :
       {Case{env::Rcode::refused, false, "is lame: it says REFUSED to questions about the zone"},
        Case{env::Rcode::noerror, false, "is lame: it answers without authority for the zone"},
        Case{env::Rcode::noerror, true, "is lame: it has no SOA for the zone"}}) {
    World world;
    env::DnsAnswer answer;
    answer.rcode = rcode;
    answer.authoritative = authoritative;
    world.dns.put_answer("one.test", "SOA", answer, "192.0.2.53:53");
    EXPECT_EQ(told(world.look(), "servers"), Lines{"fail 192.0.2.53:53: " + says});
  }
}

TEST(Servers, AreComparedByTheirSerials) {
  World world;
  world.zone.servers.push_back("192.0.2.54:53");
  world.dns.put("one.test", "SOA", {"ns1.one.test. h.one.test. 9 2 3 4 5"}, "192.0.2.54:53");
  EXPECT_EQ(told(world.look(), "servers"),
            Lines{"warning serial: the servers have different versions of the zone: serial 1 at "
                  "192.0.2.53:53 and 9 at 192.0.2.54:53"});
}

TEST(Servers, AreThoseOfTheNsRecordsWhereNoneIsDeclared) {
  World world;
  world.zone.servers.clear();
  world.dns.put("one.test", "NS", {"ns1.one.test."});
  world.dns.put("ns1.one.test", "A", {"192.0.2.53"});
  world.has("www.one.test", "A", {"192.0.2.1"});
  EXPECT_EQ(told(world.look(), "served"), Lines{"pass 1 record set served by 1 of 1"});
}

TEST(Servers, AreMissedWhereNobodyDelegates) {
  World world;
  world.zone.servers.clear();
  EXPECT_EQ(told(world.look(), "servers"),
            Lines{"fail has no NS records: nobody can find this zone"});
}

env::DnsAnswer referral(std::vector<std::string> servers, const std::string& glue) {
  env::DnsAnswer answer;
  for (auto& server : servers) {
    answer.authority.push_back({name("one.test"), values::RecordType::ns, 300, std::move(server)});
  }
  if (!glue.empty()) {
    answer.additional.push_back({name("ns1.one.test"), values::RecordType::a, 300, glue});
  }
  return answer;
}

TEST(Delegation, IsComparedWithTheParents) {
  World world;
  const Zone parent{.name = name("test"), .servers = {"192.0.2.99:53"}};
  world.dns.put("one.test", "NS", {"ns1.one.test.", "ns2.other.test."});
  world.dns.put("ns1.one.test", "A", {"192.0.2.53"});
  const auto with = [&](const env::DnsAnswer& answer) {
    world.dns.put_answer("one.test", "NS", answer, "192.0.2.99:53");
    return told(world.look({parent}), "delegation");
  };
  EXPECT_EQ(with(referral({"ns1.one.test.", "ns2.other.test."}, "192.0.2.53")),
            Lines{"pass test hands over to the same 2 name servers"});
  EXPECT_EQ(with(referral({"ns1.one.test.", "ns3.other.test."}, "192.0.2.53")),
            Lines{"warning NS: test and the zone do not name the same servers; only the parent: "
                  "ns3.other.test; only the zone: ns2.other.test"});
  EXPECT_EQ(with(referral({"ns1.one.test.", "ns2.other.test."}, "192.0.2.7"))[0],
            "fail ns1.one.test: the parent's glue is 192.0.2.7, the zone says 192.0.2.53");
  EXPECT_EQ(with(referral({"ns1.one.test.", "ns2.other.test."}, ""))[0],
            "fail ns1.one.test: lies in the zone and the parent has no glue for it: it cannot be "
            "found");
  EXPECT_EQ(with({}),
            Lines{"fail NS: test does not hand over this zone: 192.0.2.99:53 has no NS for it"});
}

/// What a person is to do where `top` is the zone above, and not declared here.
std::string advice_under(const std::string& top, const std::string& domain) {
  World world;
  world.zone = {.name = name(domain), .servers = {"192.0.2.53:53"}};
  world.zone.sets = {set(domain, "NS", {"ns1.dns.test.", "ns2.dns.test."})};
  world.dns.put(domain, "NS", {"ns1.dns.test.", "ns2.dns.test."});
  world.dns.put(top, "NS", {"a.nic.test."});
  world.dns.put("a.nic.test", "A", {"192.0.2.99"});
  world.dns.put_answer(domain, "NS", env::DnsAnswer{}, "192.0.2.99:53");
  const Declared declared({world.zone});
  const auto verified =
      verify(declared, {}, {.resolver = world.dns, .http = world.web}, world.options, {});
  const auto* check = worst_of(verified.reports.at(0), "delegation");
  return check == nullptr ? std::string() : check->remedy;
}

TEST(Delegation, SaysToWhomAndWhere) {
  EXPECT_EQ(advice_under("test", "two.test"),
            "nothing: delegate two.test at your registrar to ns1.dns.test and ns2.dns.test");
  EXPECT_EQ(advice_under("co.test", "two.co.test"),
            "nothing: delegate two.co.test in co.test to ns1.dns.test and ns2.dns.test");
}

TEST(Servers, AreThoseThatAZoneIsToHaveWhereNobodyDelegatesYet) {
  World world;
  world.zone.servers.clear();
  world.zone.sets = {set("one.test", "NS", {"ns1.dns.test."})};
  world.dns.put("ns1.dns.test", "A", {"192.0.2.53"});
  world.dns.put("one.test", "NS", {"ns1.dns.test."}, "192.0.2.53:53");
  const auto report = world.look();
  EXPECT_EQ(told(report, "servers"), Lines{"fail has no NS records: nobody can find this zone"});
  EXPECT_EQ(worst_of(report, "servers")->remedy,
            "nothing: delegate one.test at your registrar to ns1.dns.test");
  EXPECT_EQ(told(report, "served"), Lines{"pass 1 record set served by 1 of 1"});
}

TEST(Servers, WithoutAnAddressAreLost) {
  World world;
  world.zone.servers.clear();
  world.dns.put("one.test", "NS", {"ns1.one.test."});
  EXPECT_EQ(told(world.look(), "servers"),
            Lines{"fail ns1.one.test: is a name server of this zone and has no address"});
}

TEST(Resolvers, AreEachLookedThrough) {
  World world;
  world.options.resolvers = {"192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"};
  world.has("www.one.test", "A", {"192.0.2.80"});
  world.has("mail.one.test", "A", {"192.0.2.81"});
  for (const auto& resolver : world.options.resolvers) {
    world.dns.put_recursive("www.one.test", "A", {"192.0.2.80"}, resolver);
    world.dns.put_recursive("mail.one.test", "A", {"192.0.2.81"}, resolver);
  }
  EXPECT_EQ(told(world.look(), "resolvers"),
            Lines{"pass 2 record sets seen as declared through 192.0.2.1:53, 192.0.2.2:53 and "
                  "192.0.2.3:53"});
  world.dns.put_recursive("www.one.test", "A", {"192.0.2.9"}, "192.0.2.1:53");
  world.dns.fail_recursive("www.one.test", "A", "192.0.2.2:53");
  world.dns.fail_recursive("mail.one.test", "A", "192.0.2.2:53");
  const auto report = world.look();
  EXPECT_EQ(told(report, "resolvers"),
            (Lines{"warning 192.0.2.1:53: still has what was before: www.one.test A is 192.0.2.9 "
                   "for 300 s more",
                   "unknown 192.0.2.2:53: did not answer in time",
                   "pass 2 record sets seen as declared through 192.0.2.3:53"}));
  EXPECT_EQ(worst_of(report, "resolvers")->remedy, "nothing: its cache lets go of it within 300 s");
}

TEST(Resolvers, ThatFailAreNoOpinion) {
  World world;
  world.options.resolvers = {"192.0.2.1:53"};
  world.has("www.one.test", "A", {"192.0.2.80"});
  env::DnsAnswer failed;
  failed.rcode = env::Rcode::servfail;
  world.dns.put_recursive_answer("www.one.test", "A", failed, "192.0.2.1:53");
  EXPECT_EQ(told(world.look(), "resolvers"),
            Lines{"unknown 192.0.2.1:53: says SERVFAIL to www.one.test A"});
}

TEST(Resolvers, AreNotAskedForWhatIsNotServed) {
  World world;
  world.options.resolvers = {"192.0.2.1:53"};
  world.zone.sets = {set("new.one.test", "A", {"192.0.2.80"}, false)};
  EXPECT_TRUE(told(world.look(), "resolvers").empty());
}

TEST(Senders, HaveReverseNamesToo) {
  World world;
  world.options.dns_only = true;
  world.has("one.test", "MX", {"10 mx.other.test."});
  world.has("out.one.test", "A", {"192.0.2.26"});
  world.has("one.test", "TXT", {"v=spf1 ip4:192.0.2.26 ip4:192.0.2.99 -all"});
  EXPECT_EQ(told(world.look(), "ptr"),
            Lines{"fail 192.0.2.26: has no reverse name: many receivers refuse its mail"})
      << "192.0.2.99 is nobody's here";
}

TEST(Dnssec, IsSaidAsTheResolverSeesIt) {
  const std::string ds = "1 13 2 " + std::string(64, 'a');
  World plain;
  EXPECT_EQ(told(plain.look(), "dnssec"), Lines{"pass not signed: the parent has no DS"});
  World signed_zone;
  signed_zone.dns.sign();
  signed_zone.dns.put("one.test", "DS", {ds});
  signed_zone.dns.put("one.test", "SOA", {"ns1.one.test. h.one.test. 1 2 3 4 5"});
  EXPECT_EQ(told(signed_zone.look(), "dnssec"), Lines{"pass signed, and validates"});
  World bogus;
  bogus.dns.put("one.test", "DS", {ds});
  env::DnsAnswer answer;
  answer.rcode = env::Rcode::servfail;
  bogus.dns.put_answer("one.test", "SOA", answer);
  EXPECT_EQ(worst_of(bogus.look(), "dnssec")->status, Status::fail);
  World blind;
  blind.dns.put("one.test", "DS", {ds});
  EXPECT_EQ(worst_of(blind.look(), "dnssec")->status, Status::unknown);
}

/// A domain that takes mail at a host of its own.
World mail_world() {
  World world;
  world.options.dns_only = true;
  world.has("one.test", "MX", {"10 mx1.one.test."});
  world.has("mx1.one.test", "A", {"192.0.2.25"});
  world.has("one.test", "TXT", {"v=spf1 ip4:192.0.2.25 -all"});
  world.has("_dmarc.one.test", "TXT", {"v=DMARC1; p=reject"});
  world.dns.put("25.2.0.192.in-addr.arpa", "PTR", {"mx1.one.test."});
  return world;
}

TEST(Mx, LeadsToHostsWithAddresses) {
  auto world = mail_world();
  EXPECT_EQ(told(world.look(), "mx"), Lines{"pass mail goes to mx1.one.test"});
  world.dns.put("mx1.one.test", "A", {});
  EXPECT_EQ(told(world.look(), "mx")[0],
            "fail mx1.one.test: has no address: mail cannot get there");
}

TEST(Mx, IsNoAlias) {
  auto world = mail_world();
  env::DnsAnswer alias;
  alias.answers = {{name("mx1.one.test"), values::RecordType::cname, 300, "real.one.test."},
                   {name("real.one.test"), values::RecordType::a, 300, "192.0.2.25"}};
  world.dns.put_answer("mx1.one.test", "A", alias);
  EXPECT_EQ(worst_of(world.look(), "mx")->rule, "RFC 2181 §10.3");
}

TEST(Mx, IsMissedWhereItIsDeclared) {
  auto world = mail_world();
  world.zone.sets[0].applied = false;
  world.dns.put("one.test", "MX", {});
  const auto report = world.look();
  EXPECT_EQ(told(report, "mx"), Lines{"fail is not there for the rest of the world"});
  EXPECT_EQ(worst_of(report, "mx")->remedy,
            "plumb apply puts it right: it is declared and not applied yet");
}

TEST(Mx, MayBeNone) {
  World world;
  world.has("one.test", "MX", {"0 ."});
  const auto report = world.look();
  EXPECT_EQ(told(report, "mx"), Lines{"pass takes no mail, and says so"});
  EXPECT_TRUE(told(report, "dkim").empty());
  EXPECT_EQ(worst_of(report, "spf")->status, Status::fail);
}

TEST(ReverseName, LeadsBack) {
  auto world = mail_world();
  EXPECT_EQ(told(world.look(), "ptr"), Lines{"pass 192.0.2.25: mx1.one.test and back"});
  world.dns.put("25.2.0.192.in-addr.arpa", "PTR", {"elsewhere.test."});
  EXPECT_EQ(told(world.look(), "ptr"),
            Lines{"fail 192.0.2.25: its reverse name elsewhere.test does not lead back to it"});
  world.dns.put("25.2.0.192.in-addr.arpa", "PTR", {});
  const auto report = world.look();
  EXPECT_EQ(told(report, "ptr"),
            Lines{"fail 192.0.2.25: has no reverse name: many receivers refuse its mail"});
  EXPECT_EQ(worst_of(report, "ptr")->remedy,
            "nothing: who gave you 192.0.2.25 sets its reverse name, to mx1.one.test");
}

TEST(ReverseName, IsNoFailureWhereItsTargetCannotBeLookedUp) {
  auto world = mail_world();
  world.dns.put("25.2.0.192.in-addr.arpa", "PTR", {"elsewhere.test."});
  env::DnsAnswer refused;
  refused.rcode = env::Rcode::refused;
  world.dns.put_answer("elsewhere.test", "A", refused);
  world.dns.put_answer("elsewhere.test", "AAAA", refused);
  EXPECT_EQ(told(world.look(), "ptr"),
            Lines{"unknown 192.0.2.25: elsewhere.test: the resolver says REFUSED"});
  world.dns.put("elsewhere.test", "A", {"192.0.2.99"});
  EXPECT_EQ(worst_of(world.look(), "ptr")->status, Status::fail) << "its IPv6 does not matter";
  world.dns.put("elsewhere.test", "A", {"192.0.2.25"});
  EXPECT_EQ(worst_of(world.look(), "ptr")->status, Status::pass);
  world.dns.put("25.2.0.192.in-addr.arpa", "PTR", {"elsewhere.test.", "mx1.one.test."});
  world.dns.put_answer("elsewhere.test", "A", refused);
  EXPECT_EQ(worst_of(world.look(), "ptr")->status, Status::pass);
}

struct SpfCase {
  std::string record;
  Status status;
  std::string says;
};

class Spf : public testing::TestWithParam<SpfCase> {};

TEST_P(Spf, IsWhatAReceiverMakesOfIt) {
  auto world = mail_world();
  const auto& [record, status, says] = GetParam();
  world.dns.put("one.test", "TXT", {record});
  world.dns.put("good.test", "TXT", {"v=spf1 ip4:192.0.2.0/24 -all"});
  world.dns.put("bare.test", "TXT", {"hello"});
  world.dns.put("behind.test", "TXT", {"v=spf1 ?all ip4:1.2.3"});
  world.dns.put("loop.test", "TXT", {"v=spf1 include:loop.test -all"});
  std::string many = "v=spf1";
  for (int i = 0; i < 9; ++i) {
    many += " include:good.test";
  }
  world.dns.put("many.test", "TXT", {many + " -all"});
  world.dns.fail("silent.test", "TXT");
  const auto report = world.look();
  const auto* check = worst_of(report, "spf");
  ASSERT_NE(check, nullptr);
  EXPECT_EQ(check->status, status) << check->message;
  EXPECT_NE(check->message.find(says), std::string::npos) << check->message;
}

INSTANTIATE_TEST_SUITE_P(
    Records,
    Spf,
    testing::Values(
        SpfCase{"v=spf1 mx -all", Status::pass, "1 of 10 lookups"},
        SpfCase{"v=spf1 include:good.test ~all", Status::pass, "1 of 10 lookups"},
        SpfCase{"v=spf1 redirect=good.test", Status::pass, "1 of 10 lookups"},
        SpfCase{"hello", Status::fail, "there is no SPF record"},
        SpfCase{"v=spf1 include:bare.test -all", Status::fail, "bare.test is included and has no"},
        SpfCase{"v=spf1 include:loop.test -all", Status::fail, "loop.test includes itself"},
        SpfCase{"v=spf1 include:many.test a -all", Status::fail, "more than 10 lookups"},
        SpfCase{"v=spf1 include:many.test -all", Status::warning, "needs 10 of 10 lookups"},
        SpfCase{"v=spf1 a:n1.test a:n2.test a:n3.test -all", Status::fail, "find nothing"},
        SpfCase{"v=spf1 include:silent.test -all", Status::unknown, "did not answer"},
        SpfCase{"v=spf1 ip4:1.2.3 -all", Status::fail, "ip4:1.2.3"},
        SpfCase{"v=spf1 -all ip4:999.1.1.1", Status::fail, "ip4:999.1.1.1"},
        SpfCase{"v=spf1 -all bogus:x", Status::fail, "bogus:x"},
        SpfCase{"v=spf1 -all:x", Status::fail, "permanent error"},
        SpfCase{"v=spf1 include:good.test -all redirect=", Status::fail, "redirect="},
        SpfCase{"v=spf1 exp=a.test exp=b.test -all", Status::fail, "exp is there twice"},
        SpfCase{"v=spf1 include:behind.test -all", Status::fail, "ip4:1.2.3"},
        SpfCase{"v=spf1 mx -all +all", Status::pass, "1 of 10 lookups"},
        SpfCase{"v=spf1 +all", Status::fail, "the whole world"},
        SpfCase{"v=spf1 mx", Status::warning, "does not say what becomes of others"}));

TEST(SpfOfOurOwn, IsJudgedAsAReceiverDoes) {
  auto world = mail_world();
  world.dns.put("one.test", "TXT", {"v=spf1 ip4:192.0.2.99 ~all"});
  EXPECT_EQ(told(world.look(), "spf")[0],
            "fail mx1.one.test: is declared to send, and receivers of mail from 192.0.2.25 come to "
            "softfail");
  world.dns.put("one.test", "TXT", {"v=spf1 ?ip4:192.0.2.0/24 ip4:192.0.2.25 -all"});
  EXPECT_EQ(told(world.look(), "spf")[0],
            "fail mx1.one.test: is declared to send, and receivers of mail from 192.0.2.25 come to "
            "neutral");
  world.dns.put("one.test", "TXT", {"v=spf1 include:%{d1r}.good.test -all"});
  world.dns.put("one.good.test", "TXT", {"v=spf1 ip4:192.0.2.0/24 -all"});
  for (const auto& line : told(world.look(), "spf")) {
    EXPECT_FALSE(line.starts_with("fail mx1")) << line;
  }
}

TEST(Dkim, WantsAGoodKeyAtEachDeclaredSelector) {
  auto world = mail_world();
  EXPECT_EQ(worst_of(world.look(), "dkim")->status, Status::warning);
  const std::string ed = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  world.has("s1._domainkey.one.test", "TXT", {ed});
  EXPECT_EQ(told(world.look(), "dkim"), Lines{"pass 1 selector with a good key"});
  const auto with = [&](std::vector<std::string> texts) {
    world.dns.put("s1._domainkey.one.test", "TXT", std::move(texts));
    return told(world.look(), "dkim")[0];
  };
  EXPECT_EQ(with({}), "fail s1._domainkey: is not there for the rest of the world");
  EXPECT_EQ(with({ed, ed + " "}),
            "fail s1._domainkey: has several records: what receivers do is undefined");
  EXPECT_EQ(with({"v=DKIM1; p="}),
            "fail s1._domainkey: is revoked (p= is empty), unlike the declared one");
  EXPECT_EQ(with({"v=DKIM1; p=!!"}),
            "fail s1._domainkey: has a key that is not base64, unlike the declared one");
  EXPECT_EQ(with({"v=DKIM1; p=AAAA"}),
            "fail s1._domainkey: has a key that is no RSA key, unlike the declared one");
  EXPECT_EQ(
      with({"v=DKIM1; k=ed25519; p=" + std::string(43, 'A') + "="}),
      "fail s1._domainkey: is another key than the declared one, p=…AAAAAAAAAAAAAAA= instead of "
      "p=…piMlrwIaaPcHURo=: mail signed with that one fails");
  EXPECT_EQ(with({ed + "; t=y"}), "warning s1._domainkey: says that it is only a test (t=y)");
}

TEST(Dmarc, IsFoundHereOrAbove) {
  auto world = mail_world();
  EXPECT_EQ(told(world.look(), "dmarc"), Lines{"pass p=reject, without reports"});
  world.dns.put("_dmarc.one.test", "TXT", {});
  world.zone.sets.pop_back();
  EXPECT_EQ(told(world.look(), "dmarc"),
            Lines{"warning there is no policy: large receivers want one"});
  world.dns.put("_dmarc.test", "TXT", {"v=DMARC1; p=reject; sp=quarantine"});
  EXPECT_EQ(told(world.look(), "dmarc"), Lines{"pass p=quarantine from test, without reports"});
}

TEST(Dmarc, OfAPublicSuffixCountsLast) {
  auto world = mail_world();
  world.zone.sets.pop_back();
  world.dns.put("_dmarc.one.test", "TXT", {"v=DMARC1; p=none; psd=n"});
  world.dns.put("_dmarc.test", "TXT", {"v=DMARC1; p=reject; psd=y"});
  EXPECT_EQ(told(world.look(), "dmarc"), Lines{"pass p=none, without reports"});
  world.dns.put("_dmarc.one.test", "TXT", {});
  EXPECT_EQ(told(world.look(), "dmarc"), Lines{"pass p=reject from test, without reports"});
  world.dns.fail("_dmarc.test", "TXT");
  const auto report = world.look();
  EXPECT_TRUE(told(report, "dmarc").empty());
  EXPECT_EQ(told(report, "dns"), Lines{"unknown _dmarc.test TXT: did not answer in time"});
}

TEST(Dmarc, AsksThoseWhoAreToReceiveReports) {
  auto world = mail_world();
  world.dns.put("_dmarc.one.test", "TXT", {"v=DMARC1; p=none; rua=mailto:a@reports.example!10m"});
  EXPECT_EQ(
      told(world.look(), "dmarc")[0],
      "fail reports.example: does not agree to receive reports about one.test: none are sent");
  world.dns.put("one.test._report._dmarc.reports.example", "TXT", {"v=DMARC1"});
  EXPECT_EQ(told(world.look(), "dmarc"), Lines{"pass p=none"});
}

constexpr std::string_view kPolicy =
    "version: STSv1\r\nmode: enforce\r\nmx: *.one.test\r\nmax_age: 86400\r\n";

World sts_world() {
  auto world = mail_world();
  world.has("_mta-sts.one.test", "TXT", {"v=STSv1; id=1"});
  world.has("mta-sts.one.test", "A", {"192.0.2.80"});
  world.web.response = env::HttpResponse{
      .status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = std::string(kPolicy)};
  return world;
}

/// Only the checks of the policy: nothing listens where SMTP would.
Lines policy_of(World& world) {
  world.options.dns_only = false;
  world.dns.put("mx1.one.test", "A", {"127.0.0.1"});
  return told(world.look(), "mta-sts");
}

TEST(MtaSts, FetchesThePolicyFromItsAddress) {
  auto world = sts_world();
  EXPECT_EQ(policy_of(world), Lines{"pass policy found, mode enforce"});
  EXPECT_EQ(world.web.asked,
            Lines{"https://mta-sts.one.test/.well-known/mta-sts.txt at 192.0.2.80:443"});
}

TEST(MtaSts, WantsEveryMxInThePolicy) {
  auto world = sts_world();
  world.web.response->body = "version: STSv1\nmode: enforce\nmx: mx2.one.test\nmax_age: 86400\n";
  EXPECT_EQ(policy_of(world),
            Lines{"fail policy: does not name the MX mx1.one.test: senders hold mail for it"});
  world.web.response->body = "version: STSv1\nmode: testing\nmx: *.x.one.test\nmax_age: 86400\n";
  EXPECT_EQ(policy_of(world), Lines{"warning policy: does not name the MX mx1.one.test"});
}

TEST(MtaSts, SaysWhatIsWrongWithThePolicy) {
  auto world = sts_world();
  world.web.response->status = 301;
  EXPECT_EQ(policy_of(world),
            Lines{"fail policy: the policy host answers 301: redirects are not followed"});
  world.web.response->status = 200;
  world.web.response->body = "mode: enforce\n";
  EXPECT_EQ(policy_of(world), Lines{"fail policy: has no version: STSv1"});
  world.web.response->headers = {{"Content-Type", "text/html"}};
  EXPECT_EQ(policy_of(world), Lines{"fail policy: the policy is not sent as text/plain"});
  world.dns.put("mta-sts.one.test", "A", {});
  EXPECT_EQ(policy_of(world),
            Lines{"fail policy: mta-sts has no address: the policy cannot be fetched"});
}

TEST(MtaSts, IsNoFailureWhereTheHostCannotBeLookedUpOrAsked) {
  auto world = sts_world();
  env::DnsAnswer refused;
  refused.rcode = env::Rcode::refused;
  refused.answers.push_back(
      {name("mta-sts.one.test"), values::RecordType::cname, 300, "policies.vendor.test."});
  world.dns.put_answer("mta-sts.one.test", "A", refused);
  world.dns.put_answer("mta-sts.one.test", "AAAA", refused);
  EXPECT_EQ(policy_of(world), Lines{"unknown policy: mta-sts.one.test: the resolver says REFUSED"});
  world.options.ipv6 = false;
  world.dns.put("mta-sts.one.test", "A", {});
  world.dns.put("mta-sts.one.test", "AAAA", {"2001:db8::80"});
  EXPECT_EQ(policy_of(world),
            Lines{"unknown policy: mta-sts has IPv6 addresses only, which are not asked from "
                  "here"});
  EXPECT_TRUE(world.web.asked.empty());
  world.options.ipv6 = true;
  EXPECT_EQ(policy_of(world), Lines{"pass policy found, mode enforce"});
}

TEST(MtaSts, WantsThePolicyThatIsDeclared) {
  auto world = sts_world();
  world.zone.policy = PolicyFile{.mode = "enforce", .mx = {"*.one.test"}, .applied = true};
  EXPECT_EQ(policy_of(world), Lines{"pass policy found, mode enforce"});
  world.zone.policy->mx = {"mx1.one.test"};
  EXPECT_EQ(policy_of(world),
            Lines{"fail policy: is not the declared one: mode enforce with mx *.one.test instead "
                  "of enforce with mx1.one.test"});
  EXPECT_EQ(worst_of(world.look(), "mta-sts")->remedy,
            "nothing: plumb has written the policy; let the web server give it at "
            "https://mta-sts.one.test/.well-known/mta-sts.txt");
  world.zone.policy->applied = false;
  EXPECT_EQ(worst_of(world.look(), "mta-sts")->remedy,
            "plumb apply puts it right: the policy is declared and not written yet");
}

TEST(TlsReports, NeedAnAddress) {
  auto world = mail_world();
  EXPECT_TRUE(told(world.look(), "tls-rpt").empty());
  world.has("_smtp._tls.one.test", "TXT", {"v=TLSRPTv1; rua=mailto:tls@one.test"});
  EXPECT_EQ(told(world.look(), "tls-rpt"), Lines{"pass reports go to mailto:tls@one.test"});
  world.dns.put("_smtp._tls.one.test", "TXT", {"v=TLSRPTv1;"});
  EXPECT_EQ(worst_of(world.look(), "tls-rpt")->status, Status::fail);
}

TEST(Caa, IsLookedForUpwards) {
  World world;
  EXPECT_TRUE(told(world.look(), "caa").empty());
  world.dns.put("test", "CAA", {"0 issue \"ca.example\""});
  EXPECT_EQ(told(world.look(), "caa"), Lines{"pass ca.example may issue certificates"});
  world.dns.put("one.test", "CAA", {"0 issue \";\""});
  EXPECT_EQ(told(world.look(), "caa"), Lines{"pass nobody may issue certificates"});
}

TEST(Remedy, SaysWhatPlumbWillDo) {
  Zone zone{.name = name("one.test")};
  zone.sets = {set("a.one.test", "A", {"192.0.2.1"}, false), set("b.one.test", "A", {"192.0.2.2"})};
  const Declared declared({zone});
  const auto say = [&](std::string_view owner) {
    return remedy(declared, name(owner), values::RecordType::a, "its address");
  };
  EXPECT_EQ(say("a.one.test"), "plumb apply puts it right: it is declared and not applied yet");
  EXPECT_TRUE(say("b.one.test").starts_with("nothing yet: it was applied and is on its way"));
  EXPECT_EQ(
      remedy(declared, name("b.one.test"), values::RecordType::a, "its address", true),
      "nothing: b.one.test A is served as declared; change its declaration, to have its address");
  EXPECT_EQ(say("c.one.test"), "nothing: c.one.test A is not declared; add its address");
  EXPECT_EQ(say("other.test"), "nothing: other.test is not managed here");
}

TEST(Verify, AsksForAllDomainsAtOnce) {
  PaperDns dns;
  PaperWeb web;
  std::vector<Zone> zones;
  for (int i = 0; i < 100; ++i) {
    const auto domain = "d" + std::to_string(i) + ".test";
    zones.push_back({.name = name(domain), .servers = {"192.0.2.53:53"}});
    dns.put(domain, "MX", {"10 mx." + domain + "."});
  }
  const auto verified =
      verify(Declared(zones), {}, {.resolver = dns, .http = web}, {.dns_only = true}, {});
  EXPECT_EQ(verified.reports.size(), 100U);
  EXPECT_LT(dns.rounds, 10);
}

TEST(Verify, AsksForAllNamesAboveAtOnce) {
  PaperDns dns;
  PaperWeb web;
  std::string deep;
  for (int i = 0; i < 40; ++i) {
    deep += "a.";
  }
  const std::vector<Zone> zones{{.name = name(deep + "test"), .servers = {"192.0.2.53:53"}}};
  dns.put("test", "CAA", {"0 issue \"ca.example\""});
  const auto verified =
      verify(Declared(zones), {}, {.resolver = dns, .http = web}, {.dns_only = true}, {});
  ASSERT_EQ(verified.reports.size(), 1U);
  EXPECT_EQ(told(verified.reports[0], "caa"), Lines{"pass ca.example may issue certificates"});
  EXPECT_EQ(told(verified.reports[0], "dns"), Lines{});
  EXPECT_LT(dns.rounds, 10);
}

TEST(Verify, SaysOfWhichDomainItDidNotComeToAnEnd) {
  auto world = sts_world();
  std::vector<std::string> addresses;
  for (int i = 1; i <= 60; ++i) {
    addresses.push_back("198.51.100." + std::to_string(i));
  }
  world.dns.put("mta-sts.one.test", "A", addresses);
  world.dns.put("mx1.one.test", "A", {"127.0.0.1"});
  world.web.response->status = 503;
  world.options.dns_only = false;
  const auto report = world.look();
  ASSERT_NE(worst_of(report, "dns"), nullptr);
  EXPECT_EQ(worst_of(report, "dns")->status, Status::unknown);
  EXPECT_TRUE(told(report, "mta-sts").empty());
  EXPECT_FALSE(told(report, "spf").empty()) << "what is known is told";
}

TEST(Verify, PutsTheWorstFirst) {
  std::vector<Report> reports = {
      {.domain = "a", .checks = {{.status = Status::pass}}},
      {.domain = "b",
       .checks = {{.topic = "x", .status = Status::pass}, {.topic = "y", .status = Status::fail}}},
      {.domain = "c", .checks = {{.status = Status::warning}}}};
  sort_reports(reports);
  EXPECT_EQ(reports[0].domain, "b");
  EXPECT_EQ(reports[0].checks[0].topic, "y");
  EXPECT_EQ(reports[1].domain, "c");
  EXPECT_EQ(reports[2].domain, "a");
}

TEST(Visible, CountsFromTheFirstLookAtWhichAllHadIt) {
  const Served all{.served = 2, .of = 2, .ttl = 300};
  const Served one{.served = 1, .of = 2};
  const Served silent{.served = 1, .of = 2, .silent = 1};
  const auto first = note(std::nullopt, all, 1000);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->since, 1000);
  EXPECT_EQ(first->ttl, 300U);
  EXPECT_FALSE(is_settled(*first, 1299));
  EXPECT_TRUE(is_settled(*first, 1300));
  EXPECT_EQ(note(first, all, 2000)->since, 1000);
  EXPECT_EQ(note(first, silent, 2000)->since, 1000);
  EXPECT_FALSE(note(first, one, 2000));
  EXPECT_FALSE(note(std::nullopt, silent, 2000));
  EXPECT_FALSE(note(first, Served{}, 2000)) << "nobody was asked";
}

}  // namespace
}  // namespace plumb::verify
