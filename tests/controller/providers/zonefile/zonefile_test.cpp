#include "controller/providers/zonefile/zonefile.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "controller/providers/owing.h"
#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"
#include "resources/model/cbor.h"
#include "tests/conformance/quiet_env.h"
#include "tests/support/temp_dir.h"

namespace plumb::providers::zonefile {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile =
    "$TTL 300\n"
    "@ IN SOA ns1.example.com. hostmaster.example.com. 5 10800 3600 604800 300\n"
    "@ IN NS ns1.example.com.\n"
    "www IN A 192.0.2.1 ; by hand\n"
    "odd IN TYPE65280 \\# 2 abcd\n";

Value text(std::string value) {
  return Value{std::move(value), {}};
}

/// A zonefile provider on a folder of its own.
class ZoneFiles : public ::testing::Test {
 protected:
  Value spec(Value::Map more = {}) {
    more.push_back({"type", text("zonefile")});
    more.push_back({"directory", text("zones/./")});
    return Value{std::move(more), {}};
  }
  std::unique_ptr<Provider> open(const Value& of) {
    auto opened = zonefile_provider().open(
        {"files", of, "zonefile zones", temp_.path().string(), quiet_.env(), quiet_.http(), {}});
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }
  ObservedScope look(const std::string& zone = "example.com.") {
    auto seen = open(spec())->locate(scope(zone), {}, {});
    EXPECT_TRUE(seen) << seen.error().message;
    return std::move(*seen);
  }
  static Scope scope(const std::string& zone = "example.com.") { return {"zonefile zones", zone}; }

  /// Applies the changes; the outcome of each by number.
  std::map<std::uint32_t, Outcome> apply(const std::vector<ProviderChange>& changes,
                                         Value::Map more = {},
                                         const std::string& zone = "example.com.") {
    std::map<std::uint32_t, Outcome> outcomes;
    const auto of = spec(std::move(more));
    open(of)->apply({scope(zone), changes, ""},
                    [&](std::uint32_t number, Outcome outcome) {
                      EXPECT_TRUE(outcomes.emplace(number, std::move(outcome)).second);
                    },
                    {});
    EXPECT_EQ(outcomes.size(), changes.size());
    return outcomes;
  }
  std::string zone_text() const { return temp_.read("zones/example.com.zone"); }

