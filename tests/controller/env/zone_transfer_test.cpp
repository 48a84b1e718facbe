// Whole zones over the wire: from a real NSD, and from servers that do as they should not.

#include "controller/env/zone_transfer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "controller/env/resolver_wire.h"
#include "tests/controller/env/raw_server.h"
#include "tests/support/nsd.h"
#include "tests/support/temp_dir.h"

namespace plumb::env {
namespace {

using plumb::test::Nsd;
using plumb::test::TempDir;

constexpr const char* kHead =
    "$ORIGIN one.test.\n$TTL 300\n@ IN SOA ns1 hostmaster 7 3600 600 86400 60\n@ IN NS ns1\n"
    "ns1 IN A 127.0.0.1\n";
constexpr const char* kSecret = "c2VjcmV0IG9mIHRoZSB0ZXN0cyBhbmQgb2YgdGhlbSBhbG9uZQ==";
constexpr const char* kKey =
    "key:\n  name: \"plumb.test\"\n  algorithm: hmac-sha256\n"
    "  secret: \"c2VjcmV0IG9mIHRoZSB0ZXN0cyBhbmQgb2YgdGhlbSBhbG9uZQ==\"\n";

values::DomainName zone(std::string_view name = "one.test") {
  return *values::DomainName::parse(name);
}

TsigKey key(std::string_view secret = kSecret, std::string_view name = "plumb.test") {
  return *TsigKey::make(name, "hmac-sha256", Secret(secret));
}

Result<std::vector<TransferredRecord>> ask(int port,
                                           const TsigKey* with = nullptr,
                                           const values::DomainName& name = zone()) {
  const SystemClock clock;
  SystemRandom random;
  return transfer_zone(
      name, {.server = "127.0.0.1:" + std::to_string(port), .key = with}, clock, random, {});
}

std::unique_ptr<Nsd> serve(const TempDir& folder,
                           const std::string& records,
                           const std::string& allows,
                           const std::string& keys = {}) {
  folder.write("one.test.zone", kHead + records);
  auto nsd = Nsd::start(folder.path(), {"one.test"}, allows, keys);
  EXPECT_TRUE(nsd) << (nsd ? "" : nsd.error().message);
  return nsd ? std::move(*nsd) : nullptr;
}

const TransferredRecord* find(const std::vector<TransferredRecord>& records,
                              const std::string& name,
                              std::uint16_t type) {
  const auto found = std::find_if(records.begin(), records.end(), [&](const auto& record) {
    return record.name.text() == name && record.type == type;
  });
  return found == records.end() ? nullptr : &*found;
}

TEST(ZoneTransfer, GivesWhatTheServerHas) {
  const TempDir folder;
  const auto nsd = serve(folder,
                         "www 60 IN A 192.0.2.1\n@ IN MX 10 mx.Other.example.\n"
                         "t IN TXT \"a;b\\\"c\" \"\\195\\188\"\nodd IN TYPE65400 \\# 2 0a0b\n"
                         "sub IN NS ns.sub\nns.sub IN A 192.0.2.6\na\\.b IN A 192.0.2.7\n",
                         "provide-xfr: 127.0.0.1 NOKEY");
  ASSERT_TRUE(nsd);
  const auto records = ask(nsd->port());
  ASSERT_TRUE(records) << records.error().message;
  EXPECT_EQ(records->size(), 10U);
  EXPECT_EQ(records->front().data, "ns1.one.test. hostmaster.one.test. 7 3600 600 86400 60");
  const auto* www = find(*records, "www.one.test.", 1);
  ASSERT_NE(www, nullptr);
  EXPECT_EQ(www->data, "192.0.2.1");
  EXPECT_EQ(www->ttl, 60U);
  EXPECT_EQ(find(*records, "one.test.", 15)->data, "10 mx.other.example.");
  EXPECT_EQ(find(*records, "t.one.test.", 16)->data, "a;b\"c\xc3\xbc");
  EXPECT_EQ(find(*records, "odd.one.test.", 65400)->data, std::nullopt);
  EXPECT_NE(find(*records, "a\\.b.one.test.", 1), nullptr);
}

/// As large as hundreds of messages, of which NSD signs each 96th only.
TEST(ZoneTransfer, CoversUnsignedMessagesByTheNextSignature) {
  constexpr int kRecords = 40'000;
  std::string records;
  for (int i = 0; i < kRecords; ++i) {
    records += "r" + std::to_string(i) + " IN TXT \"" + std::string(120, 'x') + "\"\n";
  }
  const TempDir folder;
  const auto nsd = serve(folder, records, "provide-xfr: 127.0.0.1 plumb.test", kKey);
  ASSERT_TRUE(nsd);
  const auto with = key();
  const auto got = ask(nsd->port(), &with);
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->size(), kRecords + 3U);
}

TEST(ZoneTransfer, SaysWhyItWasRefused) {
  const TempDir folder;
  const auto nsd = serve(folder, "", "provide-xfr: 127.0.0.1 plumb.test", kKey);
  ASSERT_TRUE(nsd);
  const auto plain = ask(nsd->port());
  ASSERT_FALSE(plain);
  EXPECT_EQ(plain.error().code, ErrorCode::denied);
  EXPECT_NE(plain.error().hint.find("provide-xfr"), std::string::npos) << plain.error().hint;
  const auto wrong = key("d3Jvbmc=");
  EXPECT_NE(ask(nsd->port(), &wrong).error().message.find("BADSIG"), std::string::npos);
  const auto unknown = key(kSecret, "other.test");
  EXPECT_NE(ask(nsd->port(), &unknown).error().message.find("BADKEY"), std::string::npos);
  const ManualClock long_ago;
  SystemRandom random;
  const auto with = key();
  const auto server = "127.0.0.1:" + std::to_string(nsd->port());
  const auto late = transfer_zone(zone(), {.server = server, .key = &with}, long_ago, random, {});
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().message.find("BADTIME"), std::string::npos) << late.error().message;
  EXPECT_FALSE(ask(nsd->port(), &with, zone("two.test")));
}

