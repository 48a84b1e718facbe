// What the provider makes of a server that is not at its best.
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "tests/controller/providers/powerdns/opened.h"
#include "tests/controller/providers/powerdns/stand_in.h"

namespace plumb::providers::powerdns {
namespace {

using test::StandIn;
using values::RecordType;
using Json = nlohmann::json;
using Outcomes = std::map<std::uint32_t, Outcome>;

const std::string kZoneBody = cbor::body({});

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

Wanted drop(const std::string& owner, RecordType type) {
  return {Act::remove, kinds::rrset_key(owner, type), kinds::rrset_body(60, {"x"}), "", ""};
}

class Powerdns : public ::testing::Test {
 protected:
  Powerdns() : opened_(server_.endpoint(), StandIn::kApiKey) {}

  Scope scope() const { return opened_.scope("example.com."); }
  Result<ObservedScope> look() { return opened_.provider().locate(scope(), {}, {}); }

  /// Applies the changes; `zone`: what happens to the zone itself, as the change of number 1000.
  Outcomes apply(const std::vector<Wanted>& wanted,
                 std::optional<Act> zone = std::nullopt,
                 std::stop_token stop = {}) {
    Order order{scope(), {}, ""};
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
    opened_.provider().apply(
        order,
        [&](std::uint32_t number, Outcome outcome) {
          EXPECT_TRUE(outcomes.emplace(number, std::move(outcome)).second) << "reported twice";
        },
        std::move(stop));
    EXPECT_EQ(outcomes.size(), order.changes.size());
    return outcomes;
  }
  void expect_done(const Outcomes& outcomes) {
    for (const auto& [number, outcome] : outcomes) {
      EXPECT_TRUE(std::holds_alternative<Done>(outcome)) << number;
    }
  }
  Json& set(const std::string& key) { return server_.zones["example.com."][key]; }

