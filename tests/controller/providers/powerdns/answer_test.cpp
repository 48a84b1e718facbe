#include "controller/providers/powerdns/answer.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "resources/kinds/resource_kinds.h"
#include "resources/kinds/rrset.h"

namespace plumb::providers::powerdns {
namespace {

using Json = nlohmann::json;
using values::RecordType;

constexpr std::string_view kWhence = "powerdns http://pdns.example/: GET /zones";
const Scope kScope{"powerdns http://pdns.example/ localhost", "example.com."};

Json record(const std::string& content, bool disabled = false) {
  return {{"content", content}, {"disabled", disabled}};
}

Json set_of(const std::string& name, const std::string& type, Json records) {
  return {{"name", name},
          {"type", type},
          {"ttl", 300},
          {"comments", Json::array()},
          {"records", std::move(records)}};
}

Json zone_of(Json sets) {
  return {{"name", "example.com."},
          {"kind", "Native"},
          {"serial", 7},
          {"edited_serial", 9},
          {"soa_edit_api", "DEFAULT"},
          {"rrsets", std::move(sets)}};
}

ObservedScope read(const Json& zone) {
  auto seen = read_zone(zone.dump(), kScope, kWhence);
  EXPECT_TRUE(seen) << seen.error().message;
  return seen ? std::move(*seen) : ObservedScope();
}

struct Row {
  std::string body;
  std::uint8_t flags = 0xff;
  std::string reason;
};
Row row_of(const ObservedScope& seen, const std::string& key) {
  const auto row = seen.table.find(kinds::kRRset, key);
  if (!row) {
    return {};
  }
  const auto& entry = seen.table[*row];
  return {std::string(seen.table.body(entry)),
          entry.flags,
          entry.side == 0 ? "" : seen.side.at(entry.side - 1).opaque_because};
}
std::string key_of(const std::string& owner, const std::string& type) {
  return owner + std::string(1, '\0') + type;
}

TEST(PowerdnsAnswer, ReadsAZoneIntoCanonicalRows) {
  const auto seen = read(zone_of(
      {set_of("example.com.", "SOA", {record("ns1.example.com. h.example.com. 7 1 2 3 4")}),
       set_of("example.com.", "NS", {record("NS1.example.com.")}),
       set_of(
           "example.com.", "MX", {record("10 Mail.example.com."), record("010 mail.example.com.")}),
       set_of("*.Sub.example.com.", "AAAA", {record("2001:DB8:0:0::1")}),
       set_of("www.example.com.", "TXT", {record("\"a\\\"b\" \"\\200c\"")}),
       set_of("empty.example.com.", "A", Json::array())}));
  EXPECT_EQ(seen.reading, Reading::read);
  EXPECT_EQ(seen.fingerprint, "Native 7");
  EXPECT_EQ(seen.table.size(), 6U);
  EXPECT_TRUE(seen.side.empty());
  EXPECT_EQ(row_of(seen, key_of("@", "SOA")).flags, EntryFlag::system_owned);
  EXPECT_EQ(row_of(seen, key_of("@", "NS")).flags, EntryFlag::system_owned);
  EXPECT_EQ(row_of(seen, key_of("@", "MX")).body, kinds::rrset_body(300, {"10 mail.example.com."}));
  EXPECT_EQ(row_of(seen, key_of("*.sub", "AAAA")).body, kinds::rrset_body(300, {"2001:db8::1"}));
  EXPECT_EQ(row_of(seen, key_of("www", "TXT")).body,
            kinds::rrset_body(300,
                              {"a\"b\xc8"
                               "c"}));
}

TEST(PowerdnsAnswer, DoesNotMindTheOrderOfFieldsNorFieldsThatItDoesNotKnow) {
  const std::string body =
      R"({"rrsets":[{"records":[{"disabled":false,"new":{"a":[1]},"content":"192.0.2.1"}],)"
      R"("modified_at":5,"type":"A","ttl":60,"name":"www.example.com."}],"serial":3,)"
      R"("soa_edit_api":"INCREASE","name":"example.com.","future":[[]],"kind":"Master"})";
  const auto seen = read_zone(body, kScope, kWhence);
  ASSERT_TRUE(seen) << seen.error().message;
  EXPECT_EQ(seen->fingerprint, "Master 3");
  EXPECT_EQ(row_of(*seen, key_of("www", "A")).body, kinds::rrset_body(60, {"192.0.2.1"}));
}

TEST(PowerdnsAnswer, LeavesAloneWhatItCannotRepresent) {
  const auto seen = read(zone_of({
      set_of("example.com.", "ALIAS", {record("www.example.net.")}),
      set_of("lua.example.com.", "LUA", {record("A \"ifportup(443, {'192.0.2.1'})\"")}),
      set_of("off.example.com.", "A", {record("192.0.2.1", true)}),
      set_of("bad.example.com.", "MX", {record("not an exchange at all")}),
      set_of("elsewhere.example.net.", "A", {record("192.0.2.1")}),
  }));
  const std::vector<std::pair<std::string, std::string>> reasons = {
      {key_of("@", "ALIAS"), "plumb does not know type ALIAS"},
      {key_of("lua", "LUA"), "plumb does not know type LUA"},
      {key_of("off", "A"), "all its records are disabled"},
      {key_of("bad", "MX"), "its data cannot be read"},
      {key_of("elsewhere.example.net.", "A"), "its name is no name in this zone"},
  };
  for (const auto& [key, reason] : reasons) {
    const auto row = row_of(seen, key);
    EXPECT_EQ(row.flags, EntryFlag::opaque) << reason;
    EXPECT_NE(row.reason.find(reason), std::string::npos) << row.reason;
  }
}

TEST(PowerdnsAnswer, CountsEnabledRecordsOnlyAndMarksTheRow) {
  const auto seen = read(
      zone_of({set_of("www.example.com.", "A", {record("192.0.2.1"), record("192.0.2.2", true)})}));
  const auto row = row_of(seen, key_of("www", "A"));
  EXPECT_EQ(row.flags, 0);
  EXPECT_EQ(row.body, kinds::rrset_body(300, {"192.0.2.1"}));
  EXPECT_EQ(seen.side.at(0).handle, kHasDisabled);
}

TEST(PowerdnsAnswer, TakesNothingOfASecondaryZoneForItsOwn) {
  for (const std::string kind : {"Slave", "Secondary", "Consumer"}) {
    auto zone = zone_of({set_of("www.example.com.", "A", {record("192.0.2.1")})});
    zone["kind"] = kind;
    const auto row = row_of(read(zone), key_of("www", "A"));
    EXPECT_EQ(row.flags, EntryFlag::opaque | EntryFlag::system_owned);
    EXPECT_NE(row.reason.find("secondary"), std::string::npos);
  }
}

TEST(PowerdnsAnswer, GivesNoTokenWhereTheSerialStandsStill) {
  for (const std::string how : {"", "OFF"}) {
    auto zone = zone_of(Json::array());
    zone["soa_edit_api"] = how;
    EXPECT_EQ(read(zone).fingerprint, "");
  }
}

TEST(PowerdnsAnswer, NamesTheFieldThatIsMissingOrOfAnotherType) {
  const auto sound = zone_of({set_of("www.example.com.", "A", {record("192.0.2.1")})});
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"/name", "name"},
      {"/kind", "kind"},
      {"/serial", "serial"},
      {"/rrsets", "rrsets"},
      {"/rrsets/0/name", "rrsets[].name"},
      {"/rrsets/0/type", "rrsets[].type"},
      {"/rrsets/0/ttl", "rrsets[].ttl"},
      {"/rrsets/0/records", "rrsets[].records"},
      {"/rrsets/0/records/0/content", "rrsets[].records[].content"},
  };
  for (const auto& [pointer, field] : fields) {
    const Json::json_pointer at(pointer);
    auto missing = sound;
    missing[at.parent_pointer()].erase(at.back());
    auto wrong = sound;
    wrong[at] = Json::object();
    for (const auto& zone : {missing, wrong}) {
      const auto seen = read_zone(zone.dump(), kScope, kWhence);
      ASSERT_FALSE(seen) << zone.dump();
      EXPECT_EQ(seen.error().code, ErrorCode::internal);
      EXPECT_NE(seen.error().message.find("field " + field), std::string::npos)
          << seen.error().message;
      EXPECT_NE(seen.error().message.find(kWhence), std::string::npos);
    }
  }
  auto disabled = sound;
  disabled["rrsets"][0]["records"][0]["disabled"] = "no";
  EXPECT_FALSE(read_zone(disabled.dump(), kScope, kWhence));
  for (const Json& ttl : {Json(-1), Json(1.5), Json(std::int64_t{1} << 32)}) {
    auto zone = sound;
    zone["rrsets"][0]["ttl"] = ttl;
    EXPECT_FALSE(read_zone(zone.dump(), kScope, kWhence)) << ttl;
  }
}

