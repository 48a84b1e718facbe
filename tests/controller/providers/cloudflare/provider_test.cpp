// What the provider makes of Cloudflare, and of Cloudflare when it is not at its best.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "tests/controller/providers/cloudflare/opened.h"

namespace plumb::providers::cloudflare {
namespace {

using values::RecordType;
using Json = nlohmann::json;
using Outcomes = std::map<std::uint32_t, Outcome>;
using Vendor = test::Cloudflare;

const std::string kZoneBody = cbor::body({});
constexpr auto* kFailure =
    R"({"success":false,"errors":[{"code":1004,"message":"DNS Validation Error","error_chain":)"
    R"([{"code":9005,"message":"Content for A record must be valid"}]}],"messages":[],"result":null})";

/// A change that keeps its own octets.
struct Wanted {
  Act act = Act::create;
  std::string key;
  std::string before;
  std::string after;
  std::string handle;
};

std::string adapted(const std::string& key, const std::string& body) {
  return cloudflare_provider().traits->adapt(kinds::rrset_kind(), key, body).value();
}

Wanted put(const std::string& owner,
           RecordType type,
           std::optional<std::uint32_t> ttl,
           std::vector<std::string> values) {
  auto key = kinds::rrset_key(owner, type);
  auto body = adapted(key, kinds::rrset_body(ttl, std::move(values)));
  return {Act::create, std::move(key), "", std::move(body), ""};
}

class CloudflareProvider : public ::testing::Test {
 protected:
  CloudflareProvider() : opened_(vendor_.endpoint()) {}

  Scope scope() const { return opened_.scope("example.com."); }
  Result<ObservedScope> look() { return opened_.provider().locate(scope(), {}, {}); }

  static const Seen& side(const ObservedScope& seen, const std::string& key) {
    return seen.side.at(seen.table[seen.table.find(kinds::kRRset, key).value()].side - 1);
  }

  /// The change of a set that is there, as a plan would have it.
  Wanted change(const ObservedScope& seen, Wanted wanted) {
    const auto row = seen.table.find(kinds::kRRset, wanted.key);
    EXPECT_TRUE(row);
    if (row) {
      wanted.before = seen.table.body(seen.table[*row]);
      wanted.handle = seen.side[seen.table[*row].side - 1].handle;
      wanted.act = wanted.after.empty() ? Act::remove : Act::update;
    }
    return wanted;
  }

  Outcomes apply(const std::vector<Wanted>& wanted,
                 std::optional<Act> zone = std::nullopt,
                 std::string_view owner = {}) {
    Order order{.scope = scope(), .changes = {}, .marker = "", .owner = owner, .mark = owner};
    if (zone) {
      order.changes.push_back(
          {.number = 1000, .act = *zone, .kind = kinds::kZone, .after = kZoneBody});
    }
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
      order.changes.push_back({.number = i,
                               .act = wanted[i].act,
                               .kind = kinds::kRRset,
                               .key = wanted[i].key,
                               .before = wanted[i].before,
                               .after = wanted[i].after,
                               .handle = wanted[i].handle});
    }
    Outcomes outcomes;
    opened_.provider().apply(order,
                             [&](std::uint32_t number, Outcome outcome) {
                               EXPECT_TRUE(outcomes.emplace(number, std::move(outcome)).second)
                                   << "reported twice";
                             },
                             {});
    EXPECT_EQ(outcomes.size(), order.changes.size());
    return outcomes;
  }
  void expect_done(const Outcomes& outcomes) {
    for (const auto& [number, outcome] : outcomes) {
      const auto* refused = std::get_if<Refused>(&outcome);
      EXPECT_TRUE(std::holds_alternative<Done>(outcome))
          << number << (refused != nullptr ? refused->error.message : "");
    }
  }
  Json record(const std::string& name, const std::string& type) {
    const auto all = vendor_.records("example.com", name, type);
    EXPECT_EQ(all.size(), 1U) << name << " " << type;
    return all.empty() ? Json() : all.front();
  }

  Vendor vendor_;
  test::OpenedCloudflare opened_;
  const Wanted www_ = put("www", RecordType::a, 300, {"192.0.2.1"});
};

TEST_F(CloudflareProvider, SaysWhoseTokenWasRefusedAndNeverWhichToken) {
  for (const auto* token : {"another-token-canary", "x"}) {
    test::OpenedCloudflare stranger(vendor_.endpoint(), token);
    const auto seen = stranger.provider().survey({});
    ASSERT_FALSE(seen);
    const auto& error = seen.error();
    EXPECT_EQ(error.code, ErrorCode::denied);
    EXPECT_EQ(error.category, ErrorCategory::authentication);
    EXPECT_NE(error.message.find("cloudflare: GET /client/v4/zones"), std::string::npos)
        << error.message;
    EXPECT_NE(error.message.find("(cf-ray 8f00cafe"), std::string::npos) << error.message;
    EXPECT_NE(error.hint.find("auth.token"), std::string::npos) << error.hint;
    EXPECT_EQ((error.message + error.hint).find("canary"), std::string::npos);
  }
}

TEST_F(CloudflareProvider, AnEchoOfTheTokenIsNotShown) {
  vendor_.answer(403,
                 R"({"success":false,"errors":[{"code":1,"message":"bad )" +
                     std::string(Vendor::kToken) + R"("}]})");
  const auto seen = opened_.provider().survey({});
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().message.find(Vendor::kToken), std::string::npos) << seen.error().message;
}