  test::TempDir temp_;
  test::QuietEnv quiet_;
};

const std::string kWwwA = kinds::rrset_key("www", values::RecordType::a);
const std::string kMailA = kinds::rrset_key("mail", values::RecordType::a);
const std::string kOneFile = kinds::rrset_body(300, {"192.0.2.1"});

bool is_done(const Outcome& outcome) {
  return std::holds_alternative<Done>(outcome);
}

ProviderChange make_zone(std::uint32_t number = 0) {
  static const std::string body = cbor::body({});
  return {.number = number, .act = Act::create, .kind = kinds::kZone, .after = body};
}

TEST_F(ZoneFiles, SeesAZoneWithoutFileAsMissing) {
  EXPECT_EQ(look().reading, Reading::missing);
  fs::create_directory(temp_.path() / "zones");
  EXPECT_EQ(look().reading, Reading::missing);
  EXPECT_TRUE(open(spec())->survey({})->empty());
}

TEST_F(ZoneFiles, ReadsAFileThatSomebodyElseWrote) {
  temp_.write("zones/example.com.zone", kFile);
  const auto seen = look();
  EXPECT_EQ(seen.reading, Reading::read);
  ASSERT_EQ(seen.table.size(), 5U);  // the zone, SOA, NS, www, odd
  const auto row = seen.table.find(kinds::kRRset, kWwwA);
  ASSERT_TRUE(row);
  EXPECT_EQ(seen.table.body(seen.table[*row]), kOneFile);
  EXPECT_TRUE(seen.table.find(kinds::kZone, ""));
}

TEST_F(ZoneFiles, NeverTakesABrokenFileForAnEmptyZone) {
  for (const std::string content : {"", "garbage", "@ 60 A 192.0.2.1\n"}) {
    temp_.write("zones/example.com.zone", content);
    const auto seen = open(spec())->locate(scope(), {}, {});
    ASSERT_FALSE(seen) << content;
    EXPECT_NE(seen.error().message.find("zones/example.com.zone:1:"), std::string::npos)
        << seen.error().message;
  }
}

TEST_F(ZoneFiles, NeverTakesAFileInThePlaceOfTheDirectoryForMissingZones) {
  temp_.write("zones", "not a directory");
  EXPECT_FALSE(open(spec())->locate(scope(), {}, {}));
  EXPECT_FALSE(open(spec())->survey({}));
}

TEST_F(ZoneFiles, SurveysItsFilesWithTokensThatMove) {
  temp_.write("zones/b.example.zone", kFile);
  temp_.write("zones/a.example.zone", kFile);
  temp_.write("zones/README", "no zone");
  temp_.write("zones/.hidden.zone", "no zone");
  temp_.write("zones/Upper.zone", "no zone of ours");
  auto provider = open(spec());
  const auto before = provider->survey({});
  ASSERT_TRUE(before);
  ASSERT_EQ(before->size(), 2U);
  EXPECT_EQ((*before)[0].scope, scope("a.example."));
  EXPECT_EQ((*before)[1].scope, scope("b.example."));
  temp_.write("zones/a.example.zone", std::string(kFile) + "x A 192.0.2.2\n");
  const auto after = provider->survey({});
  EXPECT_NE((*after)[0].fingerprint, (*before)[0].fingerprint);
  EXPECT_EQ((*after)[1].fingerprint, (*before)[1].fingerprint);
}

TEST_F(ZoneFiles, GivesAnObservationTheTokenOfTheSurvey) {
  temp_.write("zones/example.com.zone", kFile);
  EXPECT_EQ(look().fingerprint, open(spec())->survey({})->at(0).fingerprint);
}

TEST_F(ZoneFiles, GivesNoTokenToAFileThatIsTooYoungForIt) {
  temp_.write("zones/example.com.zone", kFile);
  const auto written = fs::last_write_time(temp_.path() / "zones/example.com.zone");
  quiet_.clock().advance(std::chrono::file_clock::to_sys(written) - quiet_.clock().now());
  EXPECT_EQ(look().fingerprint, "");
  quiet_.clock().advance(std::chrono::seconds(1));
  EXPECT_NE(look().fingerprint, "");
}

TEST_F(ZoneFiles, MakesAZoneWithItsRecordsInOneWrite) {
  const auto ns = kinds::rrset_body(std::nullopt, {"ns7.example.net."});
  const auto outcomes = apply(
      {make_zone(0),
       {.number = 1, .kind = kinds::kRRset, .key = kWwwA, .after = kOneFile},
       {.number = 2, .kind = kinds::kRRset, .key = std::string_view("@\0NS", 4), .after = ns}});
  for (const auto& [number, outcome] : outcomes) {
    EXPECT_TRUE(is_done(outcome)) << number;
  }
  EXPECT_EQ(
      zone_text(),
      "; Managed by plumb. Edits made here are seen as drift; comments do not survive a write.\n"
      "$ORIGIN example.com.\n$TTL 3600\n"
      "@\tIN\tSOA\tns7.example.net. hostmaster.example.com. 2026112000 10800 3600 1209600 3600\n"
      "@\tIN\tNS\tns7.example.net.\n"
      "www\t300\tIN\tA\t192.0.2.1\n");
}

TEST_F(ZoneFiles, TakesTheSoaOfNewZonesFromTheSpec) {
  apply({make_zone()},
        {{"soa",
          Value{Value::Map{{"primary", text("ns.example.org")},
                           {"contact", text("dns.admin@example.org")},
                           {"refresh", text("1h")},
                           {"minimum", Value{std::int64_t{60}, {}}}},
                {}}}});
  EXPECT_NE(zone_text().find("SOA\tns.example.org. dns\\.admin.example.org. 2026112000 3600 3600 "
                             "1209600 60\n"),
            std::string::npos)
      << zone_text();
}

TEST_F(ZoneFiles, ChangesOnlyWhatIsNamedAndKeepsTheRest) {
  temp_.write("zones/example.com.zone", kFile);
  const auto after = kinds::rrset_body(60, {"192.0.2.2", "192.0.2.3"});
  const auto outcomes = apply({{.act = Act::update,
                                .kind = kinds::kRRset,
                                .key = kWwwA,
                                .before = kOneFile,
                                .after = after}});
  EXPECT_TRUE(is_done(outcomes.at(0)));
  EXPECT_EQ(
      zone_text(),
      "; Managed by plumb. Edits made here are seen as drift; comments do not survive a write.\n"
      "$ORIGIN example.com.\n$TTL 300\n"
      "@\tIN\tSOA\tns1.example.com. hostmaster.example.com. 2026112000 10800 3600 604800 300\n"
      "@\tIN\tNS\tns1.example.com.\n"
      "www\t60\tIN\tA\t192.0.2.2\nwww\t60\tIN\tA\t192.0.2.3\n"
      "odd.example.com.\tIN\tTYPE65280\t\\# 2 abcd\n");
}

TEST_F(ZoneFiles, RefusesAWholeBatchWhenARowMovedSinceItWasRead) {
  temp_.write("zones/example.com.zone", kFile);
  const auto stale = kinds::rrset_body(300, {"192.0.2.99"});
  const auto outcomes = apply(
      {{.number = 0, .kind = kinds::kRRset, .key = kMailA, .after = kOneFile},
       {.number = 1, .act = Act::remove, .kind = kinds::kRRset, .key = kWwwA, .before = stale}});
  EXPECT_TRUE(std::holds_alternative<NotSent>(outcomes.at(0)));
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes.at(1)));
  const auto& error = std::get<Refused>(outcomes.at(1)).error;
  EXPECT_EQ(error.code, ErrorCode::conflict);
  EXPECT_EQ(error.message, "record set www A changed since it was read");
  EXPECT_EQ(zone_text(), kFile);
}

