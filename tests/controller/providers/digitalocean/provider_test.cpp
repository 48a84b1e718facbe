// What the provider makes of DigitalOcean, and of DigitalOcean when it is not at its best.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "tests/controller/providers/digitalocean/opened.h"

namespace plumb::providers::digitalocean {
namespace {

using values::RecordType;
using Json = nlohmann::json;
using Outcomes = std::map<std::uint32_t, Outcome>;
using test::VendorAnswer;
using Vendor = test::DigitalOcean;

constexpr auto kOnWrites = test::Vendor::On::writes;

/// A change that keeps its own octets.
struct Wanted {
  Act act = Act::create;
  std::string key;
  std::string before;
  std::string after;
  std::string handle;
};

Wanted put(const std::string& owner,
           RecordType type,
           std::optional<std::uint32_t> ttl,
           std::vector<std::string> values) {
  return {Act::create,
          kinds::rrset_key(owner, type),
          "",
          kinds::rrset_body(ttl, std::move(values)),
          ""};
}

class DigitalOceanProvider : public ::testing::Test {
 protected:
  DigitalOceanProvider() : opened_(vendor_.origin()) {}

  Scope scope() const { return opened_.scope("example.com."); }
  Result<ObservedScope> look() { return opened_.provider().locate(scope(), {}, {}); }

  /// The change of a set that is there, as a plan would have it.
  Wanted change(Wanted wanted) {
    const auto seen = look().value();
    const auto row = seen.table.find(kinds::kRRset, wanted.key);
    EXPECT_TRUE(row);
    if (row) {
      wanted.before = seen.table.body(seen.table[*row]);
      wanted.handle = seen.side[seen.table[*row].side - 1].handle;
      wanted.act = wanted.after.empty() ? Act::remove : Act::update;
    }
    return wanted;
  }
  static Wanted gone(Wanted wanted) {
    wanted.after.clear();
    return wanted;
  }