TEST_F(CloudflareProvider, APartOfTheTokenIsNotShownEither) {
  constexpr std::size_t kCut = 200;
  for (std::size_t before = kCut - Vendor::kToken.size(); before < kCut; ++before) {
    vendor_.answer(200, std::string(before, 'x') + std::string(Vendor::kToken) + " and more");
    const auto seen = opened_.provider().survey({});
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().message.find(Vendor::kToken.substr(0, 4)), std::string::npos)
        << seen.error().message;
  }
}

TEST_F(CloudflareProvider, A200ThatSaysFailureIsOne) {
  vendor_.make_zone("example.com");
  vendor_.answer(200, kFailure);
  const auto seen = look();
  ASSERT_FALSE(seen);
  EXPECT_NE(seen.error().message.find("9005 Content for A record must be valid"), std::string::npos)
      << seen.error().message;
  vendor_.answer(200, kFailure, true);
  const auto outcomes = apply({www_});
  const auto* refused = std::get_if<Refused>(&outcomes.at(0));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.category, ErrorCategory::validation);
  EXPECT_EQ(refused->error.vendor_code, "1004");
  EXPECT_TRUE(vendor_.records("example.com").empty());
}

TEST_F(CloudflareProvider, TakesNoBrokenAnswerForAZone) {
  vendor_.make_zone("example.com");
  for (const std::string body : {"",
                                 "<html>log in</html>",
                                 R"({"success":true,"result":[)",
                                 "[]",
                                 "null",
                                 "{}",
                                 R"({"success":true})",
                                 R"({"success":true,"result":[]})",
                                 R"({"success":"true","result":[]})",
                                 R"({"success":true,"result":[{"id":7}],"result_info":{}})"}) {
    vendor_.answer(200, body);
    const auto seen = look();
    ASSERT_FALSE(seen) << body;
    EXPECT_NE(seen.error().message.find("cloudflare: GET /client/v4/zones"), std::string::npos)
        << seen.error().message;
    EXPECT_FALSE(seen.error().hint.empty());
  }
}

TEST_F(CloudflareProvider, AWriteWithoutAWholeAnswerMayHaveBeenDone) {
  vendor_.make_zone("example.com");
  vendor_.lose_answer();
  EXPECT_TRUE(std::holds_alternative<Unknown>(apply({www_}).at(0)));
  EXPECT_EQ(vendor_.records("example.com").size(), 1U) << "done, and sent once";
  for (const auto& [status, body] : std::map<int, std::string>{
           {502, "<html>bad gateway</html>"}, {200, ""}, {520, "<html>?</html>"}}) {
    vendor_.answer(status, body, true);
    const auto sent = vendor_.writes().size();
    const auto outcomes =
        apply({put("a" + std::to_string(status), RecordType::a, 300, {"192.0.2.2"})});
    EXPECT_TRUE(std::holds_alternative<Unknown>(outcomes.at(0))) << status;
    EXPECT_EQ(vendor_.writes().size(), sent + 1) << "never sent again";
  }
}

TEST_F(CloudflareProvider, WaitsAsLongAsItIsToldTo) {
  vendor_.make_zone("example.com");
  const auto began = opened_.clock().steady();
  vendor_.answer(429, R"({"success":false,"errors":[{"code":971,"message":"slow"}]})", true, "42");
  expect_done(apply({www_}));
  EXPECT_GE(opened_.clock().steady() - began, std::chrono::seconds(42));
  EXPECT_EQ(vendor_.records("example.com").size(), 1U);
}

TEST_F(CloudflareProvider, StaysBelowTheRateOfTheVendorWhereNobodySaysOtherwise) {
  constexpr double kBurst = 10;  // of env/limiter, as the product uses it
  const auto rate = cloudflare_provider().traits->limits.requests_per_second;
  EXPECT_GT(rate, 0);
  EXPECT_LE(rate * 300 + kBurst, 1200) << "calls in 5 minutes";
}

TEST_F(CloudflareProvider, ATokenThatMayNotIsToldFromOneThatIsWrong) {
  vendor_.make_zone("example.com");
  vendor_.allow_reading_only();
  const auto outcomes = apply({www_});
  const auto* refused = std::get_if<Refused>(&outcomes.at(0));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.category, ErrorCategory::authorization);
  EXPECT_NE(refused->error.hint.find("DNS: Edit"), std::string::npos) << refused->error.hint;
  const auto made = apply({}, Act::create);
  refused = std::get_if<Refused>(&made.at(1000));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.category, ErrorCategory::authorization);
  EXPECT_NE(refused->error.hint.find("Zone: Edit"), std::string::npos) << refused->error.hint;
  vendor_.forbid("example.com");
  EXPECT_EQ(look().error().category, ErrorCategory::authorization);
}

TEST_F(CloudflareProvider, ATokenForRecordsAloneIsToldThatItMayDeleteNoZones) {
  vendor_.make_zone("example.com");
  vendor_.allow_records_only();
  expect_done(apply({www_}));
  const auto gone = apply({}, Act::remove);
  const auto* refused = std::get_if<Refused>(&gone.at(1000));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.category, ErrorCategory::authorization);
  EXPECT_NE(refused->error.hint.find("may delete no zones"), std::string::npos)
      << refused->error.hint;
}