TEST_F(ZoneFiles, DoesNotWriteWhatIsAlreadySo) {
  temp_.write("zones/example.com.zone", kFile);
  const auto outcomes =
      apply({make_zone(0),
             {.number = 1, .kind = kinds::kRRset, .key = kWwwA, .after = kOneFile},
             {.number = 2,
              .act = Act::remove,
              .kind = kinds::kRRset,
              .key = kMailA,
              .before = kOneFile}});
  EXPECT_TRUE(is_done(outcomes.at(0)) && is_done(outcomes.at(1)) && is_done(outcomes.at(2)));
  EXPECT_EQ(zone_text(), kFile);
}

TEST_F(ZoneFiles, NeverOverwritesAnOpaqueSet) {
  temp_.write("zones/example.com.zone", std::string(kFile) + "mail IN TYPE1 \\# 4 C0000201\n");
  const auto outcomes = apply({{.kind = kinds::kRRset, .key = kMailA, .after = kOneFile}});
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_EQ(std::get<Refused>(outcomes.at(0)).error.code, ErrorCode::conflict);
}

TEST_F(ZoneFiles, NeverWritesOverAFileThatItCannotRead) {
  temp_.write("zones/example.com.zone", "broken");
  const auto outcomes =
      apply({make_zone(), {.number = 1, .kind = kinds::kRRset, .key = kWwwA, .after = kOneFile}});
  EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(1)));
  EXPECT_EQ(zone_text(), "broken");
}

TEST_F(ZoneFiles, NeverReplacesWhatIsNoFile) {
  fs::create_directories(temp_.path() / "zones/example.com.zone");
  EXPECT_FALSE(open(spec())->locate(scope(), {}, {}));
  EXPECT_TRUE(std::holds_alternative<Refused>(apply({make_zone()}).at(0)));
  EXPECT_TRUE(fs::is_directory(temp_.path() / "zones/example.com.zone"));
}