  Outcomes apply(const std::vector<Wanted>& wanted, std::optional<Act> zone = std::nullopt) {
    const auto body = cbor::body({});
    Order order{.scope = scope(), .changes = {}, .marker = "", .owner = ""};
    if (zone) {
      order.changes.push_back({.number = 1000, .act = *zone, .kind = kinds::kZone, .after = body});
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
  static void expect_done(const Outcomes& outcomes) {
    for (const auto& [number, outcome] : outcomes) {
      const auto* refused = std::get_if<Refused>(&outcome);
      EXPECT_TRUE(std::holds_alternative<Done>(outcome))
          << number << (refused != nullptr ? refused->error.message : "");
    }
  }
  std::multiset<std::string> data(const std::string& name, const std::string& type) const {
    std::multiset<std::string> out;
    for (const auto& record : vendor_.records("example.com", name, type)) {
      out.insert(record["data"].get<std::string>());
    }
    return out;
  }
  static Error error_in(const Outcomes& outcomes, std::uint32_t number) {
    const auto* refused = std::get_if<Refused>(&outcomes.at(number));
    const auto* unknown = std::get_if<Unknown>(&outcomes.at(number));
    EXPECT_TRUE(refused != nullptr || unknown != nullptr);
    return refused != nullptr ? refused->error : unknown != nullptr ? unknown->error : Error{};
  }

  Vendor vendor_;
  test::OpenedDigitalOcean opened_;
  const Wanted www_ = put("www", RecordType::a, 300, {"192.0.2.1"});
  const Wanted texts_ = put("t", RecordType::txt, 300, {"a", "b", "c"});
};

using Texts = std::multiset<std::string>;

TEST_F(DigitalOceanProvider, SaysThatATokenWasRefusedAndNeverWhich) {
  test::OpenedDigitalOcean stranger(vendor_.origin(), "another-token-canary");
  const auto seen = stranger.provider().survey({});
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().category, ErrorCategory::authentication);
  EXPECT_NE(seen.error().message.find("digitalocean: GET /v2/domains: 401"), std::string::npos)
      << seen.error().message;
  EXPECT_NE(seen.error().message.find("(request 4d9d8375"), std::string::npos);
  EXPECT_EQ((seen.error().message + seen.error().hint).find("canary"), std::string::npos);
  vendor_.answer(
      {403, R"({"id":"forbidden","message":"bad )" + std::string(Vendor::kToken) + "\"}"});
  const auto echo = opened_.provider().survey({});
  ASSERT_FALSE(echo);
  EXPECT_EQ(echo.error().message.find(Vendor::kToken), std::string::npos) << echo.error().message;
}

TEST_F(DigitalOceanProvider, ATokenThatIsEchoedIsNotShownInPartEither) {
  const std::string token(Vendor::kToken);
  for (std::size_t ahead = 200 - token.size(); ahead < 200; ++ahead) {
    vendor_.answer({200, std::string(ahead, 'x') + token});
    const auto echo = opened_.provider().survey({});
    ASSERT_FALSE(echo);
    EXPECT_EQ(echo.error().message.find(token.substr(0, 4)), std::string::npos)
        << echo.error().message;
  }
}

TEST_F(DigitalOceanProvider, AnAnswerThatSaysNothingIsNotTakenForDone) {
  vendor_.make_zone("example.com");
  expect_done(apply({www_}));
  vendor_.answer_empty(kOnWrites);
  EXPECT_EQ(error_in(apply({change(gone(www_))}), 0).effect, Effect::maybe);
  EXPECT_EQ(data("www", "A"), Texts{"192.0.2.1"});
  vendor_.answer({200, "{}"}, kOnWrites);
  const auto moved = apply({change(put("www", RecordType::a, 300, {"192.0.2.7"}))});
  EXPECT_EQ(error_in(moved, 0).effect, Effect::maybe);
}

TEST_F(DigitalOceanProvider, NoNameIsEmptiedBeforeItsTurn) {
  vendor_.make_zone("example.com");
  const auto one = put("one", RecordType::cname, 300, {"a.example."});
  const auto two = put("two", RecordType::cname, 300, {"a.example."});
  expect_done(apply({one, two}));
  const auto gone_one = change(gone(one));
  const auto gone_two = change(gone(two));
  vendor_.spare(1, kOnWrites);
  vendor_.hang_up(kOnWrites);
  apply({gone_one,
         put("one", RecordType::a, 300, {"192.0.2.1"}),
         gone_two,
         put("two", RecordType::a, 300, {"192.0.2.2"})});
  EXPECT_EQ(data("two", "CNAME"), Texts{"a.example"});
}

TEST_F(DigitalOceanProvider, OnlyTheVendorItselfSaysThatAZoneIsMissing) {
  EXPECT_EQ(look().value().reading, Reading::missing);
  vendor_.answer_page(404);
  EXPECT_FALSE(look());
  vendor_.answer({404, R"({"error":"no such route"})"});
  EXPECT_FALSE(look());
}

TEST_F(DigitalOceanProvider, TakesNoBrokenAnswerForAZone) {
  vendor_.make_zone("example.com");
  for (const std::string body :
       {"",
        "<html>log in</html>",
        R"({"domain_records":[)",
        "[]",
        "{}",
        R"({"domain_records":{}})",
        R"({"domain_records":[]})",
        R"({"domain_records":[],"meta":{"total":"1"}})",
        R"({"domain_records":[{"id":"7"}],"meta":{"total":1}})",
        R"({"domain_records":[{"id":7,"name":"a","type":"A","ttl":-1}],"meta":{"total":1}})",
        R"({"domain_records":[],"meta":{"total":0},"links":{"pages":{"next":"https://x/"}}})",
        R"({"domain_records":[],"meta":{"total":0},"links":{"pages":{"next":"?page=1"}}})"}) {
    vendor_.answer({200, body});
    const auto seen = look();
    ASSERT_FALSE(seen) << body;
    EXPECT_NE(seen.error().message.find("digitalocean: GET /v2/domains/example.com/records"),
              std::string::npos)
        << seen.error().message;
    EXPECT_FALSE(seen.error().hint.empty());
  }
}

TEST_F(DigitalOceanProvider, WhatSlidesFromPageToPageIsNotMissed) {
  vendor_.make_zone("example.com");
  std::vector<std::uint64_t> ids;
  for (int i = 10; i < 30; ++i) {
    ids.push_back(vendor_.put(
        "example.com", {{"name", "h" + std::to_string(i)}, {"type", "A"}, {"data", "192.0.2.1"}}));
  }
  vendor_.clamp_pages(10);
  vendor_.erase_after_page("example.com", ids[3]);
  const auto seen = look().value();
  EXPECT_TRUE(seen.table.find(kinds::kRRset, kinds::rrset_key("h16", RecordType::a)));
  EXPECT_FALSE(seen.table.find(kinds::kRRset, kinds::rrset_key("h13", RecordType::a)));
  EXPECT_EQ(seen.table.size(), 1U + 2U + 19U) << "the zone, its SOA and NS, and the hosts";
}

TEST_F(DigitalOceanProvider, WhatCannotBeReadIsLeftAlone) {
  vendor_.make_zone("example.com");
  vendor_.put("example.com", {{"name", "a"}, {"type", "CERT"}, {"data", "1 2 3 AAAA"}});
  vendor_.put("example.com", {{"name", "b"}, {"type", "A"}, {"data", "no address"}});
  vendor_.put("example.com", {{"name", "c"}, {"type", "MX"}, {"data", "mx"}});
  vendor_.put("example.com", {{"name", "d..e"}, {"type", "A"}, {"data", "192.0.2.1"}});
  const auto seen = look().value();
  std::size_t left = 0;
  for (std::size_t i = 0; i < seen.table.size(); ++i) {
    left += (seen.table[i].flags & opaque) != 0 ? 1U : 0U;
  }
  EXPECT_EQ(left, 4U);
}

TEST_F(DigitalOceanProvider, ARecordThatIsThereTwiceCountsOnceAndGoesWithTheNextChange) {
  vendor_.make_zone("example.com");
  for (int i = 0; i < 2; ++i) {
    vendor_.put("example.com", {{"name", "t"}, {"type", "TXT"}, {"data", "a"}, {"ttl", 300}});
  }
  expect_done(apply({change(put("t", RecordType::txt, 300, {"a", "b"}))}));
  EXPECT_EQ(data("t", "TXT"), (Texts{"a", "b"}));
}

TEST_F(DigitalOceanProvider, ReadsBeforeItWrites) {
  vendor_.make_zone("example.com");
  const auto late = www_;  // planned while there was nothing
  vendor_.put("example.com", {{"name", "www"}, {"type", "A"}, {"data", "192.0.2.1"}, {"ttl", 300}});
  expect_done(apply({late}));
  EXPECT_EQ(data("www", "A"), (Texts{"192.0.2.1"})) << "as wanted already";
  vendor_.edit("example.com", "www", "A", {{"data", "203.0.113.9"}});
  const auto outcomes = apply({late, put("x", RecordType::a, 300, {"192.0.2.2"})});
  EXPECT_EQ(error_in(outcomes, 0).category, ErrorCategory::conflict);
  EXPECT_EQ(data("www", "A"), (Texts{"203.0.113.9"})) << "somebody else's";
  EXPECT_EQ(data("x", "A"), (Texts{"192.0.2.2"})) << "the others go on";
}

TEST_F(DigitalOceanProvider, NoRecordIsMadeTwiceWhicheverAnswerIsLost) {
  for (std::size_t at = 0; at < 3; ++at) {
    for (const auto lose :
         {&test::Vendor::lose_answer, &test::Vendor::halve_answer, &test::Vendor::strip_answer}) {
      vendor_.drop_zone("example.com");
      vendor_.make_zone("example.com");
      vendor_.spare(at, kOnWrites);
      (vendor_.*lose)(kOnWrites);
      expect_done(apply({texts_}));
      EXPECT_EQ(data("t", "TXT"), (Texts{"a", "b", "c"})) << at;
    }
  }
}

TEST_F(DigitalOceanProvider, ARecordThatWasNotMadeIsLookedForAndNotSentAgain) {
  vendor_.make_zone("example.com");
  vendor_.spare(1, kOnWrites);
  vendor_.answer_page(502, kOnWrites);
  const auto sent = vendor_.writes().size();
  const auto outcomes = apply({texts_, www_});
  EXPECT_TRUE(std::holds_alternative<Unknown>(outcomes.at(0)));
  EXPECT_TRUE(std::holds_alternative<NotSent>(outcomes.at(1)));
  EXPECT_EQ(vendor_.writes().size(), sent + 2);
}

TEST_F(DigitalOceanProvider, ASetOfWhichOneValueIsRefusedIsPutBack) {
  vendor_.make_zone("example.com");
  for (const auto* text : {"a", "b"}) {
    vendor_.put("example.com", {{"name", "t"}, {"type", "TXT"}, {"data", text}, {"ttl", 300}});
  }
  const auto before = vendor_.records("example.com");
  vendor_.refuse_data("y");
  // "z" is made, then the records of "a" and "b" change, of which the second is refused.
  const auto outcomes = apply({change(put("t", RecordType::txt, 600, {"x", "y", "z"})), www_});
  EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_TRUE(std::holds_alternative<Done>(outcomes.at(1)));
  EXPECT_EQ(vendor_.records("example.com", "t", "TXT"), before);
}

TEST_F(DigitalOceanProvider, DeletesWhatIsGoneAndTellsOfWhatCannotBeChanged) {
  vendor_.make_zone("example.com");
  expect_done(apply({texts_, www_}));
  const auto going = change(gone(www_));
  vendor_.erase("example.com", "www", "A");
  expect_done(apply({going}));
  vendor_.answer({404, R"({"id":"not_found","message":"gone"})"}, kOnWrites);
  expect_done(apply({change(put("t", RecordType::txt, 300, {"a", "b"}))}));
  vendor_.answer({404, R"({"id":"not_found","message":"gone"})"}, kOnWrites);
  const auto outcomes = apply({change(put("t", RecordType::txt, 600, {"a", "b", "c"}))});
  EXPECT_EQ(error_in(outcomes, 0).category, ErrorCategory::conflict);
}

TEST_F(DigitalOceanProvider, ANewZoneIsWrittenOverWhatTheVendorPutsIntoIt) {
  const auto outcomes =
      apply({put("@", RecordType::ns, 300, {"ns1.digitalocean.com.", "ns.other.example."}), www_},
            Act::create);
  expect_done(outcomes);
  EXPECT_EQ(data("@", "NS"), (Texts{"ns1.digitalocean.com", "ns.other.example"}));
  expect_done(apply({}, Act::remove));
  EXPECT_FALSE(vendor_.has_zone("example.com"));
  expect_done(apply({}, Act::remove));
}

TEST_F(DigitalOceanProvider, AZoneWhoseMakingWasNotAnsweredIsLookedFor) {
  vendor_.lose_answer();
  expect_done(apply({www_}, Act::create));
  EXPECT_EQ(data("www", "A"), (Texts{"192.0.2.1"}));
  vendor_.drop_zone("example.com");
  vendor_.answer_page(502, kOnWrites);
  const auto outcomes = apply({www_}, Act::create);
  EXPECT_TRUE(std::holds_alternative<Unknown>(outcomes.at(1000)));
  EXPECT_TRUE(std::holds_alternative<NotSent>(outcomes.at(0)));
  EXPECT_FALSE(vendor_.has_zone("example.com"));
}

TEST_F(DigitalOceanProvider, WaitsAsLongAsItIsToldToAndAMinuteWhereItIsNot) {
  vendor_.make_zone("example.com");
  const std::string slow = R"({"id":"too_many_requests","message":"API Rate limit exceeded."})";
  auto began = opened_.clock().steady();
  vendor_.answer({429, slow, "application/json", {{"retry-after", "42"}}}, kOnWrites);
  expect_done(apply({www_}));
  EXPECT_GE(opened_.clock().steady() - began, std::chrono::seconds(42));
  EXPECT_LT(opened_.clock().steady() - began, std::chrono::seconds(60));
  began = opened_.clock().steady();
  vendor_.answer({429, slow}, kOnWrites);
  expect_done(apply({texts_}));
  EXPECT_GE(opened_.clock().steady() - began, std::chrono::seconds(60));
  EXPECT_EQ(data("t", "TXT"), (Texts{"a", "b", "c"}));
}

TEST_F(DigitalOceanProvider, StaysBelowTheRateOfTheVendorWhereNobodySaysOtherwise) {
  constexpr double kBurst = 10;  // of env/limiter, as the product uses it
  const auto rate = digitalocean_provider().traits->limits.requests_per_second;
  EXPECT_GT(rate, 0);
  EXPECT_LE(rate * 60 + kBurst, 250) << "calls in a minute";
}

TEST_F(DigitalOceanProvider, SaysNothingOfTheTokenToTheHostThatALinkNames) {
  vendor_.make_zone("example.com");
  for (int i = 0; i < 5; ++i) {
    vendor_.put("example.com",
                {{"name", "h" + std::to_string(i)}, {"type", "A"}, {"data", "192.0.2.1"}});
  }
  vendor_.clamp_pages(4);
  EXPECT_EQ(look().value().table.size(), 1U + 2U + 5U);
  EXPECT_EQ(vendor_.requests().size(), 3U) << "all of them here";
}

}  // namespace
}  // namespace plumb::providers::digitalocean
