// Conversations with mail servers, over real sockets and real TLS.

#include "controller/verify/services.h"

#include <cstdio>
#include <ctime>

#include <gtest/gtest.h>

#include "tests/controller/verify/world.h"
#include "tests/support/mail_server.h"

namespace plumb::verify {
namespace {

using test::Certificates;
using test::MailServer;

const Certificates& certificates() {
  static const Certificates made("DNS:mx1.one.test,DNS:*.imap.test");
  return made;
}

Result<ServiceSeen> ask(Service service, const MailServer& server, const std::string& host) {
  return ask_service(
      {service, server.address(), host}, {.ca_file = certificates().authority()}, {});
}

TEST(Services, GoOverToTlsWhereItIsOffered) {
  ASSERT_TRUE(certificates().good());
  const MailServer smtp(MailServer::Protocol::smtp, &certificates());
  const MailServer imap(MailServer::Protocol::imap, &certificates());
  const MailServer imaps(MailServer::Protocol::imaps, &certificates());
  for (const auto& seen : {ask(Service::smtp, smtp, "mx1.one.test"),
                           ask(Service::submission, smtp, "mx1.one.test"),
                           ask(Service::imap, imap, "mx1.one.test"),
                           ask(Service::imaps, imaps, "a.imap.test")}) {
    ASSERT_TRUE(seen) << seen.error().message;
    ASSERT_TRUE(seen->tls) << seen->tls_problem;
    EXPECT_EQ(seen->tls->problem, "");
    EXPECT_EQ(seen->tls->protocol, "TLSv1.3");
    EXPECT_EQ(seen->tls->names, (std::vector<std::string>{"mx1.one.test", "*.imap.test"}));
    EXPECT_GT(seen->tls->expires, std::chrono::system_clock::now());
  }
}

TEST(Services, SayWhatIsWrongWithACertificateAndGoOn) {
  const MailServer smtp(MailServer::Protocol::smtp, &certificates());
  const auto other = ask(Service::smtp, smtp, "mx2.one.test");
  ASSERT_TRUE(other && other->tls);
  EXPECT_NE(other->tls->problem.find("ostname mismatch"), std::string::npos) << other->tls->problem;
  const auto untrusted = ask_service({Service::smtp, smtp.address(), "mx1.one.test"}, {}, {});
  ASSERT_TRUE(untrusted && untrusted->tls);
  EXPECT_NE(untrusted->tls->problem, "");
}

TEST(Services, SayWhereThereIsNoTls) {
  const MailServer smtp(MailServer::Protocol::smtp, nullptr);
  const auto seen = ask(Service::smtp, smtp, "mx1.one.test");
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_FALSE(seen->tls);
  EXPECT_EQ(seen->tls_problem, "it offers no STARTTLS");
  EXPECT_EQ(seen->words, std::vector<std::string>{"8BITMIME"});
}

TEST(Services, RefuseWhatSpeaksAnotherProtocol) {
  const MailServer rude(MailServer::Protocol::rude, nullptr);
  for (const auto service : {Service::smtp, Service::imap, Service::pop3}) {
    const auto seen = ask(service, rude, "mx1.one.test");
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().code, ErrorCode::internal) << seen.error().message;
  }
}

TEST(Services, EndWhereNobodyListensOrAnswers) {
  const auto nobody = ask_service({Service::smtp, "127.0.0.1:1", "mx1.one.test"}, {}, {});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, ErrorCode::unavailable);
  const MailServer imap(MailServer::Protocol::imaps, &certificates());  // waits for TLS
  const auto silent = ask_service({Service::smtp, imap.address(), "mx1.one.test"},
                                  {.deadline = std::chrono::milliseconds(50)},
                                  {});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::unavailable);
  std::stop_source stopped;
  stopped.request_stop();
  const auto stop =
      ask_service({Service::smtp, imap.address(), "mx1.one.test"}, {}, stopped.get_token());
  ASSERT_FALSE(stop);
  EXPECT_EQ(stop.error().code, ErrorCode::cancelled);
}