TEST_F(CloudflareProvider, AnAnswerThatDoesNotNameAllThatWasSentMayHaveBeenDone) {
  vendor_.make_zone("example.com");
  for (const auto* result : {"null", "{}", R"({"posts":[]})", R"({"posts":{"id":"7"}})"}) {
    vendor_.answer(200, R"({"success":true,"result":)" + std::string(result) + "}", true);
    EXPECT_TRUE(std::holds_alternative<Unknown>(apply({www_}).at(0))) << result;
  }
}

TEST_F(CloudflareProvider, ZonesAreFoundByTheirUnicodeNames) {
  for (const auto* zone : {"xn--bcher-kva.example", "example.com"}) {
    vendor_.make_zone(zone);
  }
  vendor_.spell("xn--bcher-kva.example",
                "b\xC3\xBC"
                "cher.example");
  const auto scope = opened_.scope("xn--bcher-kva.example.");
  EXPECT_EQ(opened_.provider().locate(scope, {}, {}).value().reading, Reading::read);
  EXPECT_EQ(vendor_.requests().size(), 2U);
  const auto all = opened_.provider().survey({}).value();
  EXPECT_EQ(all.at(1).scope, scope);
}

TEST_F(CloudflareProvider, OfZonesOfOneNameTheActiveOneCounts) {
  const auto zones = [&](const std::string& first, const std::string& second) {
    const auto item = [](const char* id, const std::string& status) {
      return R"({"id":")" + std::string(id) + R"(","name":"example.com","status":")" + status +
             R"("})";
    };
    vendor_.answer(200,
                   R"({"success":true,"result":[)" + item("a", first) + "," + item("b", second) +
                       R"(],"result_info":{"page":1,"per_page":50,"total_count":2}})");
  };
  zones("moved", "active");
  static_cast<void>(look());
  EXPECT_NE(vendor_.requests().at(1).target.find("/zones/b/"), std::string::npos);
  zones("pending", "pending");
  const auto seen = look();
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, ErrorCode::conflict);
  EXPECT_NE(seen.error().message.find("a and b"), std::string::npos) << seen.error().message;
}

TEST_F(CloudflareProvider, WhatSlidesFromPageToPageIsNotMissed) {
  vendor_.make_zone("example.com");
  std::vector<std::string> ids;
  for (int i = 10; i < 30; ++i) {
    ids.push_back(vendor_.put("example.com",
                              {{"name", "h" + std::to_string(i) + ".example.com"},
                               {"type", "A"},
                               {"content", "192.0.2.1"}}));
  }
  vendor_.clamp_pages(10);
  vendor_.erase_after_page("example.com", ids[3]);
  const auto seen = look().value();
  EXPECT_EQ(seen.table.size(), 20U);
  EXPECT_TRUE(seen.table.find(kinds::kRRset, kinds::rrset_key("h20", RecordType::a)));
  EXPECT_FALSE(seen.table.find(kinds::kRRset, kinds::rrset_key("h13", RecordType::a)));
}

TEST_F(CloudflareProvider, SpellingsOfOneNameAreOneSet) {
  vendor_.make_zone("example.com");
  for (const auto* name : {"WWW.example.com", "www.example.com"}) {
    vendor_.put("example.com",
                {{"name", name},
                 {"type", "A"},
                 {"content", name[0] == 'W' ? "192.0.2.1" : "192.0.2.2"},
                 {"ttl", 300}});
  }
  const auto both = change(look().value(), www_).before;
  EXPECT_EQ(kinds::rrset_values(both).size(), 2U);
}

TEST_F(CloudflareProvider, TakesJsonAlone) {
  vendor_.make_zone("example.com");
  vendor_.answer(200, "<pre>{}</pre>");
  EXPECT_FALSE(look());
}

TEST_F(CloudflareProvider, AZoneWhoseIdIsUnknownButWhichIsListedIsNotDeleted) {
  vendor_.make_zone("example.com");
  for (const auto* code : {"7003", "1001"}) {
    vendor_.answer(
        404,
        R"({"success":false,"errors":[{"code":)" + std::string(code) + R"(,"message":"?"}]})",
        true);
    EXPECT_TRUE(std::holds_alternative<Refused>(apply({}, Act::remove).at(1000))) << code;
  }
  EXPECT_TRUE(vendor_.has_zone("example.com"));
}

TEST_F(CloudflareProvider, AZoneThatIsNotListedIsMissing) {
  const auto seen = look();
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->reading, Reading::missing);
}

TEST_F(CloudflareProvider, ReadsAZoneInOneCallAndInAsManyPagesAsTheVendorMakes) {
  vendor_.make_zone("example.com");
  for (int i = 0; i < 120; ++i) {
    vendor_.put("example.com",
                {{"name", "h" + std::to_string(i) + ".example.com"},
                 {"type", "A"},
                 {"content", "192.0.2.1"},
                 {"ttl", 300}});
  }
  EXPECT_EQ(look().value().table.size(), 121U);
  EXPECT_EQ(vendor_.requests().size(), 2U) << "the zone, its records";
  vendor_.clamp_pages(50);
  vendor_.forget_requests();
  EXPECT_EQ(look().value().table.size(), 121U);
  EXPECT_EQ(vendor_.requests().size(), 4U);
}

