// The resolver against real servers: NSD asked directly, unbound asked recursively.

#include "controller/env/resolver.h"

#include <algorithm>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "controller/env/resolver_message.h"
#include "tests/support/nsd.h"
#include "tests/support/silence.h"
#include "tests/support/temp_dir.h"
#include "tests/support/unbound.h"

namespace plumb::env {
namespace {

using test::Nsd;
using test::Silence;
using test::Unbound;
using values::DomainName;
using values::RecordType;

DomainName name(std::string_view text) {
  return DomainName::parse(text).value();
}

constexpr std::string_view kHead =
    "$ORIGIN one.test.\n$TTL 300\n"
    "@ IN SOA ns1 hostmaster 7 3600 600 86400 60\n@ IN NS ns1\nns1 IN A 127.0.0.1\n";

/// NSD with zone one.test, and unbound that asks it.
class Dns : public testing::Test {
 protected:
  void serve(std::string_view records) {
    zones_.write("one.test.zone", std::string(kHead) + std::string(records));
    auto nsd = Nsd::start(zones_.path(), {"one.test"});
    ASSERT_TRUE(nsd) << nsd.error().message;
    nsd_ = std::move(*nsd);
    server_ = "127.0.0.1:" + std::to_string(nsd_->port());
    auto unbound = Unbound::start({{"one.test", {nsd_->port()}}});
    ASSERT_TRUE(unbound) << unbound.error().message;
    unbound_ = std::move(*unbound);
    resolver_ = std::make_unique<AresResolver>(ResolverOptions{.servers = {unbound_->address()}});
  }
  Result<DnsAnswer> direct(std::string_view owner, RecordType type) {
    return resolver_->ask({name(owner), type, server_}, {});
  }
  Result<DnsAnswer> recursive(std::string_view owner, RecordType type) {
    return resolver_->ask({name(owner), type, {}}, {});
  }

  test::TempDir zones_;
  std::unique_ptr<Nsd> nsd_;
  std::unique_ptr<Unbound> unbound_;
  std::string server_;
  std::unique_ptr<AresResolver> resolver_;
};

TEST_F(Dns, AsksOneServerForWhatItHasItself) {
  serve("www 60 IN A 192.0.2.2\nwww 60 IN A 192.0.2.1\n");
  const auto answer = direct("www.one.test", RecordType::a);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_TRUE(answer->authoritative);
  EXPECT_FALSE(answer->authenticated);
  EXPECT_EQ(answer->values(RecordType::a), (std::vector<std::string>{"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(answer->ttl(RecordType::a), 60U);
}

TEST_F(Dns, AsksAResolverForWhatOthersHave) {
  serve("www IN A 192.0.2.1\nalias IN CNAME www\n");
  const auto answer = recursive("alias.one.test", RecordType::a);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_FALSE(answer->authoritative);
  EXPECT_EQ(answer->values(RecordType::a), std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(answer->values(RecordType::cname), std::vector<std::string>{"www.one.test."});
}

TEST_F(Dns, AsksAGivenResolverWithRecursion) {
  serve("www IN A 192.0.2.1\n");
  const auto with = [&](bool recursive) {
    return resolver_->ask({name("www.one.test"), RecordType::a, unbound_->address(), recursive},
                          {});
  };
  const auto plain = with(false);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_TRUE(plain->values(RecordType::a).empty()) << "it has nothing of its own";
  const auto asked = with(true);
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_EQ(asked->values(RecordType::a), std::vector<std::string>{"192.0.2.1"});
}

TEST_F(Dns, SaysWhatIsNotThere) {
  serve("www IN A 192.0.2.1\n");
  const auto none = direct("no.one.test", RecordType::a);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->rcode, Rcode::nxdomain);
  EXPECT_TRUE(none->is_void(RecordType::a));
  const auto empty = direct("www.one.test", RecordType::aaaa);
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->rcode, Rcode::noerror);
  EXPECT_TRUE(empty->is_void(RecordType::aaaa));
  const auto refused = direct("two.test", RecordType::a);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->rcode, Rcode::refused);
  EXPECT_FALSE(refused->is_void(RecordType::a));
}

TEST_F(Dns, TakesAFailureOfAResolverForItsAnswer) {
  serve("www IN A 192.0.2.1\n");
  const auto broken = Unbound::start({{"two.test", {nsd_->port()}}});  // it refuses that zone
  ASSERT_TRUE(broken);
  AresResolver resolver({.servers = {(*broken)->address()}, .try_time = std::chrono::seconds(20)});
  const auto answer = resolver.ask({name("www.two.test"), RecordType::a, {}}, {});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->rcode, Rcode::servfail);
}

TEST_F(Dns, FollowsNoReferralButShowsIt) {
  serve("sub IN NS ns.sub\nns.sub IN A 127.0.0.9\n");
  const auto answer = direct("www.sub.one.test", RecordType::a);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->authoritative);
  ASSERT_EQ(answer->authority.size(), 1U);
  EXPECT_EQ(answer->authority[0].data, "ns.sub.one.test.");
  ASSERT_EQ(answer->additional.size(), 1U);
  EXPECT_EQ(answer->additional[0].data, "127.0.0.9");
}

TEST_F(Dns, TakesOverTcpWhatDoesNotFit) {
  std::string records;
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) {
    texts.push_back(std::to_string(100 + i) + std::string(200, 'x'));
    records += "big IN TXT \"" + texts.back() + "\"\n";
  }
  serve(records);
  for (const auto& answer :
       {direct("big.one.test", RecordType::txt), recursive("big.one.test", RecordType::txt)}) {
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->values(RecordType::txt), texts);
  }
}