TEST(ZoneTransfer, TakesNoSecretThatIsNone) {
  const auto no_base64 = TsigKey::make("k.test", "hmac-sha256", Secret("top secret!"));
  ASSERT_FALSE(no_base64);
  EXPECT_EQ((no_base64.error().message + no_base64.error().hint).find("top"), std::string::npos);
  EXPECT_FALSE(TsigKey::make("k.test", "hmac-md5", Secret(kSecret)));
  EXPECT_TRUE(TsigKey::make("k.test", "hmac-sha512", Secret(std::string(kSecret) + "\n")));
}

// A server that answers with octets of the test.

std::string record(std::string_view name, unsigned type, const std::string& data) {
  return wire_name(zone(name)) + wire_u16(type) + wire_u16(1) + std::string("\0\0\1\54", 4) +
         wire_u16(static_cast<unsigned>(data.size())) + data;
}

std::string soa(char serial) {
  return record("one.test",
                6,
                wire_name(zone("ns.one.test")) + wire_name(zone("h.one.test")) +
                    std::string("\0\0\0", 3) + serial + std::string(16, '\1'));
}

const std::string kAddress = "\xc0\x00\x02\x01";

/// `answers`: how many records `records` are; `id`: of the question.
std::string message(const std::string& id, unsigned answers, const std::string& records) {
  const auto whole =
      id + wire_u16(0x8400) + wire_u16(0) + wire_u16(answers) + wire_u16(0) + wire_u16(0) + records;
  return wire_u16(static_cast<unsigned>(whole.size())) + whole;
}