TEST_F(CloudflareProvider, AListingThatLacksRecordsIsNotBelieved) {
  vendor_.make_zone("example.com");
  ASSERT_TRUE(look());
  vendor_.answer(200,
                 R"({"success":true,"result":[{"id":"00000000000000000000000000000001",)"
                 R"("name":"example.com"}],"result_info":{"page":1,"per_page":50,)"
                 R"("count":1,"total_count":1}})");
  for (int round = 0; round < 3; ++round) {
    vendor_.answer(200,
                   R"({"success":true,"result":[],"result_info":)"
                   R"({"page":1,"per_page":100,"count":0,"total_count":7}})");
  }
  const auto seen = look();
  ASSERT_FALSE(seen);
  EXPECT_NE(seen.error().message.find("0 of 7 records"), std::string::npos);
}

TEST_F(CloudflareProvider, MakesAZoneAndSaysItsNameServers) {
  const auto outcomes = apply({www_}, Act::create, "plumb:acme/default");
  expect_done(outcomes);
  const auto& outputs = std::get<Done>(outcomes.at(1000)).outputs;
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].name, "nameServers");
  EXPECT_EQ((*outputs[0].value.as_list())[0].as_string()->c_str(),
            std::string("bob.ns.cloudflare.com."));
  EXPECT_EQ(record("www.example.com", "A")["comment"], "plumb:acme/default");
  const auto seen = look().value();
  EXPECT_EQ(seen.owner, "plumb:acme/default");
  EXPECT_EQ(seen.side[0].outputs, outputs);
}

TEST_F(CloudflareProvider, AZoneThatIsElsewhereIsToldAndNothingElseIsSent) {
  vendor_.make_zone("example.com");
  const auto outcomes = apply({www_}, Act::create);
  for (const auto& [number, outcome] : outcomes) {
    const auto* refused = std::get_if<Refused>(&outcome);
    ASSERT_NE(refused, nullptr) << number;
    EXPECT_EQ(refused->error.vendor_code, "1061");
    EXPECT_NE(refused->error.hint.find("another account"), std::string::npos);
  }
  EXPECT_EQ(vendor_.writes().size(), 1U);
}

TEST_F(CloudflareProvider, AValueThatChangesKeepsItsRecordWithAllThatPeopleWroteThere) {
  vendor_.make_zone("example.com");
  const auto id = vendor_.put("example.com",
                              {{"name", "www.example.com"},
                               {"type", "A"},
                               {"content", "192.0.2.7"},
                               {"ttl", 300},
                               {"comment", "ask Jane"},
                               {"tags", {"team:web"}}});
  expect_done(apply({change(look().value(), www_)}));
  const auto now = record("www.example.com", "A");
  EXPECT_EQ(now["id"], id);
  EXPECT_EQ(now["content"], "192.0.2.1");
  EXPECT_EQ(now["comment"], "ask Jane");
  EXPECT_EQ(now["tags"], Json({"team:web"}));
}

TEST_F(CloudflareProvider, OnlyWhatDiffersIsSent) {
  vendor_.make_zone("example.com");
  expect_done(apply({put("www", RecordType::a, 300, {"192.0.2.1", "192.0.2.2", "192.0.2.3"})}));
  vendor_.forget_requests();
  const auto seen = look().value();
  expect_done(apply({change(seen, put("www", RecordType::a, 300, {"192.0.2.1", "192.0.2.3"}))}));
  ASSERT_EQ(vendor_.writes().size(), 1U);
  const auto body = Json::parse(vendor_.writes()[0].body);
  EXPECT_EQ(body.size(), 1U);
  EXPECT_EQ(body["deletes"].size(), 1U);
  vendor_.forget_requests();
  expect_done(
      apply({change(look().value(), put("www", RecordType::a, 600, {"192.0.2.1", "192.0.2.4"}))}));
  const auto patches = Json::parse(vendor_.writes().at(0).body)["patches"];
  EXPECT_EQ(patches.size(), 2U) << "one for its TTL, one for its value too";
}

TEST_F(CloudflareProvider, TtlsAndRepetitionsWithinASetAreMended) {
  vendor_.make_zone("example.com");
  for (const auto* content : {"\"one\"", "one", "two"}) {
    vendor_.put("example.com",
                {{"name", "t.example.com"},
                 {"type", "TXT"},
                 {"content", content},
                 {"ttl", content[0] == 't' ? 60 : 300}});
  }
  const auto seen = look().value();
  const auto wanted = change(seen, put("t", RecordType::txt, 300, {"one", "two"}));
  EXPECT_EQ(kinds::rrset_values(wanted.before).size(), 2U);
  EXPECT_EQ(kinds::rrset_ttl(wanted.before), 60U) << "the lowest";
  expect_done(apply({wanted}));
  EXPECT_EQ(vendor_.records("example.com", "t.example.com", "TXT").size(), 2U);
  for (const auto& one : vendor_.records("example.com")) {
    EXPECT_EQ(one["ttl"], 300);
  }
}

