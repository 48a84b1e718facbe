#include "resources/kinds/rrset.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/model/cbor.h"

namespace plumb::kinds {
namespace {

using values::RecordType;

std::string key(std::string_view owner, std::string_view type) {
  return std::string(owner) + '\0' + std::string(type);
}

std::string body(std::vector<std::string> values, std::optional<std::uint32_t> ttl = {}) {
  return rrset_body(ttl, std::move(values));
}

Value tree(std::vector<std::string> values, std::optional<std::int64_t> ttl = {}) {
  Value::List list;
  for (auto& text : values) {
    list.push_back({std::move(text), {}});
  }
  Value::Map map;
  if (ttl) {
    map.push_back({"ttl", Value{*ttl, {}}});
  }
  map.push_back({"values", Value{std::move(list), {}}});
  return {std::move(map), {}};
}

TEST(RRsetKey, IsOwnerAndTypeAndSplitsAgain) {
  const auto made = rrset_key("_dmarc", RecordType::txt);
  EXPECT_EQ(made, key("_dmarc", "TXT"));
  EXPECT_EQ(split_rrset_key(made).owner, "_dmarc");
  EXPECT_EQ(split_rrset_key(made).type, "TXT");
  EXPECT_EQ(rrset_kind().label(made), "_dmarc TXT");
  EXPECT_EQ(rrset_kind().group(made), "_dmarc");
}

TEST(RRsetBody, SortsAndFoldsValues) {
  const auto made = body({"20 b.", "10 a.", "20 b."}, 300);
  EXPECT_EQ(rrset_values(made), (std::vector<std::string_view>{"10 a.", "20 b."}));
  EXPECT_EQ(rrset_ttl(made), 300U);
  EXPECT_EQ(rrset_ttl(body({"x"})), std::nullopt);
}

TEST(RRsetBody, IsDeterministicCbor) {
  EXPECT_EQ(body({"a"}, 60),
            std::string("\xa2\x01\x18\x3c\x02\x81\x41"
                        "a",
                        8));
}

TEST(RRsetBody, KeepsTxtOctetsAsTheyAre) {
  const std::string octets("a\0\"\\\xff ", 6);
  EXPECT_EQ(rrset_values(body({octets})).at(0), octets);
  EXPECT_EQ(rrset_values(body({""})).at(0), "");
}

TEST(RRsetCanonical, GivesTheSameBytesAsTheFastPath) {
  const auto made = rrset_kind().canonical(
      key("@", "MX"), tree({"20 MX2.example.com.", "10 mx1.example.com"}, 300));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, body({"10 mx1.example.com.", "20 mx2.example.com."}, 300));
}

TEST(RRsetCanonical, TakesTxtAsOctets) {
  const auto made = rrset_kind().canonical(key("@", "TXT"), tree({"a\\b \"c\""}));
  ASSERT_TRUE(made);
  EXPECT_EQ(*made, body({"a\\b \"c\""}));
}

TEST(RRsetCanonical, KeepsVendorFieldsAndWhatIsStillUnresolved) {
  auto fields = tree({"192.0.2.2"});
  std::get<Value::List>(std::get<Value::Map>(fields.data)[0].value.data)
      .insert(std::get<Value::List>(std::get<Value::Map>(fields.data)[0].value.data).begin(),
              Value{Reference{"Server/mx1", "ipv4", true}, {}});
  std::get<Value::Map>(fields.data)
      .push_back(
          {"at",
           Value{Value::Map{{"cf", Value{Value::Map{{"proxied", Value{true, {}}}}, {}}}}, {}}});
  const auto made = rrset_kind().canonical(key("www", "A"), fields);
  ASSERT_TRUE(made) << made.error().message;
  const auto again = body_tree(rrset_kind(), *made);
  ASSERT_TRUE(again);
  EXPECT_EQ(rrset_kind().canonical(key("www", "A"), *again).value(), *made);
  EXPECT_EQ(rrset_kind().summary(key("www", "A"), *made),
            "(known after Server/mx1), 192.0.2.2 · at {cf: {proxied: true}}");
}

TEST(RRsetCanonical, NamesTheRecordSetAndTheFieldThatIsWrong) {
  struct Case {
    std::string type;
    Value fields;
    std::string says;
  };
  const std::vector<Case> cases{
      {"A", tree({"192.0.2.999"}), "record set www A: "},
      {"A", tree({"192.0.2.1"}, -1), "record set www A: ttl is out of range"},
      {"A", tree({"192.0.2.1"}, 2147483648), "record set www A: ttl is out of range"},
      {"TXT", tree({std::string(70000, 'x')}), "record set www TXT: a TXT value has 70000 octets"},
      {"BOGUS", tree({"x"}), "record set www BOGUS has no known type"},
  };
  for (const auto& c : cases) {
    const auto made = rrset_kind().canonical(key("www", c.type), c.fields);
    ASSERT_FALSE(made) << c.says;
    EXPECT_EQ(made.error().code, ErrorCode::invalid_input);
    EXPECT_TRUE(made.error().message.starts_with(c.says)) << made.error().message;
  }
}

TEST(RRsetSummary, SaysValuesAndTtl) {
  struct Case {
    std::string type;
    std::string body;
    std::string says;
  };
  const std::vector<Case> cases{
      {"MX", body({"10 mx1.example.com."}, 300), "10 mx1.example.com. · ttl 300"},
      {"A", body({"192.0.2.1", "192.0.2.2"}), "192.0.2.1, 192.0.2.2"},
      {"TXT", body({"say \"hi\" \\o/"}), R"("say \"hi\" \\o/")"},
      {"TXT",
       body({"red \x1b[31m\n`x`\xe2\x80\xae"}),
       R"("red \027[31m\010\096x\096\226\128\174")"},
      {"A", body({}), "(no values)"},
      {"A", body({"a", "b", "c", "d", "e", "f", "g", "h"}), "a, b, c, d, e, f and 2 more"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(rrset_kind().summary(key("x", c.type), c.body), c.says);
  }
}

TEST(RRsetSummary, ShortensLongTexts) {
  const auto says = rrset_kind().summary(key("x", "TXT"), body({std::string(402, 'k')}));
  EXPECT_TRUE(says.ends_with("k…\" (402 octets)")) << says;
  EXPECT_LT(says.size(), 90U);
}

TEST(RRsetDifference, IsToldInTheTermsOfTheValue) {
  struct Case {
    std::string owner;
    std::string type;
    std::string before;
    std::string after;
    std::string says;
  };
  const std::vector<Case> cases{
      {"www", "A", body({"198.51.100.7"}), body({"192.0.2.10"}), "198.51.100.7 → 192.0.2.10"},
      {"@", "MX", body({"10 a.", "30 c."}), body({"10 a.", "20 b."}), "+ 20 b.  − 30 c."},
      {"@", "MX", body({"10 a."}, 300), body({"10 a."}, 3600), "ttl 300 → 3600"},
      {"@", "MX", body({"10 a."}, 300), body({"10 b."}, 60), "10 a. → 10 b. · ttl 300 → 60"},
      {"@", "MX", body({"10 a."}, 300), body({"10 a."}), ""},
      {"@",
       "TXT",
       body({"v=spf1 mx -all"}),
       body({"v=spf1 mx include:amazonses.com -all"}),
       "SPF + include:amazonses.com"},
      {"@",
       "TXT",
       body({"token", "v=spf1 mx a ~all"}),
       body({"token", "v=spf1 mx -all"}),
       "SPF ~all → -all  − a"},
      {"@",
       "TXT",
       body({"v=spf1 a mx -all"}),
       body({"v=spf1 mx a -all"}),
       "SPF terms in another order: v=spf1 mx a -all"},
      {"@", "TXT", body({"v=spf1 -all"}), body({"new", "v=spf1 mx -all"}), "SPF + mx  + \"new\""},
      {"_dmarc",
       "TXT",
       body({"v=DMARC1; p=none"}),
       body({"v=DMARC1; p=reject"}),
       "p=none → p=reject"},
      {"_dmarc",
       "TXT",
       body({"v=DMARC1; p=none; pct=5"}),
       body({"v=DMARC1; p=none; rua=mailto:d@example.com"}),
       "+ rua=mailto:d@example.com  − pct=5"},
      {"s1._domainkey",
       "TXT",
       body({"v=DKIM1; p=AAAA"}),
       body({"v=DKIM1; t=y; p=BBBB"}),
       "p=AAAA → p=BBBB  + t=y"},
      {"s1._domainkey",
       "TXT",
       body({"p=" + std::string(200, 'A') + "B"}),
       body({"p=" + std::string(200, 'A') + "C"}),
       "p=…B → p=…C"},
      {"_mta-sts", "TXT", body({"v=STSv1; id=1"}), body({"v=STSv1; id=2"}), "id=1 → id=2"},
      {"www", "A", "", body({"192.0.2.1"}), "192.0.2.1"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(rrset_kind().difference(key(c.owner, c.type), c.before, c.after), c.says);
  }
}

TEST(RRsetRisk, TellsWhatDeservesASecondLook) {
  struct Case {
    std::string owner;
    std::string type;
    std::string before;
    std::string after;
    Risk risk;
  };
  const std::string none;
  const std::vector<Case> cases{
      {"@", "NS", body({"ns1."}), body({"ns2."}), Risk::severe},
      {"@", "NS", none, body({"ns2."}), Risk::severe},
      {"sub", "NS", body({"ns1."}), none, Risk::notable},
      {"www", "A", body({"192.0.2.1"}), body({}), Risk::severe},
      {"www", "A", none, body({"192.0.2.1"}), Risk::none},
      {"www", "A", body({"192.0.2.1"}), none, Risk::none},
      {"@", "A", body({"192.0.2.1"}), none, Risk::notable},
      {"@", "MX", body({"10 a."}), none, Risk::notable},
      {"@", "MX", body({"10 a."}), body({"10 b."}), Risk::notable},
      {"@", "MX", body({"10 a."}, 60), body({"10 a."}, 90), Risk::none},
      {"@", "TXT", body({"v=spf1 -all"}), none, Risk::notable},
      {"@", "TXT", body({"v=spf1 -all", "token"}), body({"token"}), Risk::notable},
      {"@", "TXT", body({"v=spf1 -all"}), body({"v=spf1 +all"}), Risk::notable},
      {"@", "TXT", body({"v=spf1 -all", "token"}), body({"v=spf1 mx -all"}), Risk::none},
      {"@", "TXT", body({"token"}), none, Risk::none},
      {"_dmarc", "TXT", body({"v=DMARC1; p=reject"}), body({"v=DMARC1; p=none"}), Risk::notable},
      {"_dmarc", "TXT", body({"v=DMARC1; p=none"}), body({"v=DMARC1; p=reject"}), Risk::none},
      {"s._domainkey", "TXT", body({"p=AAAA"}), none, Risk::notable},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(rrset_kind().risk(key(c.owner, c.type), c.before, c.after), c.risk)
        << c.owner << " " << c.type;
  }
}

TEST(RRset, ClaimsOnlyTxtValueByValue) {
  EXPECT_EQ(rrset_kind().union_field(key("@", "TXT")), kRRsetValues);
  EXPECT_EQ(rrset_kind().union_field(key("@", "MX")), 0);
}

TEST(RRset, KnowsTheMachineryOfAZone) {
  EXPECT_TRUE(is_system_rrset("@", RecordType::soa));
  EXPECT_TRUE(is_system_rrset("@", RecordType::ns));
  EXPECT_TRUE(is_system_rrset("@", RecordType::dnskey));
  EXPECT_TRUE(is_system_rrset("_acme-challenge", RecordType::txt));
  EXPECT_TRUE(is_system_rrset("_acme-challenge.www", RecordType::txt));
  EXPECT_FALSE(is_system_rrset("sub", RecordType::ns));
  EXPECT_FALSE(is_system_rrset("sub", RecordType::ds));
  EXPECT_FALSE(is_system_rrset("_acme-challenges", RecordType::txt));
  EXPECT_FALSE(is_system_rrset("_acme-challenge", RecordType::cname));
}

TEST(RRset, CreatesTargetsBeforeWhatNamesThem) {
  EXPECT_LT(rrset_rank(RecordType::a), rrset_rank(RecordType::mx));
  EXPECT_LT(rrset_rank(RecordType::aaaa), rrset_rank(RecordType::srv));
  EXPECT_LT(rrset_rank(RecordType::a), rrset_rank(RecordType::cname));
  EXPECT_LT(rrset_rank(RecordType::ns), rrset_rank(RecordType::ds));
}

TEST(ResourceKinds, HaveAllFunctionsAndUniqueNumbers) {
  const Catalog catalog(resource_kinds());
  for (const auto& kind : catalog.kinds()) {
    EXPECT_EQ(catalog.find(kind.name), catalog.find(kind.id)) << kind.name;
    EXPECT_TRUE(kind.canonical && kind.label && kind.summary && kind.difference && kind.risk &&
                kind.group && kind.union_field)
        << kind.name;
  }
  EXPECT_TRUE(zone_kind().holds_data);
  EXPECT_EQ(zone_kind().label(""), "zone");
  EXPECT_EQ(zone_kind().canonical("", {}).value(), "\xa0");
  EXPECT_EQ(zone_kind().risk("", "\xa0", ""), Risk::severe);
}

RC_GTEST_PROP(RRsetProperty, CanonicalIsIdempotentForTxt, (std::vector<std::string> texts)) {
  const auto once = rrset_kind().canonical(key("@", "TXT"), tree(texts, 300)).value();
  RC_ASSERT(once == rrset_body(300, texts));
  const auto again = body_tree(rrset_kind(), once);
  RC_ASSERT(again.has_value());
  RC_ASSERT(rrset_kind().canonical(key("@", "TXT"), *again).value() == once);
}

RC_GTEST_PROP(RRsetProperty, NothingDiffersFromItself, (std::vector<std::string> texts)) {
  for (auto& text : texts) {
    text.insert(0, *rc::gen::element<std::string>("v=spf1 ", "v=DMARC1; ", "", "p="));
  }
  const auto same = rrset_body(std::nullopt, texts);
  RC_ASSERT(rrset_kind().difference(key("a._domainkey", "TXT"), same, same).empty());
}

RC_GTEST_PROP(RRsetProperty,
              WhatDiffersIsSaidWithoutControlOctets,
              (std::string a, std::string b)) {
  const std::string prefix = *rc::gen::element<std::string>("v=spf1 ", "v=DMARC1; ", "");
  const auto before = rrset_body(std::nullopt, {prefix + a});
  const auto after = rrset_body(std::nullopt, {prefix + b});
  const auto says = rrset_kind().difference(key("@", "TXT"), before, after);
  RC_ASSERT(says.empty() == (a == b));
  RC_ASSERT(std::none_of(says.begin(), says.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20U || c == 0x7F || c == '`';
  }));
}

}  // namespace
}  // namespace plumb::kinds