/// The error of a transfer that is answered with what `say` makes of the question's ID.
Error error_of(const std::function<std::string(const std::string& id)>& say,
               const TsigKey* with = nullptr,
               bool closes = true) {
  test::RawServer server([&](test::RawServer::Connection& connection) {
    const auto size = connection.read(2);
    const auto question = connection.read(static_cast<unsigned char>(size[1]));
    connection.write(say(question.substr(0, 2)));
    if (!closes) {
      connection.read(1);  // until the client gives up
    }
  });
  const SystemClock clock;
  SystemRandom random;
  const auto got = transfer_zone(zone(),
                                 {.server = "127.0.0.1:" + std::to_string(server.port()),
                                  .key = with,
                                  .patience = std::chrono::milliseconds(closes ? 20'000 : 50)},
                                 clock,
                                 random,
                                 {});
  EXPECT_FALSE(got);
  return got ? Error{} : got.error();
}

TEST(ZoneTransfer, TakesNothingOfWhatIsNotWhole) {
  const auto part = soa(1) + record("www.one.test", 1, kAddress);
  const auto ended = error_of([&](const auto& id) { return message(id, 2, part); });
  EXPECT_EQ(ended.code, ErrorCode::unavailable);
  EXPECT_NE(ended.message.find("2 records into the zone"), std::string::npos) << ended.message;
  const auto cut = error_of([&](const auto& id) {
    const auto whole = message(id, 3, part + soa(1));
    return whole.substr(0, whole.size() - 5);
  });
  EXPECT_EQ(cut.code, ErrorCode::unavailable) << cut.message;
  const auto silent =
      error_of([&](const auto& id) { return message(id, 2, part); }, nullptr, false);
  EXPECT_NE(silent.message.find("did not answer in time"), std::string::npos) << silent.message;
}

TEST(ZoneTransfer, GivesUpWhereAServerNeverComesToAnEnd) {
  test::RawServer server([&](test::RawServer::Connection& connection) {
    const auto size = connection.read(2);
    const auto id = connection.read(static_cast<unsigned char>(size[1])).substr(0, 2);
    connection.write(message(id, 1, soa(1)));
    connection.read(1);  // until the client gives up
  });
  const SystemClock clock;
  SystemRandom random;
  const auto got = transfer_zone(zone(),
                                 {.server = "127.0.0.1:" + std::to_string(server.port()),
                                  .patience = std::chrono::hours(24),
                                  .most = std::chrono::milliseconds(50)},
                                 clock,
                                 random,
                                 {});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::unavailable);
}

TEST(ZoneTransfer, TakesNothingThatIsNoZone) {
  const auto www = record("www.one.test", 1, kAddress);
  struct Case {
    const char* why;
    std::function<std::string(const std::string&)> say;
  };
  const std::vector<Case> cases = {
      {"another question",
       [&](auto id) {
         id.back() ^= 1;
         return message(id, 2, soa(1) + soa(1));
       }},
      {"begin with its SOA", [&](const auto& id) { return message(id, 2, www + soa(1)); }},
      {"changed", [&](const auto& id) { return message(id, 3, soa(1) + www + soa(2)); }},
      {"behind its end", [&](const auto& id) { return message(id, 3, soa(1) + soa(1) + www); }},
      {"does not lie in it",
       [&](const auto& id) {
         return message(id, 3, soa(1) + record("www.two.test", 1, kAddress) + soa(1));
       }},
      {"cannot be read", [&](const auto& id) { return message(id, 9, soa(1) + soa(1)); }},
      {"gives no zone", [&](const auto& id) { return message(id, 0, ""); }},
  };
  for (const auto& one : cases) {
    const auto error = error_of(one.say);
    EXPECT_NE(error.message.find(one.why), std::string::npos) << one.why << ": " << error.message;
  }
}

TEST(ZoneTransfer, BelievesNothingUnsignedWhereItSigned) {
  const auto with = key();
  const auto error =
      error_of([&](const auto& id) { return message(id, 2, soa(1) + soa(1)); }, &with);
  EXPECT_EQ(error.code, ErrorCode::denied);
  EXPECT_NE(error.message.find("not signed"), std::string::npos) << error.message;
  // A signature that is not that of the message.
  const auto forged = error_of(
      [&](const auto& id) {
        const auto tsig = wire_name(zone("hmac-sha256")) + std::string(6, '\0') + wire_u16(300) +
                          wire_u16(32) + std::string(32, 'x') + id + wire_u16(0) + wire_u16(0);
        const auto whole = id + wire_u16(0x8400) + wire_u16(0) + wire_u16(2) + wire_u16(0) +
                           wire_u16(1) + soa(1) + soa(1) + wire_name(zone("plumb.test")) +
                           wire_u16(250) + wire_u16(255) + std::string(4, '\0') +
                           wire_u16(static_cast<unsigned>(tsig.size())) + tsig;
        return wire_u16(static_cast<unsigned>(whole.size())) + whole;
      },
      &with);
  EXPECT_NE(forged.message.find("signature of the answer is wrong"), std::string::npos)
      << forged.message;
}

TEST(ZoneTransfer, FindsServersByNameAndAddress) {
  EXPECT_EQ(addresses_of_server("192.0.2.1")->front(), "192.0.2.1:53");
  EXPECT_EQ(addresses_of_server("[2001:db8::1]:5353")->front(), "[2001:db8::1]:5353");
  const auto local = addresses_of_server("localhost:5353");
  ASSERT_TRUE(local) << local.error().message;
  EXPECT_TRUE(local->front() == "127.0.0.1:5353" || local->front() == "[::1]:5353");
  for (const auto* bad : {"ns1:x", "ns1:0", "ns1:70000", ""}) {
    EXPECT_EQ(addresses_of_server(bad).error().code, ErrorCode::invalid_input) << bad;
  }
}

}  // namespace
}  // namespace plumb::env