/// RFC 2181 §5.2: of TTLs that differ, the lowest counts for the set.
TEST_F(CloudflareProvider, OfSeveralTtlsTheLowestCountsAndAllAreMendedWithTheNextWrite) {
  struct Case {
    std::vector<int> ttls;
    std::uint32_t seen;
    bool mixed;
  };
  int number = 0;
  vendor_.make_zone("example.com");
  for (const auto& [ttls, lowest, mixed] : std::vector<Case>{{{300, 300}, 300, false},
                                                             {{1, 1}, 1, false},
                                                             {{3600, 120}, 120, true},
                                                             {{1, 3600}, 1, true},
                                                             {{1, 60}, 60, true},
                                                             {{300, 1}, 300, true}}) {
    const auto owner = "t" + std::to_string(++number);
    for (std::size_t i = 0; i < ttls.size(); ++i) {
      vendor_.put("example.com",
                  {{"name", owner + ".example.com"},
                   {"type", "TXT"},
                   {"content", i == 0 ? "one" : "two"},
                   {"ttl", ttls[i]}});
    }
    const auto seen = look().value();
    const auto wanted = change(seen, put(owner, RecordType::txt, lowest, {"one", "three"}));
    EXPECT_EQ(kinds::rrset_ttl(wanted.before), lowest) << owner;
    const auto& outputs = side(seen, wanted.key).outputs;
    EXPECT_EQ(outputs.size(), mixed ? 1U : 0U) << owner;
    EXPECT_TRUE(outputs.empty() || outputs[0].name == "mixedTTL");
    expect_done(apply({wanted}));
    for (const auto& one : vendor_.records("example.com", owner + ".example.com", "TXT")) {
      EXPECT_EQ(one["ttl"], lowest) << owner << " " << one["content"];
    }
  }
}

TEST_F(CloudflareProvider, SendsBatchesOfAtMost200Operations) {
  vendor_.make_zone("example.com");
  std::vector<Wanted> all;
  for (int i = 0; i < 150; ++i) {
    all.push_back(
        put("h" + std::to_string(i), RecordType::a, 300, {"192.0.2.1", "192.0.2.2", "192.0.2.3"}));
  }
  expect_done(apply(all));
  EXPECT_EQ(vendor_.records("example.com").size(), 450U);
  EXPECT_EQ(vendor_.writes().size(), 3U) << "66 names of three records fit 200";
}

TEST_F(CloudflareProvider, ASetThatFitsNoBatchGoesInSeveral) {
  vendor_.make_zone("example.com");
  std::vector<std::string> many;
  for (int i = 0; i < 450; ++i) {
    many.push_back("value " + std::to_string(i));
  }
  expect_done(apply({put("big", RecordType::txt, 300, many)}));
  EXPECT_EQ(vendor_.records("example.com").size(), 450U);
  EXPECT_EQ(vendor_.writes().size(), 3U);
}

TEST_F(CloudflareProvider, OneBadRecordDoesNotBlockTheOtherBatches) {
  vendor_.make_zone("example.com");
  std::vector<Wanted> all;
  for (int i = 0; i < 250; ++i) {
    all.push_back(put("h" + std::to_string(i), RecordType::a, i == 77 ? 30 : 300, {"192.0.2.1"}));
  }
  const auto outcomes = apply(all);
  std::size_t refused = 0;
  for (const auto& [number, outcome] : outcomes) {
    refused += std::holds_alternative<Refused>(outcome) ? 1U : 0U;
  }
  EXPECT_EQ(refused, 1U);
  EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(77)));
  EXPECT_EQ(vendor_.records("example.com").size(), 249U);
}

TEST_F(CloudflareProvider, ARecordThatHasGoneMeanwhileIsAConflict) {
  vendor_.make_zone("example.com");
  expect_done(apply({www_}));
  const auto wanted = change(look().value(), put("www", RecordType::a, 300, {"192.0.2.9"}));
  vendor_.erase("example.com", "www.example.com", "A");
  const auto outcomes = apply({wanted});
  const auto* refused = std::get_if<Refused>(&outcomes.at(0));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.code, ErrorCode::conflict);
  EXPECT_NE(refused->error.hint.find("plan again"), std::string::npos);
}

TEST_F(CloudflareProvider, WhatHasGoneAlreadyIsDeletedAndBlocksNothingElse) {
  vendor_.make_zone("example.com");
  const auto old = put("old", RecordType::txt, 300, {"x"});
  expect_done(apply({www_, old, put("y", RecordType::a, 300, {"192.0.2.2"})}));
  const auto seen = look().value();
  auto gone = old;
  gone.after.clear();
  vendor_.erase("example.com", "old.example.com", "TXT");
  vendor_.erase("example.com", "y.example.com", "A");
  const auto outcomes = apply({change(seen, gone),
                               change(seen, put("www", RecordType::a, 300, {"192.0.2.9"})),
                               change(seen, put("y", RecordType::a, 300, {"192.0.2.3"})),
                               put("z", RecordType::a, 300, {"192.0.2.4"})});
  for (const auto number : {0U, 1U, 3U}) {
    EXPECT_TRUE(std::holds_alternative<Done>(outcomes.at(number))) << number;
  }
  const auto* refused = std::get_if<Refused>(&outcomes.at(2));
  ASSERT_NE(refused, nullptr);
  EXPECT_EQ(refused->error.code, ErrorCode::conflict);
  EXPECT_EQ(record("www.example.com", "A")["content"], "192.0.2.9");
  EXPECT_EQ(vendor_.records("example.com").size(), 2U);
}