TEST(PowerdnsAnswer, NeverTakesATruncatedZoneForAWholeOne) {
  const auto whole = zone_of({set_of("www.example.com.", "A", {record("192.0.2.1")}),
                              set_of("ftp.example.com.", "A", {record("192.0.2.1")})})
                         .dump();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read_zone(whole.substr(0, size), kScope, kWhence)) << whole.substr(0, size);
  }
  EXPECT_TRUE(read_zone(whole, kScope, kWhence));
}

TEST(PowerdnsAnswer, RefusesTheAnswerOfAnotherZone) {
  auto zone = zone_of(Json::array());
  zone["name"] = "example.net.";
  EXPECT_FALSE(read_zone(zone.dump(), kScope, kWhence));
}

TEST(PowerdnsAnswer, ListsZonesWithTheirTokens) {
  const auto zones = read_zones(
      R"([{"name":"b.example.","kind":"Native","serial":5},{"serial":1,"kind":"Slave","name":"A.example."}])",
      "account",
      kWhence);
  ASSERT_TRUE(zones) << zones.error().message;
  ASSERT_EQ(zones->size(), 2U);
  EXPECT_EQ((*zones)[0].scope, (Scope{"account", "b.example."}));
  EXPECT_EQ((*zones)[0].fingerprint, "Native 5");
  EXPECT_EQ((*zones)[1].scope.container, "a.example.");
  for (const std::string broken : {"", "{}", "[1]", "[{\"name\":\"a.\"}]", "[{}", "<html>"}) {
    EXPECT_FALSE(read_zones(broken, "account", kWhence)) << broken;
  }
}

TEST(PowerdnsAnswer, FindsTheTextOfAnErrorWhereThereIsOne) {
  EXPECT_EQ(error_text(R"({"error": "RRset x: \"y\"", "errors": ["a"]})"), "RRset x: \"y\"");
  for (const std::string other : {"", "Unauthorized", "{}", "{\"error\": 5}", "[]"}) {
    EXPECT_EQ(error_text(other), other);
  }
}

}  // namespace
}  // namespace plumb::providers::powerdns