TEST_F(ZoneFiles, KeepsTheModeOfAFileAndGivesNewOnesTheirs) {
  const auto mode_of = [&] {
    return static_cast<unsigned>(fs::status(temp_.path() / "zones/example.com.zone").permissions());
  };
  apply({make_zone()}, {{"mode", text("0640")}});
  EXPECT_EQ(mode_of(), 0640U);
  apply({{.kind = kinds::kRRset, .key = kWwwA, .after = kOneFile}});
  EXPECT_EQ(mode_of(), 0640U);
}

TEST_F(ZoneFiles, RefusesRecordsOfAZoneThatIsGone) {
  const auto outcomes = apply({{.kind = kinds::kRRset, .key = kWwwA, .after = kOneFile}});
  ASSERT_TRUE(std::holds_alternative<Refused>(outcomes.at(0)));
  EXPECT_EQ(std::get<Refused>(outcomes.at(0)).error.code, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(temp_.path() / "zones"));
}

TEST_F(ZoneFiles, MovesARemovedZoneAwayAndNeverOverAnother) {
  for (int round = 0; round < 2; ++round) {
    temp_.write("zones/example.com.zone", kFile);
    const auto outcomes = apply({{.act = Act::remove, .kind = kinds::kZone}});
    EXPECT_TRUE(is_done(outcomes.at(0)));
    EXPECT_EQ(look().reading, Reading::missing);
  }
  EXPECT_EQ(temp_.read("zones/.removed/example.com.zone.20261120T120000Z"), kFile);
  EXPECT_EQ(temp_.read("zones/.removed/example.com.zone.20261120T120000Z.2"), kFile);
  EXPECT_TRUE(open(spec())->survey({})->empty());
}

TEST_F(ZoneFiles, RefusesNamesThatWouldLeaveTheDirectory) {
  for (const std::string zone : {"../evil.", "a/b.", ".", "", "..", "\\046\\046."}) {
    EXPECT_FALSE(open(spec())->locate(scope(zone), {}, {})) << zone;
    const auto outcomes = apply({make_zone()}, {}, zone);
    EXPECT_TRUE(std::holds_alternative<Refused>(outcomes.at(0))) << zone;
  }
}

TEST_F(ZoneFiles, RunsTheReloadCommandAfterAWriteOnly) {
  const Value::Map reload = {{"reload",
                              Value{Value::List{
                                        text("cp"),
                                        text("example.com.zone"),
                                        text("told-{zone}"),
                                    },
                                    {}}}};
  temp_.write("zones/example.com.zone", kFile);
  apply({make_zone()}, reload);
  EXPECT_FALSE(fs::exists(temp_.path() / "zones/told-{zone}"));
  apply({{.kind = kinds::kRRset, .key = kMailA, .after = kOneFile}}, reload);
  EXPECT_EQ(temp_.read("zones/told-{zone}"), zone_text());  // only a whole word is replaced
}

TEST_F(ZoneFiles, NamesTheZoneToTheReloadCommand) {
  apply({make_zone()}, {{"reload", Value{Value::List{text("touch"), text("{zone}")}, {}}}});
  EXPECT_TRUE(fs::exists(temp_.path() / "zones/example.com"));
}

TEST_F(ZoneFiles, RemembersAReloadThatFailedUntilItWorks) {
  const Value::Map fails = {{"reload", Value{Value::List{text("false")}, {}}}};
  const auto outcomes = apply({make_zone()}, fails);
  EXPECT_TRUE(is_done(outcomes.at(0)));
  const auto sick = open(spec(fails))->diagnose({});
  ASSERT_EQ(sick.bad.size(), 1U);
  EXPECT_EQ(sick.bad[0].message, "zone example.com is written, but the server may not know");
  apply({{.kind = kinds::kRRset, .key = kWwwA, .after = kOneFile}},
        {{"reload", Value{Value::List{text("true")}, {}}}});
  EXPECT_TRUE(open(spec())->diagnose({}).bad.empty());
}