TEST_F(CloudflareProvider, TypesChangePlacesInOneBatch) {
  vendor_.make_zone("example.com");
  expect_done(apply({put("x", RecordType::cname, 300, {"a.example.net."})}));
  vendor_.forget_requests();
  auto gone = put("x", RecordType::cname, 300, {"a.example.net."});
  gone.after.clear();
  expect_done(apply({put("x", RecordType::a, 300, {"192.0.2.1"}), change(look().value(), gone)}));
  EXPECT_EQ(vendor_.writes().size(), 1U);
  EXPECT_EQ(record("x.example.com", "A")["content"], "192.0.2.1");
}

TEST_F(CloudflareProvider, WhatItCannotSayIsOpaque) {
  vendor_.make_zone("example.com");
  const auto put_one = [&](const char* name, const char* type, const char* content, Json more) {
    Json record = {{"name", name}, {"type", type}, {"content", content}};
    record.update(more);
    vendor_.put("example.com", record);
  };
  put_one("example.com", "CNAME", "elsewhere.example.net", Json::object());
  put_one("c.example.com", "CERT", "1 2 3 AAAA", Json::object());
  put_one("example.com",
          "MX",
          "route1.mx.cloudflare.net",
          {{"priority", 1}, {"meta", {{"email_routing", true}, {"read_only", true}}}});
  put_one("r.example.com", "A", "192.0.2.1", {{"meta", {{"read_only", true}}}});
  put_one("w.example.com", "AAAA", "100::", {{"meta", {{"origin_worker_id", "abc"}}}});
  put_one("half.example.com", "A", "192.0.2.1", {{"proxied", true}});
  put_one("half.example.com", "A", "192.0.2.2", Json::object());
  put_one("m.example.com", "MX", "mx.example.net", Json::object());
  put_one("fine.example.com", "A", "192.0.2.1", Json::object());
  const auto seen = look().value();
  std::map<std::string, std::string> reasons;
  for (const auto& entry : seen.table.entries()) {
    if ((entry.flags & EntryFlag::opaque) != 0) {
      reasons[kinds::rrset_kind().label(seen.table.key(entry))] =
          seen.side[entry.side - 1].opaque_because;
    }
  }
  EXPECT_EQ(reasons.size(), 7U);
  EXPECT_NE(reasons["r A"].find("lets nobody write it"), std::string::npos);
  EXPECT_NE(reasons["w AAAA"].find("lets nobody write it"), std::string::npos);
  EXPECT_NE(reasons["@ CNAME"].find("flattens"), std::string::npos);
  EXPECT_NE(reasons["c CERT"].find("does not know type CERT"), std::string::npos);
  EXPECT_NE(reasons["@ MX"].find("Email Routing"), std::string::npos);
  EXPECT_NE(reasons["half A"].find("some of its records"), std::string::npos);
  EXPECT_NE(reasons["m MX"].find("priority"), std::string::npos);
}

TEST_F(CloudflareProvider, OfASecondaryNothingIsOursToWrite) {
  vendor_.make_zone("example.com", "secondary");
  vendor_.put("example.com",
              {{"name", "www.example.com"}, {"type", "A"}, {"content", "192.0.2.1"}});
  const auto seen = look().value();
  const auto row = seen.table.find(kinds::kRRset, kinds::rrset_key("www", RecordType::a));
  ASSERT_TRUE(row);
  const auto flags = seen.table[*row].flags;
  EXPECT_NE(flags & EntryFlag::opaque, 0);
  EXPECT_NE(flags & EntryFlag::system_owned, 0);
}

TEST_F(CloudflareProvider, UnknownFieldsAndWarningsArePassedOver) {
  vendor_.make_zone("example.com");
  vendor_.put("example.com",
              {{"name", "www.example.com"},
               {"type", "A"},
               {"content", "192.0.2.1"},
               {"ttl", 300},
               {"tags_modified_on", nullptr},
               {"of_next_year", {{"a", 1}}}});
  const auto seen = look().value();
  EXPECT_EQ(change(seen, www_).before, www_.after);
  vendor_.answer(
      200,
      R"({"success":true,"errors":[],"messages":[{"code":1,"message":"The content )"
      R"(field of TXT records must be in quotation marks"}],"result":{"posts":[{"id":"7"}]}})",
      true);
  expect_done(apply({put("t", RecordType::txt, 300, {"x"})}));
}

TEST_F(CloudflareProvider, MarksAZoneOnceAndNeverOverAComment) {
  vendor_.make_zone("example.com");
  vendor_.put(
      "example.com",
      {{"name", "a.example.com"}, {"type", "A"}, {"content", "192.0.2.1"}, {"comment", "mine"}});
  const auto mark = [&] { return opened_.provider().mark_owner(scope(), "plumb:acme/prod", {}); };
  ASSERT_TRUE(mark());
  EXPECT_TRUE(vendor_.writes().empty()) << "no place for it";
  vendor_.put("example.com", {{"name", "b.example.com"}, {"type", "A"}, {"content", "192.0.2.1"}});
  ASSERT_TRUE(mark());
  ASSERT_TRUE(mark());
  EXPECT_EQ(vendor_.writes().size(), 1U);
  EXPECT_EQ(record("a.example.com", "A")["comment"], "mine");
  EXPECT_EQ(record("b.example.com", "A")["comment"], "plumb:acme/prod");
  EXPECT_EQ(look().value().owner, "plumb:acme/prod");
}