  StandIn server_;
  test::OpenedPowerdns opened_;
  const Wanted www_ = put("www", RecordType::a, 300, {"192.0.2.1"});
};

TEST_F(Powerdns, SaysWhoseKeyWasRefusedAndNeverWhichKey) {
  test::OpenedPowerdns stranger(server_.endpoint(), "a wrong key");
  const auto seen = stranger.provider().survey({});
  ASSERT_FALSE(seen);
  const auto& error = seen.error();
  EXPECT_EQ(error.code, ErrorCode::denied);
  EXPECT_EQ(error.category, ErrorCategory::authentication);
  EXPECT_NE(error.message.find(server_.endpoint()), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("401 Unauthorized"), std::string::npos) << error.message;
  EXPECT_EQ((error.message + error.hint).find("wrong key"), std::string::npos);
  EXPECT_NE(error.hint.find("api-key"), std::string::npos) << error.hint;
}

TEST_F(Powerdns, BelievesThatAZoneIsMissingOnlyFromAListOfZones) {
  const auto missing = look();
  ASSERT_TRUE(missing) << missing.error().message;
  EXPECT_EQ(missing->reading, Reading::missing);
  // A proxy, or a wrong endpoint, says 404 to everything.
  server_.answer(404, "<h1>Not Found</h1>", "text/html");
  server_.answer(404, "<h1>Not Found</h1>", "text/html");
  const auto wrong = look();
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("an HTML page"), std::string::npos);
  EXPECT_NE(wrong.error().hint.find("endpoint"), std::string::npos);
}

TEST_F(Powerdns, TakesNoBrokenAnswerForAZone) {
  server_.zones["example.com."];
  for (const std::string body :
       {"", "<html>log in</html>", "{\"name\": \"example.com.\"", "[]", "null", "{}"}) {
    server_.answer(200, body);
    const auto seen = look();
    ASSERT_FALSE(seen) << body;
    EXPECT_EQ(seen.error().code, ErrorCode::internal);
    EXPECT_NE(seen.error().message.find(server_.endpoint()), std::string::npos);
  }
  server_.answer(200, "");
  EXPECT_FALSE(opened_.provider().survey({}));
}

TEST_F(Powerdns, ReportsAServerInTroubleAsWorthAnotherTry) {
  for (int i = 0; i < 4; ++i) {  // all attempts of env/http
    server_.answer(503, "down", "text/plain");
  }
  const auto seen = look();
  ASSERT_FALSE(seen);
  EXPECT_EQ(seen.error().code, ErrorCode::unavailable);
  EXPECT_EQ(seen.error().effect, Effect::none);
}

TEST_F(Powerdns, MakesAZoneWithAllItsContentInOneRequest) {
  expect_done(apply({www_,
                     put("@", RecordType::ns, 3600, {"a.example.net.", "b.example.net."}),
                     put("@", RecordType::txt, std::nullopt, {"he said \"\\o/\""})},
                    Act::create));
  ASSERT_EQ(server_.requests().size(), 1U);
  const auto body = Json::parse(server_.requests()[0].body);
  EXPECT_EQ(body.at("nameservers"), Json::array());
  EXPECT_EQ(body.at("soa_edit_api"), "DEFAULT");
  EXPECT_EQ(body.at("api_rectify"), true);
  EXPECT_EQ(set("example.com. SOA").at("records")[0].at("content"),
            "a.example.net. hostmaster.example.com. 0 10800 3600 1209600 3600");
  EXPECT_EQ(set("example.com. TXT").at("ttl"), 3600);
  EXPECT_EQ(set("example.com. TXT").at("records")[0].at("content"), R"("he said \"\\o/\"")");
  EXPECT_EQ(look()->table.size(), 5U);
}

TEST_F(Powerdns, MakesAZoneOfNothing) {
  expect_done(apply({}, Act::create));
  EXPECT_EQ(server_.zones.at("example.com.").size(), 1U);
}

TEST_F(Powerdns, SendsOnePatchWithDeletionsFirst) {
  server_.zones["example.com."];
  set("www.example.com. CNAME") = {{"name", "www.example.com."}};
  auto update = put("old", RecordType::a, std::nullopt, {"192.0.2.7"});
  update.act = Act::update;
  update.before = kinds::rrset_body(77, {"192.0.2.6"});
  expect_done(apply({put("new", RecordType::a, std::nullopt, {"192.0.2.2"}),
                     www_,
                     update,
                     drop("www", RecordType::cname),
                     drop("gone", RecordType::mx)}));
  ASSERT_EQ(server_.requests().size(), 1U);
  const auto sets = Json::parse(server_.requests()[0].body).at("rrsets");
  std::vector<std::string> types;
  for (const auto& one : sets) {
    types.push_back(one.at("changetype"));
    EXPECT_TRUE(one.contains("ttl") && one.contains("records"));
    EXPECT_EQ(one.at("records").empty(), types.back() == "DELETE");
  }
  EXPECT_EQ(types, (std::vector<std::string>{"DELETE", "DELETE", "REPLACE", "REPLACE", "REPLACE"}));
  EXPECT_EQ(set("new.example.com. A").at("ttl"), 3600);
  EXPECT_EQ(set("old.example.com. A").at("ttl"), 77);
}

TEST_F(Powerdns, TellsWhatTheServerRefusedOfEachChangeOfThePatch) {
  server_.zones["example.com."];
  const auto outcomes = apply({www_, put("bad", RecordType::txt, 60, {"refuse me"})});
  for (const auto& [number, outcome] : outcomes) {
    const auto* refused = std::get_if<Refused>(&outcome);
    ASSERT_NE(refused, nullptr) << number;
    EXPECT_EQ(refused->error.category, ErrorCategory::validation);
    EXPECT_NE(refused->error.message.find("422 Unprocessable Content: Record not to the server's"),
              std::string::npos)
        << refused->error.message;
  }
  EXPECT_TRUE(server_.zones["example.com."].empty());
}

TEST_F(Powerdns, TriesALockedDatabaseAgain) {
  server_.zones["example.com."];
  server_.answer(500, R"({"error": "database is locked"})");
  server_.answer(500, R"({"error": "database is locked"})");
  expect_done(apply({www_}));
  EXPECT_EQ(server_.writes().size(), 3U);
}

TEST_F(Powerdns, DoesNotKnowWhatAServerErrorDid) {
  server_.zones["example.com."];
  for (int i = 0; i < 4; ++i) {
    server_.answer(500, R"({"error": "database is locked"})");
  }
  const auto outcomes = apply({www_});
  ASSERT_TRUE(std::holds_alternative<Unknown>(outcomes.at(0)));
  EXPECT_NE(std::get<Unknown>(outcomes.at(0)).error.message.find("database is locked"),
            std::string::npos);
  server_.answer(500, "");
  EXPECT_TRUE(std::holds_alternative<Unknown>(apply({www_}, Act::create).at(0)));
}

TEST_F(Powerdns, SendsAPatchAgainWhoseAnswerWasLost) {
  server_.zones["example.com."];
  server_.lose_answer();
  expect_done(apply({www_}));
  EXPECT_EQ(server_.writes().size(), 2U);
}

TEST_F(Powerdns, NeverMakesAZoneTwice) {
  server_.lose_answer();
  const auto outcomes = apply({www_}, Act::create);
  EXPECT_TRUE(std::holds_alternative<Unknown>(outcomes.at(0)));
  EXPECT_TRUE(std::holds_alternative<Unknown>(outcomes.at(1000)));
  EXPECT_EQ(server_.writes().size(), 1U);
  EXPECT_EQ(look()->reading, Reading::read);
}

TEST_F(Powerdns, RefusesToMakeAZoneThatSomebodyElseMade) {
  server_.zones["example.com."];
  const auto outcomes = apply({www_}, Act::create);
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_EQ(std::get<Refused>(outcomes.at(1000)).error.category, ErrorCategory::conflict);
  EXPECT_TRUE(server_.zones["example.com."].empty());
}

TEST_F(Powerdns, DoesNotTakeAPageOfAProxyForSuccess) {
  server_.zones["example.com."];
  server_.answer(200, "<html>please log in</html>", "text/html");
  EXPECT_TRUE(std::holds_alternative<Unknown>(apply({www_}).at(0)));
}

TEST_F(Powerdns, RemovesAZoneWithAllThatIsInItOnce) {
  server_.zones["example.com."];
  expect_done(apply({drop("www", RecordType::a)}, Act::remove));
  EXPECT_EQ(server_.requests().size(), 1U);
  EXPECT_FALSE(server_.zones.contains("example.com."));
  expect_done(apply({drop("www", RecordType::a)}, Act::remove));  // 404: done before
}

TEST_F(Powerdns, SendsNothingOfAZoneThatIsGone) {
  const auto outcomes = apply({www_});
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_EQ(std::get<Refused>(outcomes.at(0)).error.category, ErrorCategory::not_found);
}

TEST_F(Powerdns, CutsWhatIsTooLargeBetweenOwnerNames) {
  constexpr std::size_t kLimit = 100'000;
  server_.limit_body(kLimit);
  std::vector<Wanted> wanted;
  for (int i = 0; i < 500; ++i) {
    const auto owner = "h" + std::to_string(i);
    wanted.push_back(put(owner, RecordType::txt, 60, {std::string(500, 'x')}));
    wanted.push_back(put(owner, RecordType::a, 60, {"192.0.2.1"}));
  }
  expect_done(apply(wanted, Act::create));
  EXPECT_EQ(server_.zones["example.com."].size(), 1001U);
  std::map<std::string, std::size_t> carried_by;
  const auto writes = server_.writes();
  for (std::size_t i = 0; i < writes.size(); ++i) {
    if (writes[i].body.size() > kLimit) {
      continue;
    }
    const auto body = Json::parse(writes[i].body);
    for (const auto& one : body.at("rrsets")) {
      EXPECT_EQ(carried_by.emplace(one.at("name"), i).first->second, i) << one.at("name");
    }
  }
  const auto before = server_.writes().size();
  expect_done(apply(wanted));  // the limit is known by now
  for (auto i = before; i < server_.writes().size(); ++i) {
    EXPECT_LE(server_.writes()[i].body.size(), kLimit);
  }
}

TEST_F(Powerdns, SaysWhichSettingAnOwnerNameNeedsThatIsTooLarge) {
  server_.zones["example.com."];
  server_.limit_body(70'000);
  std::vector<std::string> values;
  for (int i = 0; i < 200; ++i) {
    values.push_back(std::to_string(i) + std::string(400, 'x'));
  }
  const auto outcomes = apply({put("big", RecordType::txt, 60, values), www_});
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_NE(std::get<Refused>(outcomes.at(0)).error.hint.find("webserver-max-bodysize"),
            std::string::npos);
  EXPECT_TRUE(std::holds_alternative<Done>(outcomes.at(1)));
}

TEST_F(Powerdns, KeepsDisabledRecordsWhenItWritesTheirSet) {
  server_.zones["example.com."];
  set("www.example.com. A") = {{"name", "www.example.com."},
                               {"type", "A"},
                               {"ttl", 60},
                               {"records",
                                {{{"content", "192.0.2.1"}, {"disabled", false}},
                                 {{"content", "192.0.2.9"}, {"disabled", true}}}}};
  const auto seen = look();
  ASSERT_TRUE(seen) << seen.error().message;
  const auto row = seen->table.find(kinds::kRRset, www_.key);
  ASSERT_TRUE(row);
  EXPECT_EQ(seen->table.body(seen->table[*row]), kinds::rrset_body(60, {"192.0.2.1"}));
  auto update = put("www", RecordType::a, 60, {"192.0.2.2"});
  update.act = Act::update;
  update.before = seen->table.body(seen->table[*row]);
  update.handle = seen->side.at(seen->table[*row].side - 1).handle;
  expect_done(apply({update}));
  const auto written = set("www.example.com. A").at("records");
  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0].at("content"), "192.0.2.2");
  EXPECT_EQ(written[1].at("content"), "192.0.2.9");
  EXPECT_EQ(written[1].at("disabled"), true);
  update.act = Act::remove;
  expect_done(apply({update}));
  EXPECT_EQ(set("www.example.com. A").at("records").size(), 1U);
}

TEST_F(Powerdns, RefusesWhatNoRecordSetIsAndSendsNothingElse) {
  server_.zones["example.com."];
  const auto outcomes =
      apply({www_, put("@", RecordType::soa, 60, {"x"}), put("empty", RecordType::a, 60, {})});
  EXPECT_TRUE(std::holds_alternative<NotSent>(outcomes.at(0)));
  EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(1)));
  EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(2)));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Powerdns, SendsNothingOnceStopped) {
  std::stop_source source;
  source.request_stop();
  EXPECT_TRUE(std::holds_alternative<NotSent>(apply({www_}, {}, source.get_token()).at(0)));
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Powerdns, DiagnosesItsServer) {
  const auto healthy = opened_.provider().diagnose({});
  ASSERT_EQ(healthy.good.size(), 1U);
  EXPECT_NE(healthy.good[0].find("4.7.3"), std::string::npos);
  server_.answer(200, R"({"daemon_type": "recursor", "version": "4.8.0"})");
  EXPECT_EQ(opened_.provider().diagnose({}).bad.size(), 1U);
}

}  // namespace
}  // namespace plumb::providers::powerdns
