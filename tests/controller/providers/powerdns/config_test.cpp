#include "controller/providers/powerdns/config.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "controller/providers/powerdns/powerdns.h"
#include "resources/kinds/rrset.h"

namespace plumb::providers::powerdns {
namespace {

Value text(std::string value) {
  return Value{std::move(value), {}};
}

Value::Map sound_spec() {
  Value::Map auth{{"apiKey", Value{SecretRef{"env", "KEY"}, {}}}};
  return {{"type", text("powerdns")},
          {"endpoint", text("http://pdns.example:8081")},
          {"auth", Value{std::move(auth), {}}}};
}

/// The sound spec with one field put in or replaced.
Value spec_with(const std::string& name, Value value) {
  auto fields = sound_spec();
  std::erase_if(fields, [&](const Field& field) { return field.name == name; });
  fields.push_back({name, std::move(value)});
  return Value{std::move(fields), {}};
}

TEST(PowerdnsConfig, GivesOneTextForAllSpellingsOfAnEndpoint) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"http://127.0.0.1:8081", "http://127.0.0.1:8081/"},
      {"http://127.0.0.1:08081/", "http://127.0.0.1:8081/"},
      {"HTTP://Pdns.Example:80", "http://pdns.example/"},
      {"https://pdns.example:443/", "https://pdns.example/"},
      {"https://pdns.example:80", "https://pdns.example:80/"},
      {"http://pdns.example:/", "http://pdns.example/"},
      {"http://[2001:DB8::1]:8081", "http://[2001:db8::1]:8081/"},
      {"http://[2001:DB8::1]", "http://[2001:db8::1]/"},
      {"https://pdns.example/Dns//", "https://pdns.example/Dns/"},
      {"http://pdns.example:8081/api/v1", "http://pdns.example:8081/"},
      {"http://pdns.example:8081/behind/api/v1/", "http://pdns.example:8081/behind/"},
  };
  for (const auto& [written, expected] : cases) {
    const auto got = normalised_endpoint(written);
    ASSERT_TRUE(got) << written << ": " << got.error().message;
    EXPECT_EQ(*got, expected);
    EXPECT_EQ(*normalised_endpoint(*got), *got);
  }
}

TEST(PowerdnsConfig, RefusesEndpointsThatAreNone) {
  for (const std::string written : {"",
                                    "pdns.example:8081",
                                    "ftp://pdns.example",
                                    "http://",
                                    "http:///api",
                                    "http://pdns.example:0",
                                    "http://pdns.example:99999",
                                    "http://pdns.example:x",
                                    "http://me:secret@pdns.example",
                                    "http://pdns.example/?a=b",
                                    "http://pdns.example/#a",
                                    "http://pdns.example/a b"}) {
    const auto got = normalised_endpoint(written);
    ASSERT_FALSE(got) << written;
    EXPECT_EQ(got.error().code, ErrorCode::invalid_input);
    EXPECT_EQ(got.error().message.find("secret"), std::string::npos);
  }
}

TEST(PowerdnsConfig, NamesTheAccountByEndpointAndServer) {
  EXPECT_EQ(*account_of(Value{sound_spec(), {}}), "powerdns http://pdns.example:8081/ localhost");
  EXPECT_EQ(*account_of(spec_with("server", text("other"))),
            "powerdns http://pdns.example:8081/ other");
  EXPECT_FALSE(account_of(Value{Value::Map(), {}}));
}

TEST(PowerdnsConfig, ReadsWhatIsSaidOfNewZones) {
  Value::Map soa{{"primary", text("ns.example.net")},
                 {"contact", text("dns.admin@example.net")},
                 {"refresh", text("1h")},
                 {"minimum", Value{std::int64_t{60}, {}}}};
  auto fields = sound_spec();
  fields.push_back({"soa", Value{std::move(soa), {}}});
  fields.push_back({"kind", text("Master")});
  fields.push_back({"apiRectify", Value{false, {}}});
  Diagnostics problems;
  const auto config = read_config(Value{std::move(fields), {}}, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_EQ(config.kind, "Master");
  EXPECT_FALSE(config.api_rectify);
  EXPECT_EQ(config.soa.refresh, 3600U);
  EXPECT_EQ(config.soa.minimum, 60U);
  EXPECT_EQ(config.api_key, (SecretRef{"env", "KEY"}));
}

TEST(PowerdnsConfig, ReportsEachFieldThatCannotBe) {
  struct Case {
    std::string field;
    Value value;
    std::string message;
    std::string hint;
  };
  const std::vector<Case> cases = {
      {"endpont", text("x"), "unknown field `endpont`", "endpoint"},
      {"endpoint", text("pdns.example"), "http://", "127.0.0.1"},
      {"endpoint", Value{std::int64_t{1}, {}}, "endpoint is", "write"},
      {"auth", Value{Value::Map(), {}}, "needs auth.apiKey", "env"},
      {"auth", Value{Value::Map{{"apiKey", text("in clear")}}, {}}, "does not say where", "env"},
      {"kind", text("Slave"), "another server", "Native"},
      {"kind", text("Natve"), "no kind 'Natve'", "Native"},
      {"server", text("a/b"), "no server id", "leave it out"},
      {"apiRectify", text("yes"), "no boolean", "true"},
      {"soa", text("x"), "soa is no map", "primary"},
      {"soa", Value{Value::Map{{"primry", text("x")}}, {}}, "unknown field `primry`", "primary"},
      {"soa", Value{Value::Map{{"primary", text("a..b")}}, {}}, "soa.primary", ""},
      {"soa", Value{Value::Map{{"contact", text("@example.com")}}, {}}, "soa.contact", ""},
      {"soa", Value{Value::Map{{"expire", text("soon")}}, {}}, "soa.expire", ""},
  };
  for (const auto& one : cases) {
    Diagnostics problems;
    powerdns_provider().traits->check(spec_with(one.field, one.value), problems);
    ASSERT_EQ(problems.error_count(), 1U) << one.field << ": " << one.message;
    EXPECT_NE(problems.all()[0].message.find(one.message), std::string::npos)
        << problems.all()[0].message;
    EXPECT_NE(problems.all()[0].hint.find(one.hint), std::string::npos) << problems.all()[0].hint;
    EXPECT_EQ(problems.all()[0].message.find("in clear"), std::string::npos);
  }
}

TEST(PowerdnsConfig, ReportsAllThatIsMissingAtOnce) {
  Diagnostics problems;
  powerdns_provider().traits->check(Value{Value::Map(), {}}, problems);
  EXPECT_EQ(problems.error_count(), 2U);
}

TEST(PowerdnsTraits, RefuseNamesThatTheServerWouldRefuse) {
  const auto* traits = powerdns_provider().traits;
  const auto body = kinds::rrset_body(300, {"192.0.2.1"});
  const auto adapt = [&](std::string_view owner) {
    return traits->adapt(kinds::rrset_kind(), kinds::rrset_key(owner, values::RecordType::a), body);
  };
  EXPECT_TRUE(adapt("www"));
  const auto refused = adapt("a\\.b");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("escaped"), std::string::npos);
}

}  // namespace
}  // namespace plumb::providers::powerdns