TEST_F(CloudflareProvider, ATakeOverReplacesTheMarksOfTheOwnerBefore) {
  vendor_.make_zone("example.com");
  std::vector<Wanted> all;
  for (int i = 0; i < 250; ++i) {
    all.push_back(put("h" + std::to_string(i), RecordType::a, 300, {"192.0.2.1"}));
  }
  expect_done(apply(all, std::nullopt, "plumb:acme/prod"));
  vendor_.put("example.com",
              {{"name", "j.example.com"},
               {"type", "A"},
               {"content", "192.0.2.1"},
               {"comment", "ask Jane"}});
  vendor_.forget_requests();
  ASSERT_TRUE(opened_.provider().mark_owner(scope(), "plumb:beta/prod", {}));
  EXPECT_EQ(vendor_.writes().size(), 2U);
  for (const auto& one : vendor_.records("example.com")) {
    EXPECT_EQ(one["comment"], one["name"] == "j.example.com" ? "ask Jane" : "plumb:beta/prod");
  }
  EXPECT_EQ(look().value().owner, "plumb:beta/prod");
}

TEST_F(CloudflareProvider, TheMarkGoesOnWhatIsWrittenAndElseOnWhatIsLikelyToStay) {
  vendor_.make_zone("example.com");
  const auto bare = [&](const std::string& name, const char* type) {
    vendor_.put("example.com",
                {{"name", name + "example.com"},
                 {"type", type},
                 {"content", type == std::string("A") ? "192.0.2.7" : "x"},
                 {"ttl", 300}});
  };
  bare("_acme-challenge.", "TXT");
  bare("_x.", "TXT");
  ASSERT_TRUE(opened_.provider().mark_owner(scope(), "plumb:a/b", {}));
  EXPECT_EQ(record("_x.example.com", "TXT")["comment"], "plumb:a/b");
  vendor_.edit("example.com", "_x.example.com", "TXT", {{"comment", nullptr}});
  vendor_.edit("example.com", "_acme-challenge.example.com", "TXT", {{"comment", nullptr}});
  for (const auto* name : {"", "www.", "ftp.", "ns."}) {
    bare(name, "A");
  }
  static_cast<void>(look());
  ASSERT_TRUE(opened_.provider().mark_owner(scope(), "plumb:a/b", {}));
  EXPECT_EQ(record("example.com", "A")["comment"], "plumb:a/b");
  EXPECT_EQ(record("_x.example.com", "TXT")["comment"], nullptr);
  const auto marked = [&] {
    const auto all = vendor_.records("example.com");
    return std::count_if(
        all.begin(), all.end(), [](const Json& one) { return one["comment"] == "plumb:a/b"; });
  };
  EXPECT_EQ(marked(), 3) << "it does not hang on one record";
  // What is written bears the mark as well.
  vendor_.edit("example.com", "www.example.com", "A", {{"comment", nullptr}});
  auto wanted = change(look().value(), www_);
  Order order{.scope = scope(), .changes = {}, .mark = "plumb:a/b"};
  order.changes.push_back({.act = wanted.act,
                           .kind = kinds::kRRset,
                           .key = wanted.key,
                           .before = wanted.before,
                           .after = wanted.after,
                           .handle = wanted.handle});
  opened_.provider().apply(order, [](std::uint32_t, const Outcome&) {}, {});
  EXPECT_EQ(record("www.example.com", "A")["comment"], "plumb:a/b");
}

TEST_F(CloudflareProvider, AMarkThatIsDeletedIsPutOnWhatStays) {
  vendor_.make_zone("example.com");
  constexpr auto* kMark = "plumb:a/b";
  expect_done(apply({www_}, std::nullopt, kMark));
  vendor_.put("example.com", {{"name", "b.example.com"}, {"type", "A"}, {"content", "192.0.2.1"}});
  auto gone = www_;
  gone.after.clear();
  expect_done(apply({change(look().value(), gone)}, std::nullopt, kMark));
  EXPECT_EQ(record("b.example.com", "A")["comment"], kMark);
}

TEST_F(CloudflareProvider, WhatIsMarkedIsReadAgainOnlyWhereTheMarksMayAllBeGone) {
  vendor_.make_zone("example.com");
  constexpr auto* kMark = "plumb:a/b";
  const auto other = put("b", RecordType::a, 300, {"192.0.2.1"});
  expect_done(apply({www_, other, put("c", RecordType::a, 300, {"192.0.2.1"})}, {}, kMark));
  auto gone = other;
  gone.after.clear();
  const auto wanted = change(look().value(), gone);
  vendor_.forget_requests();
  expect_done(apply({wanted}, std::nullopt, kMark));
  EXPECT_EQ(vendor_.requests().size(), 1U) << "two marks are left for sure";
}

