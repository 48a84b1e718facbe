// One record: our spelling, Cloudflare's, and back.
#include "controller/providers/cloudflare/record.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"

namespace plumb::providers::cloudflare {
namespace {

using values::RecordType;
using Json = nlohmann::json;

const std::string kSha256(64, 'b');

TEST(CloudflareRecord, EveryTypeComesBackAsItWent) {
  const std::vector<std::pair<RecordType, std::string>> all = {
      {RecordType::a, "192.0.2.1"},
      {RecordType::aaaa, "2001:db8::1"},
      {RecordType::cname, "host.example.net."},
      {RecordType::ns, "ns1.example.net."},
      {RecordType::ptr, "host.example.net."},
      {RecordType::mx, "10 mx1.example.net."},
      {RecordType::mx, "0 ."},
      {RecordType::txt, "v=spf1 \"quoted\" \\ back;slash"},
      {RecordType::txt, std::string(300, 'k')},
      {RecordType::srv, "5 6 7 foo.example.net."},
      {RecordType::srv, "0 0 0 ."},
      {RecordType::caa, "0 issue \";\""},
      {RecordType::caa, "128 iodef \"mailto:a@example.net\""},
      {RecordType::ds, "1 13 2 " + kSha256},
      {RecordType::tlsa, "3 1 1 " + kSha256},
      {RecordType::smimea, "3 1 1 " + kSha256},
      {RecordType::sshfp, "4 2 " + kSha256},
      {RecordType::naptr, "101 11 \"S\" \"SIP+D2U\" \"\" _sip._udp.example.net."},
      {RecordType::naptr, R"(100 10 "U" "E2U+sip" "!^.*$!sip:a@example.net!" .)"},
      {RecordType::svcb, "2 svc.example.net. port=8853"},
      {RecordType::https, "1 . alpn=h3,h2"},
      {RecordType::uri, "10 1 \"https://example.net/?q=a;b\""},
      {RecordType::openpgpkey, "AQIDBAU="},
      {RecordType::loc, "52 22 23.000 N 4 53 32.500 E -2.00m 0.00m 10000.00m 10.00m"},
  };
  for (const auto& [type, canonical] : all) {
    Json record;
    const auto put = put_data(record, type, canonical);
    ASSERT_TRUE(put) << canonical << ": " << put.error().message;
    EXPECT_NE(record.contains("content"), record.contains("data")) << record;
    const auto back = data_of(record, type);
    ASSERT_TRUE(back) << record << ": " << back.error().message;
    EXPECT_EQ(*back, canonical) << record;
  }
}

TEST(CloudflareRecord, TextIsReadInEitherForm) {
  const auto read = [](const char* content) {
    return data_of(Json{{"content", content}}, RecordType::txt).value();
  };
  EXPECT_EQ(read("v=spf1 mx -all"), "v=spf1 mx -all");
  EXPECT_EQ(read("\"v=spf1 mx -all\""), "v=spf1 mx -all");
  EXPECT_EQ(read("\"v=spf1 \" \"mx -all\""), "v=spf1 mx -all");
  EXPECT_EQ(read(R"("a\"b\\c\195\188")"), "a\"b\\c\xC3\xBC");
  EXPECT_EQ(read("say \"x\""), "say \"x\"");
  EXPECT_EQ(read("\""), "\"");
  EXPECT_EQ(read("a\\b"), "a\\b");
}

TEST(CloudflareRecord, TextIsSentInQuotedStringsOfAtMost255Octets) {
  Json record;
  ASSERT_TRUE(put_data(record, RecordType::txt, std::string(256, 'x') + "\""));
  EXPECT_EQ(record["content"], '"' + std::string(255, 'x') + "\" \"x\\\"\"");
}

TEST(CloudflareRecord, ContentIsReadWhereThereAreNoData) {
  EXPECT_EQ(data_of(Json{{"content", "6\t7\tfoo.example.net"}, {"priority", 5}}, RecordType::srv),
            "5 6 7 foo.example.net.");
  EXPECT_EQ(data_of(Json{{"content", "0 issue \"ca.example\""}}, RecordType::caa),
            "0 issue \"ca.example\"");
}

/// Older records have more in `data`, numbers that are texts, hex in capitals, and quotes at will.
TEST(CloudflareRecord, DataAreReadAsOthersWroteThem) {
  const std::vector<std::pair<RecordType, std::pair<Json, const char*>>> all = {
      {RecordType::srv,
       {{{"service", "_sip"},
         {"proto", "_tcp"},
         {"name", "example.com"},
         {"priority", "5"},
         {"weight", 6},
         {"port", 7},
         {"target", "Foo.example.net"}},
        "5 6 7 foo.example.net."}},
      {RecordType::https,
       {{{"priority", 1}, {"target", "."}, {"value", R"(alpn="h3,h2")"}}, "1 . alpn=h3,h2"}},
      {RecordType::https, {{{"priority", 0}, {"target", "svc.example.net"}}, "0 svc.example.net."}},
      {RecordType::ds,
       {{{"key_tag", 1}, {"algorithm", 13}, {"digest_type", 2}, {"digest", std::string(64, 'B')}},
        "1 13 2 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}},
      {RecordType::caa,
       {{{"flags", 0}, {"tag", "iodef"}, {"value", "mailto:\"a\"@example.net"}},
        R"(0 iodef "mailto:\"a\"@example.net")"}},
  };
  for (const auto& [type, given] : all) {
    const auto read = data_of(Json{{"data", given.first}}, type);
    ASSERT_TRUE(read) << given.first << ": " << read.error().message;
    EXPECT_EQ(*read, given.second);
  }
}

TEST(CloudflareRecord, WhatIsMissingIsNamed) {
  const std::vector<std::pair<Json, const char*>> all = {
      {Json::object(), "content"},
      {Json{{"content", 7}}, "content"},
      {Json{{"content", nullptr}}, "content"},
  };
  for (const auto& [record, field] : all) {
    const auto read = data_of(record, RecordType::a);
    ASSERT_FALSE(read) << record;
    EXPECT_NE(read.error().message.find(field), std::string::npos) << read.error().message;
  }
  const auto mx = data_of(Json{{"content", "mx.example"}}, RecordType::mx);
  ASSERT_FALSE(mx);
  EXPECT_NE(mx.error().message.find("priority"), std::string::npos);
  const auto tlsa = data_of(Json{{"data", {{"usage", 3}, {"selector", 1}, {"matching_type", 1}}}},
                            RecordType::tlsa);
  ASSERT_FALSE(tlsa);
  EXPECT_NE(tlsa.error().message.find("data.certificate"), std::string::npos);
}

std::string body(std::optional<std::uint32_t> ttl,
                 std::vector<std::string> values,
                 const Value* at = nullptr) {
  auto out = kinds::rrset_body(ttl, std::move(values));
  if (at == nullptr) {
    return out;
  }
  std::vector<std::pair<std::uint8_t, std::string>> fields;
  for (const auto number : cbor::field_numbers(out)) {
    fields.emplace_back(number, *cbor::field(out, number));
  }
  cbor::value(fields.emplace_back(kinds::kRRsetAt, "").second, *at);
  return cbor::body(fields);
}

Value at(const char* name, bool flag) {
  return {Value::Map{{name, Value{flag, {}}}}, {}};
}

Result<std::string> adapted(const std::string& owner, RecordType type, const std::string& of) {
  return adapt(kinds::rrset_kind(), kinds::rrset_key(owner, type), of);
}

TEST(CloudflareAdapt, SaysWhetherTheProxyIsOnWhereThereIsAChoice) {
  const auto off = at("proxied", false);
  const auto on = at("proxied", true);
  const auto silent = adapted("www", RecordType::a, body(300, {"192.0.2.1"})).value();
  EXPECT_EQ(adapted("www", RecordType::a, body(300, {"192.0.2.1"}, &off)), silent);
  EXPECT_FALSE(says_proxied(silent));
  EXPECT_EQ(kinds::rrset_ttl(silent), 300U);
  const auto proxied = adapted("www", RecordType::a, body(300, {"192.0.2.1"}, &on)).value();
  EXPECT_TRUE(says_proxied(proxied));
  EXPECT_EQ(kinds::rrset_ttl(proxied), std::nullopt) << "the proxy decides";
  for (const auto& once : {silent, proxied}) {
    EXPECT_EQ(adapted("www", RecordType::a, once), once) << "idempotent";
  }
  const auto text = body(300, {"x"});
  EXPECT_EQ(adapted("www", RecordType::txt, text), text) << "no choice";
}

TEST(CloudflareAdapt, SaysWhatIsServed) {
  const auto on = at("proxied", true);
  const auto of = [](const std::string& text) {
    return served(adapted("www", RecordType::a, text).value());
  };
  EXPECT_EQ(of(body(300, {"192.0.2.1"}, &on)), "");
  EXPECT_EQ(kinds::rrset_ttl(of(body(1, {"192.0.2.1"}))), std::nullopt);
  EXPECT_EQ(kinds::rrset_ttl(of(body(300, {"192.0.2.1"}))), 300U);
  EXPECT_EQ(kinds::rrset_values(of(body(1, {"192.0.2.1"}))).size(), 1U);
}

TEST(CloudflareAdapt, RefusesWhatTheVendorCannotHold) {
  const auto on = at("proxied", true);
  const auto other = at("proxid", true);
  const auto refusal = [](const std::string& owner, RecordType type, const std::string& of) {
    const auto result = adapted(owner, type, of);
    return result ? std::string("none") : result.error().message + " | " + result.error().hint;
  };
  EXPECT_NE(refusal("www", RecordType::txt, body(300, {"x"}, &on)).find("A, AAAA and CNAME"),
            std::string::npos);
  EXPECT_NE(refusal("www", RecordType::a, body(300, {"192.0.2.1"}, &other)).find("`proxied`"),
            std::string::npos);
  EXPECT_NE(refusal("www", RecordType::txt, body(300, {""})).find("no empty TXT"),
            std::string::npos);
  EXPECT_NE(refusal("sub", RecordType::dname, body(300, {"x."})).find("no DNAME"),
            std::string::npos);
  EXPECT_NE(refusal("@", RecordType::ns, body(300, {"x."})).find("name servers"),
            std::string::npos);
  EXPECT_NE(refusal("@", RecordType::caa, body(300, {"0 issue \"\\195\\188\""})).find("value"),
            std::string::npos);
  EXPECT_NE(refusal("a\\.b", RecordType::a, body(300, {"192.0.2.1"})).find("escaped"),
            std::string::npos);
  for (const std::uint32_t ttl : {0U, 2U, 29U, 86401U}) {
    EXPECT_NE(refusal("www", RecordType::txt, body(ttl, {"x"})).find("TTL"), std::string::npos);
  }
  for (const std::uint32_t ttl : {1U, 30U, 60U, 86400U}) {
    EXPECT_EQ(refusal("www", RecordType::txt, body(ttl, {"x"})), "none") << ttl;
  }
}

}  // namespace
}  // namespace plumb::providers::cloudflare
