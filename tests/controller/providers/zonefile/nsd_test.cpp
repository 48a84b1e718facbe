// Zone files that plumb wrote, served by a real NSD: what comes over the wire is what was declared.

#include "tests/support/nsd.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/env/command.h"
#include "controller/providers/zonefile/zonefile.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "resources/values/rdata.h"
#include "tests/conformance/quiet_env.h"
#include "tests/support/temp_dir.h"

namespace plumb::providers::zonefile {
namespace {

using values::RecordType;

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kMx = 15;
constexpr std::uint16_t kTxt = 16;

struct Declared {
  std::string owner;
  RecordType type;
  std::vector<std::string> values;  ///< as manifests write them
  std::uint32_t ttl = 300;
};

class ServedByNsd : public ::testing::Test {
 protected:
  Value spec(const std::vector<std::string>& reload) {
    Value::Map fields{{"type", Value{std::string("zonefile"), {}}},
                      {"directory", Value{std::string("zones"), {}}}};
    Value::List words;
    for (const auto& word : reload) {
      words.push_back(Value{word, {}});
    }
    if (!words.empty()) {
      fields.push_back({"reload", Value{std::move(words), {}}});
    }
    return Value{std::move(fields), {}};
  }

  /// Creates the sets, or updates them from `before`.
  void write(const std::vector<Declared>& sets,
             const std::vector<std::string>& reload = {},
             const std::vector<Declared>& before = {}) {
    const auto of = spec(reload);
    auto provider = zonefile_provider().open(
        {"files", of, "zonefile zones", temp_.path().string(), quiet_.env(), quiet_.http(), {}});
    ASSERT_TRUE(provider);
    std::vector<std::pair<std::string, std::string>> rows;
    std::vector<std::string> old;
    for (std::size_t i = 0; i < sets.size(); ++i) {
      rows.emplace_back(kinds::rrset_key(sets[i].owner, sets[i].type), body_of(sets[i]));
      old.push_back(before.empty() ? std::string() : body_of(before.at(i)));
    }
    Order order{{"zonefile zones", "example.com."}, {}, ""};
    const auto zone = cbor::body({});
    order.changes.push_back({.number = 0, .kind = kinds::kZone, .after = zone});
    for (std::size_t i = 0; i < rows.size(); ++i) {
      order.changes.push_back({.number = static_cast<std::uint32_t>(i + 1),
                               .act = before.empty() ? Act::create : Act::update,
                               .kind = kinds::kRRset,
                               .key = rows[i].first,
                               .before = old[i],
                               .after = rows[i].second});
    }
    (*provider)->apply(order,
                       [](std::uint32_t, const Outcome& outcome) {
                         EXPECT_TRUE(std::holds_alternative<Done>(outcome));
                       },
                       {});
  }

  static std::string body_of(const Declared& set) {
    std::vector<std::string> canonical;
    for (const auto& value : set.values) {
      auto one = values::canonical_rdata(set.type,
                                         value,
                                         values::DomainName::from_canonical("example.com."),
                                         values::TargetRule::manifest);
      EXPECT_TRUE(one) << value << ": " << one.error().message;
      canonical.push_back(one.value_or(""));
    }
    return kinds::rrset_body(set.ttl, std::move(canonical));
  }

  std::unique_ptr<test::Nsd> serve() {
    auto nsd = test::Nsd::start(temp_.path() / "zones", {"example.com"});
    EXPECT_TRUE(nsd) << nsd.error().message;
    return nsd ? std::move(*nsd) : nullptr;
  }