TEST_F(CloudflareProvider, MarksOfSeveralOwnersAreAllTold) {
  vendor_.make_zone("example.com");
  for (const auto* mark : {"plumb:a/b", "plumb:a/b", "plumb:c/d", "ask Jane"}) {
    vendor_.put("example.com",
                {{"name", "a.example.com"}, {"type", "TXT"}, {"content", "x"}, {"comment", mark}});
  }
  const auto seen = look().value();
  EXPECT_EQ(seen.owner, "plumb:a/b");
  EXPECT_EQ(seen.further_owners, std::vector<std::string>{"plumb:c/d"});
}

TEST_F(CloudflareProvider, AMarkIsBelievedOnlyWhereTheVendorNamesAllThatItMarked) {
  vendor_.make_zone("example.com");
  expect_done(apply({www_}, std::nullopt, "plumb:a/b"));
  for (const auto* result : {"null", "{}", R"({"patches":[]})"}) {
    static_cast<void>(look());
    vendor_.answer(200, R"({"success":true,"result":)" + std::string(result) + "}", true);
    const auto marked = opened_.provider().mark_owner(scope(), "plumb:c/d", {});
    ASSERT_FALSE(marked) << result;
    EXPECT_EQ(marked.error().effect, Effect::maybe);
  }
  ASSERT_TRUE(opened_.provider().mark_owner(scope(), "plumb:c/d", {}));
  EXPECT_EQ(record("www.example.com", "A")["comment"], "plumb:c/d");
}

TEST_F(CloudflareProvider, WhatPeopleWroteOfOneValueIsNotLeftOnAnother) {
  vendor_.make_zone("example.com");
  for (const auto* text : {"one", "two"}) {
    vendor_.put("example.com",
                {{"name", "t.example.com"},
                 {"type", "TXT"},
                 {"content", text},
                 {"ttl", 300},
                 {"comment", std::string("of ") + text}});
  }
  expect_done(apply({change(look().value(), put("t", RecordType::txt, 300, {"three", "four"}))}));
  for (const auto& one : vendor_.records("example.com")) {
    EXPECT_EQ(one["comment"], nullptr) << one["content"];
  }
}

TEST_F(CloudflareProvider, ADeletedZoneIsDeletedTwiceWithoutComplaint) {
  vendor_.make_zone("example.com");
  ASSERT_TRUE(look());
  vendor_.answer(404, "<html>not here</html>", true);
  EXPECT_FALSE(std::holds_alternative<Done>(apply({}, Act::remove).at(1000)));
  expect_done(apply({}, Act::remove));
  EXPECT_FALSE(vendor_.has_zone("example.com"));
  expect_done(apply({}, Act::remove));
}

TEST_F(CloudflareProvider, BelievesNoListingOfZonesThatLacksSome) {
  for (int i = 0; i < 120; ++i) {
    vendor_.make_zone("z" + std::to_string(i) + ".example");
  }
  for (const std::size_t listed : {0U, 49U, 50U, 119U}) {
    vendor_.cut_zones(listed);
    const auto seen = opened_.provider().survey({});
    ASSERT_FALSE(seen) << listed;
    EXPECT_EQ(seen.error().code, ErrorCode::unavailable);
  }
  vendor_.cut_zones(120);
  EXPECT_TRUE(opened_.provider().survey({}));
}

TEST_F(CloudflareProvider, SurveysAllPagesOfZones) {
  for (int i = 0; i < 120; ++i) {
    vendor_.make_zone("z" + std::to_string(i) + ".example");
  }
  EXPECT_EQ(opened_.provider().survey({}).value().size(), 120U);
  EXPECT_EQ(vendor_.requests().size(), 3U);
}

TEST_F(CloudflareProvider, ReadsManyZonesWithoutAskingForEachOfThem) {
  std::vector<Scope> scopes;
  for (int i = 0; i < 20; ++i) {
    const auto zone = "z" + std::to_string(i) + ".example";
    vendor_.make_zone(zone);
    scopes.push_back(opened_.scope(zone + "."));
  }
  std::size_t read = 0;
  const auto count = [&](const Scope&, const Result<ObservedScope>& seen) {
    read += seen && seen->reading == Reading::read ? 1U : 0U;
  };
  opened_.provider().observe(scopes, count, {});
  EXPECT_EQ(read, 20U);
  EXPECT_EQ(vendor_.requests().size(), 21U);
  // What was listed is believed once, and not where it is not there any more.
  ASSERT_TRUE(opened_.provider().survey({}));
  vendor_.drop_zone("z0.example");
  EXPECT_EQ(opened_.provider().locate(scopes[0], {}, {}).value().reading, Reading::missing);
  vendor_.drop_zone("z1.example");
  vendor_.make_zone("z1.example");
  EXPECT_EQ(opened_.provider().locate(scopes[1], {}, {}).value().reading, Reading::read);
}

TEST_F(CloudflareProvider, DiagnosesTheTokenWithoutChangingAnything) {
  EXPECT_EQ(opened_.provider().diagnose({}).good.size(), 1U);
  vendor_.answer(200, R"({"success":true,"result":{"id":"x","status":"disabled"}})");
  const auto disabled = opened_.provider().diagnose({});
  ASSERT_EQ(disabled.bad.size(), 1U);
  EXPECT_NE(disabled.bad[0].message.find("disabled"), std::string::npos);
  EXPECT_TRUE(vendor_.writes().empty());
}

}  // namespace
}  // namespace plumb::providers::cloudflare