TEST_F(ZoneFiles, TellsTheServerOnceMoreWhereNothingIsToBeWritten) {
  const Value::Map reload = {
      {"reload", Value{Value::List{text("test"), text("-e"), text("../up")}, {}}}};
  apply({make_zone()}, reload);
  const auto provider = open(spec(reload));
  auto& owing = dynamic_cast<Owing&>(*provider);
  EXPECT_EQ(owing.owed().size(), 1U);
  owing.tell({});
  EXPECT_EQ(owing.owed().size(), 1U);
  EXPECT_TRUE(dynamic_cast<Owing&>(*open(spec())).owed().empty()) << "nobody is to be told";
  temp_.write("up", "");
  owing.tell({});
  EXPECT_TRUE(owing.owed().empty());
}

TEST_F(ZoneFiles, RunsTheCommandOfAZoneOncePerWriteWhileTheServerIsDown) {
  const Value::Map reload = {{"reload",
                              Value{Value::List{text("sh"),
                                                text("-c"),
                                                text("echo \"$0\" >> ../told; test -e ../up"),
                                                text("{zone}")},
                                    {}}}};
  for (const auto* zone : {"a.example.", "b.example.", "c.example."}) {
    apply({make_zone()}, reload, zone);
  }
  EXPECT_EQ(temp_.read("told"), "a.example\nb.example\nc.example\n");
  temp_.write("up", "");
  dynamic_cast<Owing&>(*open(spec(reload))).tell({});
  EXPECT_TRUE(dynamic_cast<Owing&>(*open(spec(reload))).owed().empty());
}

TEST_F(ZoneFiles, TellsWhatAnotherRunOwesUntilItIsStopped) {
  const Value::Map fails = {{"reload", Value{Value::List{text("false")}, {}}}};
  const Value::Map works = {{"reload", Value{Value::List{text("true")}, {}}}};
  const auto provider = open(spec(works));
  auto& owing = dynamic_cast<Owing&>(*provider);
  apply({make_zone()}, fails);
  ASSERT_EQ(owing.owed().size(), 1U);
  std::stop_source stop;
  stop.request_stop();
  owing.tell(stop.get_token());
  EXPECT_EQ(owing.owed().size(), 1U);
  owing.tell({});
  EXPECT_TRUE(owing.owed().empty());
}

TEST_F(ZoneFiles, SendsNothingOnceStopped) {
  std::stop_source stop;
  stop.request_stop();
  const std::vector<ProviderChange> changes = {make_zone()};
  open(spec())->apply(
      {scope(), changes, ""},
      [](std::uint32_t, const Outcome& outcome) {
        EXPECT_TRUE(std::holds_alternative<NotSent>(outcome));
      },
      stop.get_token());
  EXPECT_FALSE(fs::exists(temp_.path() / "zones"));
}

TEST(ZoneFileSpec, IsOneAccountPerDirectory) {
  const auto account = [](std::string directory) {
    return *zonefile_provider().traits->account(
        Value{Value::Map{{"directory", text(std::move(directory))}}, {}});
  };
  EXPECT_EQ(account("zones"), "zonefile zones");
  EXPECT_EQ(account("./zones//"), "zonefile zones");
  EXPECT_EQ(account("/srv/x/../dns/"), "zonefile /srv/dns");
  EXPECT_FALSE(zonefile_provider().traits->account(Value{Value::Map{}, {}}));
}

TEST(ZoneFileSpec, SaysAllThatIsWrongWithIt) {
  Diagnostics problems;
  const Value spec{Value::Map{{"type", text("zonefile")},
                              {"directry", text("zones")},
                              {"reload", text("rndc reload")},
                              {"mode", text("0999")},
                              {"soa",
                               Value{Value::Map{{"primary", text("a b..")},
                                                {"retry", text("soon")},
                                                {"serial", text("1")}},
                                     {}}}},
                   {}};
  zonefile_provider().traits->check(spec, problems);
  std::vector<std::string> messages;
  for (const auto& problem : problems.all()) {
    messages.push_back(problem.message + " · " + problem.hint);
  }
  ASSERT_EQ(messages.size(), 7U) << ::testing::PrintToString(messages);
  EXPECT_EQ(messages[0], "a zonefile provider needs a directory · write `directory: zones`");
  EXPECT_EQ(messages[1],
            "unknown field `directry` of a zonefile provider · did you mean directory?");
}

}  // namespace
}  // namespace plumb::providers::zonefile