  test::TempDir temp_;
  test::QuietEnv quiet_;
};

const std::vector<Declared> kBase = {{"@", RecordType::ns, {"ns1"}},
                                     {"ns1", RecordType::a, {"192.0.2.53"}}};

std::vector<std::string> texts() {
  std::string all_octets;
  for (int octet = 0; octet < 256; ++octet) {
    all_octets += static_cast<char>(octet);
  }
  std::vector<std::string> texts = {"in\"side",
                                    "\"left",
                                    "right\"",
                                    "in'side",
                                    "a`b",
                                    "a\\b",
                                    "a\\\\b",
                                    "a\\\\\\b",
                                    "end\\",
                                    "a;b",
                                    "a; b",
                                    ";",
                                    "in  ner",
                                    " leading",
                                    "trailing ",
                                    " ",
                                    "$TTL 5",
                                    "@",
                                    "(paren)",
                                    "tab\tin",
                                    "\\065",
                                    "v=spf1 mx ip4:192.0.2.0/24 ~all",
                                    "",
                                    "line\nfeed",
                                    "gr\xC3\xBC\xC3\x9F",
                                    all_octets};
  for (const std::size_t size : {254U, 255U, 256U, 509U, 510U, 511U, 764U, 765U, 766U, 4000U}) {
    texts.emplace_back(size, 'x');
    texts.emplace_back(size, '\\');
  }
  return texts;
}

TEST_F(ServedByNsd, AnswersEveryTextByteExact) {
  auto sets = kBase;
  const auto all = texts();
  for (std::size_t i = 0; i < all.size(); ++i) {
    sets.push_back({"t" + std::to_string(i), RecordType::txt, {all[i]}});
  }
  write(sets);
  const auto nsd = serve();
  ASSERT_NE(nsd, nullptr);
  auto client = nsd->client();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto answer = client.query("t" + std::to_string(i) + ".example.com", kTxt);
    ASSERT_TRUE(answer) << i;
    EXPECT_EQ(answer->data(), std::vector<std::string>{all[i]}) << i;
    EXPECT_TRUE(answer->authoritative);
  }
}

TEST_F(ServedByNsd, AnswersWhatWasDeclared) {
  auto sets = kBase;
  sets.push_back({"@", RecordType::mx, {"10 mx1", "20 mx2.example.net."}, 3600});
  sets.push_back({"*.any", RecordType::a, {"192.0.2.7", "192.0.2.8"}, 60});
  sets.push_back({"none", RecordType::mx, {"0 ."}});
  write(sets);
  const auto nsd = serve();
  ASSERT_NE(nsd, nullptr);
  auto client = nsd->client();
  const auto mx = client.query("example.com", kMx);
  ASSERT_TRUE(mx);
  EXPECT_EQ(mx->data(), (std::vector<std::string>{"10 mx1.example.com.", "20 mx2.example.net."}));
  EXPECT_EQ(mx->answers.at(0).ttl, 3600U);
  const auto wild = client.query("x.any.example.com", kA);
  ASSERT_TRUE(wild);
  EXPECT_EQ(wild->data(), (std::vector<std::string>{"192.0.2.7", "192.0.2.8"}));
  EXPECT_EQ(client.query("none.example.com", kMx)->data(), std::vector<std::string>{"0 ."});
  EXPECT_EQ(client.query_tcp("nothing.example.com", kA)->rcode, 3);  // NXDOMAIN
}

TEST_F(ServedByNsd, LearnsOfAChangeByTheReloadCommand) {
  auto sets = kBase;
  sets.push_back({"www", RecordType::a, {"192.0.2.1"}});
  write(sets);
  const auto nsd = serve();
  ASSERT_NE(nsd, nullptr);
  EXPECT_EQ(nsd->client().query("www.example.com", kA)->data(),
            std::vector<std::string>{"192.0.2.1"});
  write({{"www", RecordType::a, {"192.0.2.2"}}},
        nsd->reload_command(),
        {{"www", RecordType::a, {"192.0.2.1"}}});
  ASSERT_TRUE(nsd->wait_for_serial("example.com", 2026112001)) << nsd->log();
  EXPECT_EQ(nsd->client().query("www.example.com", kA)->data(),
            std::vector<std::string>{"192.0.2.2"});
}

TEST_F(ServedByNsd, AcceptsEveryTypeThatCanBeDeclared) {
  auto sets = kBase;
  const std::string sha256(64, 'a');
  const std::vector<std::pair<RecordType, std::string>> one_of_each = {
      {RecordType::aaaa, "2001:db8::1"},
      {RecordType::caa, "0 issue \"letsencrypt.org; validationmethods=dns-01\""},
      {RecordType::cname, "www.example.net."},
      {RecordType::dname, "example.net."},
      {RecordType::https, "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1"},
      {RecordType::loc, "52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m"},
      {RecordType::naptr, "100 10 \"U\" \"E2U+sip\" \"!^.*$!sip:a@example.net!\" ."},
      {RecordType::openpgpkey, "AQIDBAU="},
      {RecordType::ptr, "host.example.net."},
      {RecordType::smimea, "3 1 1 " + sha256},
      {RecordType::srv, "0 5 5060 sip.example.net."},
      {RecordType::sshfp, "4 2 " + sha256},
      {RecordType::svcb, "2 svc.example.net. alpn=h2 ipv6hint=2001:db8::1"},
      {RecordType::tlsa, "3 1 1 " + sha256},
      {RecordType::uri, "10 1 \"https://example.net/?q=a;b\""},
  };
  for (const auto& [type, value] : one_of_each) {
    sets.push_back({"x-" + std::string(values::record_type_name(type)), type, {value}});
  }
  for (auto& set : sets) {
    for (auto& c : set.owner) {
      c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  sets.push_back({"child", RecordType::ns, {"ns1.example.net."}});
  sets.push_back({"child", RecordType::ds, {"1 13 2 " + sha256}});
  write(sets);
  const auto nsd = serve();
  ASSERT_NE(nsd, nullptr);
  for (const auto& [type, value] : one_of_each) {
    const auto name = "x-" + std::string(values::record_type_name(type)) + ".example.com";
    const auto answer = nsd->client().query(name, static_cast<std::uint16_t>(type));
    ASSERT_TRUE(answer) << name;
    EXPECT_EQ(answer->answers.size(), 1U) << name << "\n" << nsd->log();
  }
}

}  // namespace
}  // namespace plumb::providers::zonefile