TEST_F(Dns, GivesEveryTypeAsManifestsHaveIt) {
  const std::map<RecordType, std::pair<std::string, std::string>> cases = {
      {RecordType::aaaa, {"2001:DB8:0::1", "2001:db8::1"}},
      {RecordType::mx, {"010 MX1.One.test.", "10 mx1.one.test."}},
      {RecordType::srv, {"0 1 993 imap", "0 1 993 imap.one.test."}},
      {RecordType::ptr, {"www", "www.one.test."}},
      {RecordType::txt, {"\"v=DKIM1; \" \"p=a\\\"b\\\\\"", "v=DKIM1; p=a\"b\\"}},
      {RecordType::caa, {"0 issue \"ca.test; x=1\"", "0 issue \"ca.test; x=1\""}},
      {RecordType::tlsa, {"3 1 1 " + std::string(64, 'A'), "3 1 1 " + std::string(64, 'a')}},
      {RecordType::sshfp, {"4 2 " + std::string(64, 'B'), "4 2 " + std::string(64, 'b')}},
      {RecordType::ds, {"7 13 2 " + std::string(64, 'c'), "7 13 2 " + std::string(64, 'c')}},
      {RecordType::naptr,
       {"100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:x@y!\" .",
        "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:x@y!\" ."}},
      {RecordType::uri, {"10 1 \"https://x.test/\"", "10 1 \"https://x.test/\""}},
      {RecordType::https,
       {"1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1",
        "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1"}},
      {RecordType::openpgpkey, {"AQIDBA==", "AQIDBA=="}},
      {RecordType::loc,
       {"52 22 23.000 N 4 53 32.000 E -2.00m 0m 10000m 10m",
        "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m"}},
  };
  std::string records;
  for (const auto& [type, texts] : cases) {
    // A DS stands at a cut.
    records += std::string(type == RecordType::ds ? "cut IN NS ns1\ncut" : "x") + " IN " +
               std::string(values::record_type_name(type)) + " " + texts.first + "\n";
  }
  serve(records);
  for (const auto& [type, texts] : cases) {
    const auto answer = direct(type == RecordType::ds ? "cut.one.test" : "x.one.test", type);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->values(type), std::vector<std::string>{texts.second})
        << values::record_type_name(type);
  }
}

TEST_F(Dns, AsksThousandsOfQuestionsAtOnce) {
  std::string records;
  for (int i = 0; i < 500; ++i) {
    records += "h" + std::to_string(i) + " IN A 192.0.2." + std::to_string(i % 256) + "\n";
  }
  serve(records);
  std::vector<DnsQuestion> questions;
  for (int i = 0; i < 2000; ++i) {
    questions.push_back({name("h" + std::to_string(i % 500) + ".one.test"),
                         RecordType::a,
                         i % 2 == 0 ? server_ : std::string()});
  }
  std::vector<int> calls(questions.size());
  std::size_t wrong = 0;
  resolver_->ask_all(
      questions,
      [&](std::size_t number, Result<DnsAnswer> answer) {
        ++calls[number];
        const auto expected = "192.0.2." + std::to_string(number % 500 % 256);
        wrong +=
            answer && answer->values(RecordType::a) == std::vector<std::string>{expected} ? 0U : 1U;
      },
      {});
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), 1), 2000);
}

