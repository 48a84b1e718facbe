// plumb verify, on real name servers, a real resolver and a stand-in for mail servers.

#include <csignal>
#include <regex>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>

#include "tests/support/cli.h"
#include "tests/support/mail_server.h"
#include "tests/support/nsd.h"
#include "tests/support/silence.h"
#include "tests/support/unbound.h"

namespace plumb::test {
namespace {

std::string port_of(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

constexpr std::string_view kPolicy = "version: STSv1\nmode: enforce\nmx: {}\nmax_age: 86400\n";

/// "fail: is another key …" by topic; the worst of each.
std::map<std::string, std::string> checks_of(const Ran& ran) {
  std::map<std::string, std::string> told;
  const auto document = nlohmann::json::parse(ran.out, nullptr, false);
  if (document.is_discarded()) {
    return told;
  }
  for (const auto& check : document["domains"][0]["checks"]) {
    told.try_emplace(check["topic"],
                     check["status"].get<std::string>() + ": " +
                         check["message"].get<std::string>() + " -> " +
                         check.value("remedy", std::string()));
  }
  return told;
}

/// A project whose zone files two NSDs serve; the second reads a copy of its own.
class Verify : public testing::Test {
 protected:
  /// Applies `records` of one.test, and starts the servers on what then lies in zones/. `forged`:
  /// what the second server has `instead` of it; the resolver believes the second one then.
  void serve(const std::vector<std::string>& records,
             const std::string& forged = {},
             const std::string& instead = {}) {
    project_.domain("one.test", records);
    const auto applied = project_.plumb({"apply", "--yes", "--no-verify"});
    ASSERT_EQ(applied.code, 0) << applied.all();
    auto zone = project_.read("zones/one.test.zone");
    if (!forged.empty()) {
      ASSERT_NE(zone.find(forged), std::string::npos) << zone;
      zone.replace(zone.find(forged), forged.size(), instead);
    }
    copy_.write("one.test.zone", zone);
    auto first = Nsd::start(project_.path() / "zones", {"one.test"});
    auto second = Nsd::start(copy_.path(), {"one.test"});
    ASSERT_TRUE(first && second);
    first_ = std::move(*first);
    second_ = std::move(*second);
    const auto& believed = forged.empty() ? first_ : second_;
    auto unbound = Unbound::start({{"one.test", {believed->port()}}});
    ASSERT_TRUE(unbound) << unbound.error().message;
    unbound_ = std::move(*unbound);
    declare_servers(port_of(first_->port()) + "\", \"" + port_of(second_->port()));
    project_.append("plumb.yaml", "  resolvers: [\"" + unbound_->address() + "\"]\n");
  }
  /// Declares where the zones are served, instead of what was declared before.
  void declare_servers(const std::string& servers) {
    auto text = project_.read("providers/files.yaml");
    const auto at = text.find(", verify: ");
    text = (at == std::string::npos ? text.substr(0, text.rfind('}')) : text.substr(0, at));
    project_.write("providers/files.yaml", text + ", verify: {servers: [\"" + servers + "\"]}}\n");
  }

  const Project project_{"  drift: report\n"};
  TempDir copy_;
  std::unique_ptr<Nsd> first_, second_;
  std::unique_ptr<Unbound> unbound_;
};

TEST_F(Verify, SaysThatAllServersHaveIt) {
  serve({a("www", "192.0.2.1")});
  const auto ran = project_.plumb({"verify"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("served by 2 of 2")) << ran.all();
  EXPECT_TRUE(ran.says("1 domain: 1 in order")) << ran.all();
}

TEST_F(Verify, FindsTheServerThatIsBehind) {
  serve({a("www", "192.0.2.1")});
  project_.domain("one.test", {a("www", "192.0.2.1"), a("new", "192.0.2.2")});
  ASSERT_EQ(project_.plumb({"apply", "--yes", "--no-verify"}).code, 0);
  ASSERT_EQ(std::system(first_->reload_command().back().c_str()), 0);
  DnsClient client = first_->client();
  for (int i = 0; i < 2000; ++i) {
    const auto answer = client.query("new.one.test", 1);
    if (answer && !answer->answers.empty()) {
      break;
    }
    ::poll(nullptr, 0, 5);
  }
  const auto ran = project_.plumb({"verify", "one.test"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(ran.says("new.one.test A: 1 of 2 serve 192.0.2.2; " + port_of(second_->port()) +
                       " has NXDOMAIN"))
      << ran.all();
  EXPECT_TRUE(ran.says("look at their transfers")) << ran.all();
  EXPECT_TRUE(ran.says("the servers have different versions of the zone")) << ran.all();
}

TEST_F(Verify, FindsTheWrongRecord) {
  serve({a("www", "192.0.2.1"), a("mail", "192.0.2.2")}, "192.0.2.1", "192.0.2.66");
  declare_servers(port_of(second_->port()));
  const auto ran = project_.plumb({"verify"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(ran.says("www.one.test A: 0 of 1 serve 192.0.2.1; " + port_of(second_->port()) +
                       " has 192.0.2.66"))
      << ran.all();
  EXPECT_TRUE(ran.says("plumb plan says whether somebody changed it")) << ran.all();
  EXPECT_TRUE(ran.says("1 record set of 2 served by 1 of 1")) << ran.all();
}

TEST_F(Verify, DoesNotWaitLongForAServerThatIsSilent) {
  const Silence silence;
  serve({a("www", "192.0.2.1"), a("mail", "192.0.2.2")});
  declare_servers(port_of(first_->port()) + "\", \"" + silence.address());
  const auto ran = project_.plumb({"verify"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(ran.says(silence.address() + ": did not answer in time")) << ran.all();
  EXPECT_TRUE(ran.says("2 record sets served by 1 of 2")) << ran.all();
}

TEST_F(Verify, StopsAtOnceWhereSomebodyPressesCtrlC) {
  const Silence silence;
  serve({a("www", "192.0.2.1")});
  declare_servers(silence.address());
  const auto child = project_.start({"verify"});
  ASSERT_TRUE(silence.is_asked());
  child->signal(SIGINT);
  const auto ran = child->wait();
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("stopped: not everything was looked at")) << ran.all();
}

TEST_F(Verify, SaysWhatAResolverStillHas) {
  serve({a("www", "192.0.2.1"), a("mail", "192.0.2.2")});
  const auto before = project_.plumb({"verify"});  // now the resolver has it in its cache
  EXPECT_TRUE(before.says("2 record sets seen as declared through " + unbound_->address()))
      << before.all();
  declare_servers(port_of(first_->port()));
  project_.domain("one.test", {a("www", "192.0.2.7"), a("mail", "192.0.2.2")});
  project_.replace(
      "providers/files.yaml",
      "directory: zones",
      "directory: zones, reload: [sh, -c, \"" + first_->reload_command().back() + "\"]");
  const auto applied = project_.plumb({"apply", "--yes"});
  EXPECT_TRUE(applied.says("1 record set served by 1 of 1")) << applied.all();
  const auto ran = project_.plumb({"verify"});
  EXPECT_EQ(ran.code, 0) << "a warning is no failure: " << ran.all();
  const auto text = ran.all();
  EXPECT_TRUE(std::regex_search(
      text,
      std::regex("warning +resolvers +" + unbound_->address() +
                 ": still has what was before: www.one.test A is 192.0.2.1 for [0-9]+ s more")))
      << text;
  EXPECT_TRUE(std::regex_search(text, std::regex("its cache lets go of it within [0-9]+ s")))
      << text;
}

TEST_F(Verify, SaysWhatWaitsForAnApply) {
  serve({a("www", "192.0.2.1")});
  project_.domain("one.test", {a("www", "192.0.2.1"), a("new", "192.0.2.2")});
  const auto ran = project_.plumb({"verify"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(ran.says("plumb apply puts it right: it is declared and not applied yet"))
      << ran.all();
  EXPECT_FALSE(std::filesystem::exists(project_.path() / "zones/new")) << "verify changes nothing";
}

TEST_F(Verify, GoesTheWayOfAMessage) {
  const Certificates certificates("DNS:mx1.one.test");
  const MailServer smtp(MailServer::Protocol::smtp, &certificates);
  const MailServer imaps(MailServer::Protocol::imaps, &certificates);
  serve({"{name: \"@\", type: MX, value: \"10 mx1.one.test.\"}",
         a("mx1", "127.0.0.1"),
         "{name: \"@\", type: TXT, value: \"v=spf1 mx -all\"}",
         "{name: _dmarc, type: TXT, value: \"v=DMARC1; p=reject\"}",
         "{name: _imaps._tcp, type: SRV, value: \"0 1 " + std::to_string(imaps.port()) +
             " mx1.one.test.\"}"});
  const std::vector<std::string> words = {
      "verify", "--output", "json", "--smtp-port", std::to_string(smtp.port())};
  const auto ran =
      project_.plumb(words, {.environment = {{"PLUMB_CA_FILE", certificates.authority()}}});
  EXPECT_EQ(ran.code, 9) << ran.all();
  auto told = checks_of(ran);
  const auto is = [&](const char* topic, std::string_view status) {
    EXPECT_TRUE(told[topic].starts_with(status)) << topic << ": " << ran.out;
  };
  for (const auto* topic : {"mx", "smtp", "clients", "spf", "dmarc"}) {
    is(topic, "pass: ");
  }
  is("dkim", "warning: ");
  is("ptr", "fail: has no reverse name");
  const auto quiet = project_.plumb({"verify", "--dns-only", "--output", "json"});
  EXPECT_EQ(quiet.out.find("\"smtp\""), std::string::npos) << quiet.out;
}

TEST_F(Verify, SeesSpfAsAReceiverDoes) {
  serve({"{name: \"@\", type: MX, value: \"10 mx.elsewhere.test.\"}",
         "{name: \"@\", type: TXT, value: \"v=spf1 include:gone.elsewhere.test -all\"}"});
  const auto ran = project_.plumb({"verify", "--output", "json"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_EQ(
      checks_of(ran)["spf"],
      "fail: permanent error for all receivers: gone.elsewhere.test is included and has no SPF "
      "record -> nothing: one.test TXT is served as declared; change its declaration");
}

TEST_F(Verify, SeesSpfSyntaxBehindAllToo) {
  serve({"{name: \"@\", type: MX, value: \"10 mx.elsewhere.test.\"}",
         "{name: \"@\", type: TXT, value: \"v=spf1 -all\"}"},
        "-all",
        "-all ip4:999.1.1.1");
  const auto ran = project_.plumb({"verify", "--output", "json"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(checks_of(ran)["spf"].starts_with("fail: permanent error for all receivers: "))
      << ran.all();
}

TEST_F(Verify, TakesWhatCannotBeLookedUpForNoFailure) {
  project_.domain("one.test",
                  {"{name: \"@\", type: MX, value: \"10 mx.elsewhere.test.\"}",
                   "{name: \"@\", type: TXT, value: \"v=spf1 ip4:198.18.0.25 -all\"}",
                   a("out", "198.18.0.25"),
                   "{name: mta-sts, type: CNAME, value: policies.lame.test.}",
                   "{name: _mta-sts, type: TXT, value: \"v=STSv1; id=20260101\"}"});
  ASSERT_EQ(project_.plumb({"apply", "--yes", "--no-verify"}).code, 0);
  copy_.write("one.test.zone", project_.read("zones/one.test.zone"));
  copy_.write("0.18.198.in-addr.arpa.zone",
              "$ORIGIN 0.18.198.in-addr.arpa.\n$TTL 300\n@ SOA ns.one.test. h.one.test. 1 2 3 4 5\n"
              "@ NS ns.one.test.\n25 PTR out.lame.test.\n");
  auto nsd = Nsd::start(copy_.path(), {"one.test", "0.18.198.in-addr.arpa"});
  ASSERT_TRUE(nsd) << nsd.error().message;
  const auto port = (*nsd)->port();  // which refuses what it does not have: lame.test
  auto unbound = Unbound::start(
      {{"one.test", {port}}, {"0.18.198.in-addr.arpa", {port}}, {"lame.test", {port}}});
  ASSERT_TRUE(unbound) << unbound.error().message;
  declare_servers(port_of(port));
  project_.append("plumb.yaml", "  resolvers: [\"" + (*unbound)->address() + "\"]\n");
  auto checks = checks_of(project_.plumb({"verify", "--output", "json"}));
  EXPECT_TRUE(checks["ptr"].starts_with("unknown: out.lame.test: the resolver says SERVFAIL"))
      << checks["ptr"];
  EXPECT_TRUE(
      checks["mta-sts"].starts_with("unknown: mta-sts.one.test: the resolver says SERVFAIL"))
      << checks["mta-sts"];
}

TEST_F(Verify, LooksAtNamesOfVeryManyLabels) {
  std::string deep;
  for (int i = 0; i < 40; ++i) {
    deep += "a.";
  }
  deep += "one.test";
  project_.domain(deep, {a("www", "192.0.2.1")});
  ASSERT_EQ(project_.plumb({"apply", "--yes", "--no-verify"}).code, 0);
  auto nsd = Nsd::start(project_.path() / "zones", {deep});
  ASSERT_TRUE(nsd) << nsd.error().message;
  auto unbound = Unbound::start({{"one.test", {(*nsd)->port()}}, {deep, {(*nsd)->port()}}});
  ASSERT_TRUE(unbound) << unbound.error().message;
  declare_servers(port_of((*nsd)->port()));
  project_.append("plumb.yaml", "  resolvers: [\"" + (*unbound)->address() + "\"]\n");
  const auto ran = project_.plumb({"verify"});
  EXPECT_TRUE(ran.says("1 domain: ")) << ran.all();
  EXPECT_TRUE(ran.says("1 record set served by 1 of 1")) << ran.all();
}

TEST_F(Verify, SeesThatAnotherDkimKeyIsPublished) {
  const std::string key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  serve({"{name: \"@\", type: MX, value: \"10 mx.elsewhere.test.\"}",
         "{name: s1._domainkey, type: TXT, value: \"v=DKIM1; k=ed25519; p=" + key + "\"}"},
        key,
        "GRV6ZLOI1M7KeLj29GgXEbW6B3gF7Q8dCkXGAZ8Q0KU=");
  const auto ran = project_.plumb({"verify", "--output", "json"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  auto checks = checks_of(ran);
  EXPECT_TRUE(checks["dkim"].starts_with("fail: is another key than the declared one, p=…"))
      << ran.all();
  EXPECT_TRUE(checks["served"].starts_with("fail: 1 of 2 serve \"v=DKIM1")) << ran.all();
}

TEST_F(Verify, HoldsTheMtaStsPolicyAgainstTheMx) {
  const Certificates certificates("DNS:mx1.one.test,DNS:mta-sts.one.test");
  const MailServer smtp(MailServer::Protocol::smtp, &certificates);
  const MailServer good(
      MailServer::Protocol::https, &certificates, fmt::format(kPolicy, "mx1.one.test"));
  const MailServer bad(
      MailServer::Protocol::https, &certificates, fmt::format(kPolicy, "mail.one.test"));
  serve({"{name: \"@\", type: MX, value: \"10 mx1.one.test.\"}",
         a("mx1", "127.0.0.1"),
         a("mta-sts", "127.0.0.1"),
         "{name: _mta-sts, type: TXT, value: \"v=STSv1; id=20260101\"}"});
  const auto with = [&](const MailServer& web) {
    const std::vector<std::string> words = {"verify",
                                            "--output",
                                            "json",
                                            "--smtp-port",
                                            std::to_string(smtp.port()),
                                            "--https-port",
                                            std::to_string(web.port())};
    return checks_of(
        project_.plumb(words, {.environment = {{"PLUMB_CA_FILE", certificates.authority()}}}));
  };
  EXPECT_EQ(with(good)["mta-sts"], "pass: policy found, mode enforce -> ");
  EXPECT_EQ(with(bad)["mta-sts"],
            "fail: does not name the MX mx1.one.test: senders hold mail for it -> nothing: plumb "
            "does not write this policy (mail.mtaSts); let its web server give a good one at "
            "https://mta-sts.one.test/.well-known/mta-sts.txt");
}

TEST_F(Verify, TellsWhatManyDomainsShareOnce) {
  serve({a("www", "192.0.2.1")});
  for (const auto* name : {"a.test", "b.test", "c.test"}) {
    project_.domain(name, {a("www", "192.0.2.1")});  // no server has these
  }
  const auto lame = port_of(first_->port()) + ": is lame: it says REFUSED";
  const auto as_above = port_of(first_->port()) + ": as under a.test";
  const auto ran = project_.plumb({"verify", "--dns-only"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_EQ(ran.out.find(lame), ran.out.rfind(lame)) << ran.all();
  EXPECT_NE(ran.out.find(as_above), ran.out.rfind(as_above)) << "under b and c: " << ran.all();
  EXPECT_TRUE(ran.says("one.test  3 checks pass: 1 record set served by 2 of 2")) << ran.all();
  EXPECT_TRUE(ran.says("4 domains: 3 fail, 1 in order")) << ran.all();
  const auto whole = project_.plumb({"-v", "verify", "--dns-only", "one.test"});
  EXPECT_EQ(whole.code, 0) << whole.all();
  EXPECT_TRUE(whole.says("not signed: the parent has no DS")) << whole.all();
}

TEST_F(Verify, NeedsNoCredentials) {
  serve({a("www", "192.0.2.1")});
  project_.write("providers/pdns.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: pdns}\n"
                 "spec:\n  type: powerdns\n  endpoint: http://127.0.0.1:1\n"
                 "  auth: {apiKey: {env: NOT_THERE}}\n");
  project_.replace("domains/one.test.yaml", "[files]", "[files, pdns]");
  const auto ran = project_.plumb({"verify"});
  EXPECT_TRUE(ran.says("served by 2 of 2")) << ran.all();
}

TEST_F(Verify, ComesAfterAnApply) {
  serve({a("www", "192.0.2.1")});
  project_.domain("one.test", {a("www", "192.0.2.7")});
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("www.one.test A: 0 of 2 serve 192.0.2.7")) << ran.all();
  project_.domain("one.test", {a("www", "192.0.2.1")});
  const auto back = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(back.code, 0) << back.all();
  EXPECT_TRUE(back.says("1 record set served by 2 of 2")) << back.all();
}

TEST_F(Verify, ComesAfterAnApplyOnlyWhereSomebodyAnswers) {
  serve({a("www", "192.0.2.1")});
  const Silence silence;
  declare_servers(silence.address());
  project_.domain("one.test", {a("www", "192.0.2.7")});
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("1 record set not looked up: no name server answers")) << ran.all();
  project_.domain("one.test", {a("www", "192.0.2.8")});
  const Silence another;
  declare_servers(another.address());
  const auto child = project_.start({"apply", "--yes"});
  ASSERT_TRUE(another.is_asked());
  child->signal(SIGINT);
  const auto stopped = child->wait();
  EXPECT_EQ(stopped.code, 0) << "it was applied: " << stopped.all();
  EXPECT_NE(project_.read("zones/one.test.zone").find("192.0.2.8"), std::string::npos);
}

TEST_F(Verify, ComesAfterAnApplyAtTheServersThatTheResolversFind) {
  serve({a("www", "192.0.2.1")});
  const std::string dns = "ownership: exclusive, nameServers: [ns1.one.test.]";
  project_.domain("one.test", {a("www", "192.0.2.1"), a("ns1", "127.0.0.77")}, dns);
  project_.write("providers/files.yaml",
                 "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: files}\n"
                 "spec: {type: zonefile, directory: zones}\n");
  ASSERT_EQ(project_.plumb({"apply", "--yes", "--no-verify"}).code, 0);
  ASSERT_EQ(std::system(first_->reload_command().back().c_str()), 0);
  DnsClient client = first_->client();
  for (int i = 0; i < 2000; ++i) {
    const auto answer = client.query("ns1.one.test", 1);
    if (answer && !answer->answers.empty()) {
      break;
    }
    ::poll(nullptr, 0, 5);
  }
  project_.domain("one.test", {a("www", "192.0.2.2"), a("ns1", "127.0.0.77")}, dns);
  const auto ran = project_.plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(ran.says("1 record set not looked up: no name server answers")) << ran.all();
}

TEST(VerifyWords, NameDomainsThatAreDeclared) {
  const Project project;
  project.domain("one.example", hosts(1));
  const auto ran = project.plumb({"verify", "on.example"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("no domain 'on.example' is declared here")) << ran.all();
  EXPECT_TRUE(ran.says("one.example")) << ran.all();
}

TEST(VerifyWords, RefuseAServerThatIsNoAddress) {
  const Project project("  resolvers: [resolver.example]\n");
  project.domain("one.example", hosts(1));
  const auto ran = project.plumb({"validate"});
  EXPECT_EQ(ran.code, 1) << ran.all();
  EXPECT_TRUE(ran.says("'resolver.example' is no address of a DNS server")) << ran.all();
  EXPECT_TRUE(ran.says("plumb.yaml:")) << ran.all();
}

}  // namespace
}  // namespace plumb::test
