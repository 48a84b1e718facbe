// plumb verify, on real name servers, a real resolver and a stand-in for mail servers.

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/cli.h"
#include "tests/support/mail_server.h"
#include "tests/support/nsd.h"
#include "tests/support/unbound.h"

namespace plumb::test {
namespace {

std::string port_of(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

/// A project whose zone files two NSDs serve; the second reads a copy of its own.
class Verify : public testing::Test {
 protected:
  /// Applies `records` of one.test, and starts the servers on what then lies in zones/.
  void serve(const std::vector<std::string>& records) {
    project_.domain("one.test", records);
    const auto applied = project_.plumb({"apply", "--yes", "--no-verify"});
    ASSERT_EQ(applied.code, 0) << applied.all();
    copy_.write("one.test.zone", project_.read("zones/one.test.zone"));
    auto first = Nsd::start(project_.path() / "zones", {"one.test"});
    auto second = Nsd::start(copy_.path(), {"one.test"});
    ASSERT_TRUE(first && second);
    first_ = std::move(*first);
    second_ = std::move(*second);
    auto unbound = Unbound::start({{"one.test", {first_->port()}}});
    ASSERT_TRUE(unbound) << unbound.error().message;
    unbound_ = std::move(*unbound);
    declare_servers(port_of(first_->port()) + "\", \"" + port_of(second_->port()));
    project_.append("plumb.yaml", "  resolvers: [\"" + unbound_->address() + "\"]\n");
  }
  void declare_servers(const std::string& servers) {
    project_.replace("providers/files.yaml",
                     "directory: zones}",
                     "directory: zones, verify: {servers: [\"" + servers + "\"]}}");
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
}

TEST_F(Verify, SaysWhatWaitsForAnApply) {
  serve({a("www", "192.0.2.1")});
  project_.domain("one.test", {a("www", "192.0.2.1"), a("new", "192.0.2.2")});
  const auto ran = project_.plumb({"verify"});
  EXPECT_EQ(ran.code, 9) << ran.all();
  EXPECT_TRUE(ran.says("it is declared and waits for plumb apply")) << ran.all();
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
  std::map<std::string, std::string> told;
  const auto document = nlohmann::json::parse(ran.out);
  for (const auto& check : document["domains"][0]["checks"]) {
    told[check["topic"]] = check["status"];
  }
  EXPECT_EQ(told["mx"], "pass");
  EXPECT_EQ(told["smtp"], "pass") << ran.out;
  EXPECT_EQ(told["clients"], "pass") << ran.out;
  EXPECT_EQ(told["spf"], "pass");
  EXPECT_EQ(told["dmarc"], "pass");
  EXPECT_EQ(told["dkim"], "warning");
  EXPECT_EQ(told["ptr"], "fail") << "127.0.0.1 has no name there: " << ran.out;
  const auto quiet = project_.plumb({"verify", "--dns-only", "--output", "json"});
  EXPECT_EQ(quiet.out.find("\"smtp\""), std::string::npos) << quiet.out;
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