TEST_F(Dns, KeepsOctetsOfStrangersInNamesApart) {
  serve("we\\.ird IN TXT dot\nsp\\032ace IN TXT blank\n");
  for (const auto& [owner, text] : std::map<std::string, std::string>{
           {"we\\.ird.one.test.", "dot"}, {"sp\\032ace.one.test.", "blank"}}) {
    const auto answer = direct(owner, RecordType::txt);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->values(RecordType::txt), std::vector<std::string>{text}) << owner;
  }
}

TEST(SilentServer, IsAnErrorAndNotAnEmptyAnswer) {
  const Silence silence;
  AresResolver resolver({.try_time = std::chrono::milliseconds(20), .tries = 2});
  const auto answer = resolver.ask({name("one.test"), RecordType::a, silence.address()}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
  EXPECT_NE(answer.error().message.find(silence.address()), std::string::npos);
}

TEST(SilentServer, IsGivenUpBeforeEveryQuestionHasWaited) {
  const Silence silence;
  // A second for each of 10,000 questions would be more than the test may take.
  AresResolver resolver({.try_time = std::chrono::milliseconds(100), .tries = 1});
  AresResolver through(
      {.servers = {silence.address()}, .try_time = std::chrono::milliseconds(100), .tries = 1});
  const auto errors = [](AresResolver& asked, const std::string& server) {
    const std::vector<DnsQuestion> questions(10000, {name("one.test"), RecordType::a, server});
    std::size_t count = 0;
    asked.ask_all(questions,
                  [&](std::size_t, const Result<DnsAnswer>& answer) { count += answer ? 0U : 1U; },
                  {});
    return count;
  };
  EXPECT_EQ(errors(resolver, silence.address()), 10000U);
  EXPECT_EQ(errors(through, {}), 10000U) << "a resolver that is silent costs no more";
}

TEST(SilentServer, EndsAtTheDeadline) {
  const Silence silence;
  AresResolver resolver({.servers = {silence.address()},
                         .try_time = std::chrono::hours(1),
                         .deadline = std::chrono::milliseconds(50)});
  const auto answer = resolver.ask({name("one.test"), RecordType::a, {}}, {});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
}

TEST(SilentServer, LetsGoWhenStopped) {
  const Silence silence;
  AresResolver resolver({.servers = {silence.address()}, .try_time = std::chrono::hours(1)});
  std::stop_source source;
  std::thread other([&] { source.request_stop(); });
  const auto answer = resolver.ask({name("one.test"), RecordType::a, {}}, source.get_token());
  other.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::cancelled);
}

TEST(DnsServer, IsWrittenWithOrWithoutItsPort) {
  EXPECT_EQ(parse_server("127.0.0.1").value(), "127.0.0.1:53");
  EXPECT_EQ(parse_server("127.0.0.1:5353").value(), "127.0.0.1:5353");
  EXPECT_EQ(parse_server("2001:DB8::1").value(), "[2001:db8::1]:53");
  EXPECT_EQ(parse_server("[::1]:5353").value(), "[::1]:5353");
  for (const auto* bad : {"",
                          "localhost",
                          "127.0.0.1:",
                          "127.0.0.1:0",
                          "127.0.0.1:65536",
                          "127.0.0.1:x",
                          "[::1",
                          "[::1]x",
                          "1.2.3",
                          ":53"}) {
    EXPECT_FALSE(parse_server(bad)) << bad;
  }
}

TEST(DnsMessage, IsNeverReadBeyondItsEnd) {
  const std::vector<unsigned char> whole = {
      0,    1,   0x84, 0, 0, 1, 0, 1, 0, 0,  0, 0,             // header: one question, one answer
      1,    'a', 0,    0, 1, 0, 1,                             // a. A IN
      0xc0, 12,  0,    1, 0, 1, 0, 0, 0, 60, 0, 4, 1, 2, 3, 4  // a. 60 IN A 1.2.3.4
  };
  const auto answer = parse_message(whole);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->values(RecordType::a), std::vector<std::string>{"1.2.3.4"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<unsigned char> part(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(parse_message(part)) << size;
  }
  auto looped = whole;
  looped[20] = 19;  // a name that points to itself
  EXPECT_FALSE(parse_message(looped));
}

}  // namespace
}  // namespace plumb::env
