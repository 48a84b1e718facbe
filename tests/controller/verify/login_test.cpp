// Logging in, over real sockets and real TLS: where a password goes, and where it must not.

#include "controller/verify/login.h"

#include <gtest/gtest.h>

#include "tests/support/imap_logins.h"
#include "tests/support/mail_server.h"

namespace plumb::verify {
namespace {

using test::Certificates;
using test::ImapLogins;
using Tls = ImapLogins::Tls;

constexpr std::string_view kJane = "jane@one.test";
constexpr std::string_view kPassword = "correct horse";

const Certificates& certificates() {
  static const Certificates made("DNS:imap.one.test");
  return made;
}

LoginSeen log_in(const ImapLogins& server,
                 Service service,
                 std::string_view password = kPassword,
                 const std::string& host = "imap.one.test",
                 const std::string& authority = certificates().authority()) {
  return try_login(
      {service, server.address(), host}, kJane, env::Secret(password), {.ca_file = authority}, {});
}

TEST(Login, IsAcceptedOrRefusedOverTls) {
  for (const auto tls : {Tls::start, Tls::implicit}) {
    ImapLogins server({.tls = tls, .certificates = &certificates()});
    server.lets_in(std::string(kJane), std::string(kPassword));
    const auto service = tls == Tls::start ? Service::imap : Service::imaps;
    const auto in = log_in(server, service);
    EXPECT_EQ(in.verdict, LoginVerdict::accepted) << in.why;
    const auto out = log_in(server, service, "another one");
    EXPECT_EQ(out.verdict, LoginVerdict::refused);
    EXPECT_EQ(out.why, "AUTHENTICATIONFAILED");
    const auto tries = server.tries();
    ASSERT_EQ(tries.size(), 2U) << "one try each";
    EXPECT_TRUE(tries[0].tls && tries[1].tls);
    EXPECT_EQ(tries[0].user, kJane);
  }
}

TEST(Login, TakesAnyOctetsInBothWays) {
  std::string octets;
  for (int octet = 1; octet < 256; ++octet) {
    octets += static_cast<char>(octet);
  }
  for (const std::string_view how : {"PLAIN", "LOGIN"}) {
    ImapLogins server({.tls = Tls::implicit,
                       .certificates = &certificates(),
                       .words = how == "PLAIN" ? "SASL-IR AUTH=PLAIN" : "LITERAL+"});
    server.lets_in(std::string(kJane), octets);
    const auto seen = log_in(server, Service::imaps, octets);
    EXPECT_EQ(seen.verdict, LoginVerdict::accepted) << how << " " << seen.why;
    EXPECT_EQ(server.tries().at(0).how, how);
  }
}

TEST(Login, SendsNothingOverALineThatIsNotPrivate) {
  const ImapLogins implicit({.tls = Tls::implicit, .certificates = &certificates()});
  const ImapLogins start({.tls = Tls::start, .certificates = &certificates()});
  for (const auto* server : {&implicit, &start}) {
    const auto service = server == &implicit ? Service::imaps : Service::imap;
    const auto other = log_in(*server, service, kPassword, "imap.two.test");
    EXPECT_EQ(other.verdict, LoginVerdict::unsafe);
    EXPECT_NE(other.why.find("certificate is not good for imap.two.test"), std::string::npos)
        << other.why;
    const auto unknown = log_in(*server, service, kPassword, "imap.one.test", {});
    EXPECT_EQ(unknown.verdict, LoginVerdict::unsafe) << "nobody vouches for it";
    EXPECT_TRUE(server->tries().empty());
  }
}

TEST(Login, IsInTheClearOnLoopbackAlone) {
  ImapLogins server({});
  server.lets_in(std::string(kJane), std::string(kPassword));
  EXPECT_EQ(log_in(server, Service::imap).verdict, LoginVerdict::accepted);
  EXPECT_EQ(server.tries().size(), 1U);
  const ImapLogins disabled({.words = "LOGINDISABLED AUTH=PLAIN"});
  EXPECT_EQ(log_in(disabled, Service::imap).verdict, LoginVerdict::unsafe);
  EXPECT_TRUE(disabled.tries().empty());
}

TEST(Login, RepeatsNothingThatAServerSaysOnceItHasThePassword) {
  for (const std::string refusal : {"NO % is wrong", "BAD %", "NO [UNAVAILABLE] %", "* %"}) {
    for (const std::string words : {"AUTH=PLAIN", "LITERAL+"}) {
      const ImapLogins server({.words = words, .refusal = refusal});
      const auto seen = log_in(server, Service::imap);
      EXPECT_EQ(seen.verdict,
                refusal.starts_with("NO %") ? LoginVerdict::refused : LoginVerdict::undecided)
          << refusal;
      EXPECT_EQ(seen.why.find(kPassword), std::string::npos) << seen.why;
      EXPECT_EQ(seen.why.find("amFuZUBvbmU"), std::string::npos) << seen.why;
      EXPECT_EQ(server.tries().size(), 1U);
    }
  }
}

TEST(Login, SaysWhereNobodyAnswers) {
  const auto seen = try_login(
      {Service::imaps, "127.0.0.1:1", "imap.one.test"}, kJane, env::Secret(kPassword), {}, {});
  EXPECT_EQ(seen.verdict, LoginVerdict::unreachable);
  EXPECT_NE(seen.why.find("could not connect to 127.0.0.1:1"), std::string::npos) << seen.why;
  const test::MailServer rude(test::MailServer::Protocol::rude, nullptr);
  const auto strange = try_login(
      {Service::imap, rude.address(), "imap.one.test"}, kJane, env::Secret(kPassword), {}, {});
  EXPECT_EQ(strange.verdict, LoginVerdict::unreachable) << strange.why;
}

}  // namespace
}  // namespace plumb::verify