TEST(Tlsa, MatchesTheCertificateThatIsShown) {
  const MailServer smtp(MailServer::Protocol::smtp, &certificates());
  const auto seen = ask(Service::smtp, smtp, "mx1.one.test");
  ASSERT_TRUE(seen && seen->tls);
  const auto line = [](const std::string& command) {
    std::string text(64, '\0');
    auto* pipe = ::popen(command.c_str(), "r");
    const auto got = std::fread(text.data(), 1, text.size(), pipe);
    ::pclose(pipe);
    text.resize(got);
    return text;
  };
  const auto certificate = certificates().file("cert.pem");
  const auto key = line("openssl x509 -in " + certificate +
                        " -pubkey -noout | openssl pkey -pubin -outform DER | sha256sum");
  const auto whole = line("openssl x509 -in " + certificate + " -outform DER | sha256sum");
  EXPECT_TRUE(env::matches_tlsa(*seen->tls, 3, 1, 1, key));
  EXPECT_TRUE(env::matches_tlsa(*seen->tls, 3, 0, 1, whole));
  EXPECT_FALSE(env::matches_tlsa(*seen->tls, 3, 1, 1, whole));
  EXPECT_FALSE(env::matches_tlsa(*seen->tls, 1, 1, 1, key)) << "usage 1 is not for SMTP";
}

/// A domain whose MX is 127.0.0.1.
World mail_at(const MailServer& server) {
  World world;
  world.options = {.smtp_port = server.port(), .now = std::time(nullptr)};
  world.services.ca_file = certificates().authority();
  world.has("one.test", "MX", {"10 mx1.one.test."});
  world.has("mx1.one.test", "A", {"127.0.0.1"});
  return world;
}

TEST(MailServers, AreGreetedWhereMailGoes) {
  const MailServer server(MailServer::Protocol::smtp, &certificates());
  auto world = mail_at(server);
  const auto lines = told(world.look(), "smtp");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("pass mx1.one.test (127.0.0.1): SMTP answers, TLSv1.3"))
      << lines[0];
}

TEST(MailServers, ThatAreDownAreToldUnderEachOfTheirNames) {
  World world;
  world.options.smtp_port = 1;
  world.has("one.test", "MX", {"10 mx1.one.test.", "20 mx2.one.test."});
  world.has("mx1.one.test", "A", {"127.0.0.1"});
  world.has("mx2.one.test", "A", {"127.0.0.1"});
  const auto report = world.look();
  const auto lines = told(report, "smtp");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("fail mx1.one.test (127.0.0.1): could not connect")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("fail mx2.one.test (127.0.0.1): could not connect")) << lines[1];
  EXPECT_EQ(worst_of(report, "smtp")->remedy, "nothing: look whether the mail server runs");
}

TEST(MailServers, AreLeftAloneWhereTheyAreNotOurs) {
  const MailServer server(MailServer::Protocol::rude, nullptr);
  auto world = mail_at(server);
  world.zone.sets.pop_back();  // the address is somebody else's
  const auto report = world.look();
  EXPECT_TRUE(told(report, "smtp").empty());
  EXPECT_EQ(told(report, "mx"),
            std::vector<std::string>{"pass mail goes to mx1.one.test (not declared here)"});
}

TEST(MailServers, WarnOfACertificateForOthers) {
  const Certificates others("DNS:other.test");
  const MailServer server(MailServer::Protocol::smtp, &others);
  auto world = mail_at(server);
  world.services.ca_file = others.authority();
  const auto lines = told(world.look(), "smtp");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].starts_with("warning mx1.one.test (127.0.0.1): the certificate is not good"))
      << lines[0];
  EXPECT_TRUE(lines[0].ends_with("it names other.test")) << lines[0];
}

TEST(MailServers, AreHeldToTheirTlsa) {
  const MailServer server(MailServer::Protocol::smtp, &certificates());
  auto world = mail_at(server);
  world.dns.sign();
  world.dns.put("_25._tcp.mx1.one.test", "TLSA", {"3 1 1 " + std::string(64, 'a')});
  EXPECT_EQ(told(world.look(), "tlsa"),
            std::vector<std::string>{"fail mx1.one.test (127.0.0.1): no TLSA record matches the "
                                     "certificate: senders with DANE hold their mail"});
}

TEST(MailServers, AreAskedWhereSrvRecordsLead) {
  const MailServer imaps(MailServer::Protocol::imaps, &certificates());
  World world;
  world.options.now = std::time(nullptr);
  world.services.ca_file = certificates().authority();
  world.has(
      "_imaps._tcp.one.test", "SRV", {"0 1 " + std::to_string(imaps.port()) + " a.imap.test."});
  Zone other{.name = name("imap.test"), .sets = {set("a.imap.test", "A", {"127.0.0.1"})}};
  world.dns.put("a.imap.test", "A", {"127.0.0.1"});
  const auto lines = told(world.look({other}), "clients");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("IMAP over TLS answers"), std::string::npos) << lines[0];
}

}  // namespace
}  // namespace plumb::verify
