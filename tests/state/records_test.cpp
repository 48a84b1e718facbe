#include "state/records.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "resources/model/cbor.h"

namespace plumb::state::records {
namespace {

Value text(std::string content) {
  return {std::move(content), {}};
}

Owned full_owned() {
  Owned owned;
  owned.handle = "h\0x";
  owned.made = true;
  owned.policy = {true, true, true, {"/ttl", "/values"}};
  owned.needs = {{{"static", ""}, KindId{9}, "mx1"},
                 {{"a", "b"}, KindId{255}, std::string(70, 'k')}};
  // Not in alphabetical order: the order must survive, else every claim would look changed.
  owned.secret_prints = {{"zz", text("1"), {}}, {"aa", Value{std::int64_t{-5}, {}}, {}}};
  owned.origin = "domains/example.com.yaml:14:5 at commit 3f2a91c";
  return owned;
}

Intent full_intent() {
  Intent intent;
  intent.seq = std::numeric_limits<std::uint64_t>::max();
  intent.run = "run";
  intent.commit = "3f2a91c";
  intent.scope = {"powerdns http://127.0.0.1:8081/ localhost", "example.com."};
  intent.marker = "st-7";
  intent.begun = "2026-11-20T12:00:00Z";
  intent.process = "ci/1";
  IntentKey key;
  key.kind = KindId{2};
  key.key = std::string("www\0A", 5);
  key.verb = 4;
  key.before = "\xff\x00";
  key.after = "after";
  key.claimed_body = "ours of it";
  key.claims = false;
  key.state = KeyState::pending;
  key.token = "t";
  key.claim = full_owned();
  key.consent = "c";
  key.consent_count = 3;
  intent.keys = {key, IntentKey{}};
  return intent;
}

/// The encoded bytes of a record of each type with every member set.
std::vector<std::pair<std::string, std::function<bool(std::string_view)>>> all_records() {
  const auto decodes = []<class T>(const T&) {
    return [](std::string_view bytes) { return decode<T>(bytes).has_value(); };
  };
  std::vector<std::pair<std::string, std::function<bool(std::string_view)>>> all;
  const auto add = [&](const auto& record) { all.emplace_back(encode(record), decodes(record)); };
  add(Identity{"st-1", 42, {"acme", "production"}});
  add(Counters{1, 2, 3, 4, std::string(32, 'd'), true});
  add(Scope{"account", "container"});
  add(Claim{"body", full_owned(), std::string(300, 'k')});
  add(Outputs{{{"ipv4", Value{Value::List{text("192.0.2.1")}, {}}, {}}}, ""});
  add(full_intent());
  add(Settled{"d", "f", "c"});
  add(ConsentUse{"c", 1, 2});
  add(HistoryRow{1, "t", "r", "c", {"a", "b"}, KindId{2}, "k", "w", "r", "b", "a", "d"});
  add(TakenOver{"why", "when"});
  add(Account{"pdns", "account"});
  return all;
}

TEST(Records, OfEachTypeComeBackByteForByte) {
  const auto owned = full_owned();
  const auto claim = decode<Claim>(encode(Claim{"body", owned, "long"}));
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->owned, owned);
  EXPECT_EQ(claim->body, "body");
  EXPECT_EQ(claim->long_key, "long");
  const auto intent = full_intent();
  const auto read = decode<Intent>(encode(intent));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode(*read), encode(intent));
  EXPECT_EQ(read->keys[0].claim, owned);
  EXPECT_EQ(read->keys[0].state, KeyState::pending);
  EXPECT_EQ(read->keys[0].claimed_body, "ours of it");
  EXPECT_FALSE(read->keys[0].claims);
  EXPECT_TRUE(read->keys[1].claims);
  for (const auto& [bytes, decodes] : all_records()) {
    EXPECT_TRUE(decodes(bytes));
  }
}

TEST(Records, CutOffAnywhereAreRefused) {
  for (const auto& [bytes, decodes] : all_records()) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decodes(std::string_view(bytes).substr(0, size)));
    }
    EXPECT_FALSE(decodes(bytes + '\0'));
  }
}

TEST(Records, OfANewerVersionAskForAnUpgrade) {
  std::string newer;
  cbor::unsigned_number(newer, 2);
  cbor::octets(newer, "something new");
  const auto read = decode<Settled>(newer);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().hint, "upgrade plumb");
  EXPECT_NE(read.error().message.find("version 2"), std::string::npos) << read.error().message;
}

TEST(Records, DecodingIsSafeOnAnyBytes) {
  const auto records = all_records();
  EXPECT_TRUE(rc::check("a flipped octet never crashes", [&] {
    const auto& [good, decodes] = records[*rc::gen::inRange<std::size_t>(0, records.size())];
    auto bytes = good;
    const auto place = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[place] = *rc::gen::arbitrary<char>();
    for (const auto& [other, decode_other] : records) {
      decode_other(bytes);
    }
  }));
}

TEST(Records, ClaimsRoundTripWhateverTheyHold) {
  EXPECT_TRUE(rc::check([](const std::string& body,
                           const std::string& handle,
                           bool made,
                           const std::vector<std::string>& ignore,
                           const std::map<std::string, std::string>& prints) {
    Claim claim;
    claim.body = body;
    claim.owned.handle = handle;
    claim.owned.made = made;
    claim.owned.policy.ignore = ignore;
    for (const auto& [name, print] : prints) {
      claim.owned.secret_prints.insert(claim.owned.secret_prints.begin(), {name, text(print), {}});
    }
    const auto read = decode<Claim>(encode(claim));
    RC_ASSERT(read.has_value());
    RC_ASSERT(read->body == body);
    RC_ASSERT(read->owned == claim.owned);
  }));
}

TEST(ResourceKeys, SortAsRowsOfTablesDoAndFitIntoLmdb) {
  EXPECT_TRUE(rc::check([](const std::string& a, const std::string& b, std::uint8_t kind) {
    const auto left = resource_key(7, KindId{kind}, a);
    const auto right = resource_key(7, KindId{kind}, b);
    RC_ASSERT(left.size() <= 511U);
    TableBuilder builder;
    builder.add(KindId{kind}, a, "");
    builder.add(KindId{kind}, b, "");
    const auto sealed = builder.seal();
    RC_ASSERT((sealed.order[0] == 0) == (left <= right));
  }));
}

TEST(ResourceKeys, KeepShortKeysWholeAndTellLongOnesApart) {
  struct Case {
    std::size_t size;
    bool long_key;
  };
  for (const auto& [size, long_key] : {Case{0, false},
                                       {1, false},
                                       {255, false},
                                       {256, true},
                                       {287, true},
                                       {288, true},
                                       {65535, true}}) {
    const std::string key(size, 'k');
    const auto row = resource_key(3, KindId{200}, key);
    const auto read = read_resource_key(row);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(read->scope, 3U);
    EXPECT_EQ(read->kind, KindId{200});
    EXPECT_EQ(read->long_key, long_key) << size;
    EXPECT_TRUE(key.starts_with(read->key));
    EXPECT_LE(row.size(), 511U);
    EXPECT_NE(row, resource_key(3, KindId{200}, key + "x"));
  }
  EXPECT_FALSE(read_resource_key("short"));
  EXPECT_FALSE(read_resource_key(std::string(280, 'x')));
}

}  // namespace
}  // namespace plumb::state::records
