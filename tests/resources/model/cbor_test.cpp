#include "resources/model/cbor.h"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace plumb {
namespace {

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto octet = static_cast<unsigned char>(c);
    out.push_back(kDigits[octet >> 4U]);
    out.push_back(kDigits[octet & 0xFU]);
  }
  return out;
}

std::string encoded(const Value& value) {
  std::string out;
  cbor::value(out, value);
  return out;
}

Value text(std::string_view of) {
  return {std::string(of), {}};
}
Value number(std::int64_t of) {
  return {of, {}};
}

TEST(Cbor, EncodesAsTheRfcDoes) {
  // RFC 8949 appendix A; texts are octet strings here.
  struct Case {
    Value value;
    std::string_view bytes;
  };
  const std::vector<Case> cases{
      {number(0), "00"},
      {number(23), "17"},
      {number(24), "1818"},
      {number(255), "18ff"},
      {number(256), "190100"},
      {number(65536), "1a00010000"},
      {number(1000000000000), "1b000000e8d4a51000"},
      {number(-1), "20"},
      {number(-1000), "3903e7"},
      {number(std::numeric_limits<std::int64_t>::min()), "3b7fffffffffffffff"},
      {Value{false, {}}, "f4"},
      {Value{true, {}}, "f5"},
      {Value{}, "f6"},
      {text(""), "40"},
      {text("\x01\x02\x03\x04"), "4401020304"},
      {Value{Value::List{number(1), text("a")}, {}}, "82014161"},
      {Value{Value::Map{}, {}}, "a0"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(hex(encoded(c.value)), c.bytes);
    EXPECT_EQ(cbor::decode(encoded(c.value)).value(), c.value) << c.bytes;
  }
}

TEST(Cbor, SortsTheMembersOfMapsByTheirEncodedNames) {
  const Value a{Value::Map{{"bb", number(1)}, {"a", number(2)}, {"c", number(3)}}, {}};
  const Value b{Value::Map{{"c", number(3)}, {"bb", number(1)}, {"a", number(2)}}, {}};
  EXPECT_EQ(encoded(a), encoded(b));
  EXPECT_EQ(hex(encoded(a)),
            "a3416102416303426262"
            "01");
}

TEST(Cbor, KeepsReferencesSecretsAndExpressionsApartFromTexts) {
  const Value reference{Reference{"Server/mx1", "ipv4", true}, {}};
  const Value secret{SecretRef{"env", "TOKEN"}, {}};
  const Value expression{Expression{{text("10 "), reference}}, {}};
  for (const auto& value : {reference, secret, expression}) {
    EXPECT_EQ(cbor::decode(encoded(value)).value(), value);
  }
  EXPECT_EQ(hex(encoded(reference)).substr(0, 8), "d99c4183");
  EXPECT_EQ(hex(encoded(secret)).substr(0, 8), "d99c4282");
}

TEST(Cbor, RefusesBrokenBytes) {
  const std::vector<std::string> broken{
      "",
      std::string("\x00\x00", 2),  // something after the item
      "\x18",                      // no argument
      "\x42"
      "a",         // a string that is too short
      "\x82\x01",  // a list that is too short
      "\xa1\x41"
      "a",                                                  // a member without value
      "\xa1\xf4\x01",                                       // a name that is none
      "\x1c",                                               // reserved
      "\x5f",                                               // indefinite length
      "\xf7",                                               // undefined
      std::string("\x1b\xff\xff\xff\xff\xff\xff\xff\xff"),  // beyond 64 signed bits
      std::string("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),  // as many members
      std::string("\xd9\x9c\x41\x81\x41"
                  "a"),          // a reference without output
      std::string("\xc1\x80"),   // another's tag
      std::string(200, '\x81'),  // too deep
  };
  for (const auto& bytes : broken) {
    const auto decoded = cbor::decode(bytes);
    ASSERT_FALSE(decoded) << hex(bytes);
    EXPECT_EQ(decoded.error().code, ErrorCode::invalid_input);
    std::string_view rest = bytes;
    EXPECT_EQ(cbor::field(bytes, 1), std::nullopt) << hex(bytes);
    EXPECT_TRUE(cbor::field_list(bytes, 1).empty());
    cbor::skip(rest);
  }
}

TEST(CborBody, GivesItsFieldsByNumber) {
  std::string list;
  cbor::array(list, 2);
  cbor::octets(list, "a");
  cbor::octets(list, "b");
  const std::vector<std::pair<std::uint8_t, std::string>> fields{
      {1, encoded(number(300))}, {2, list}, {30, encoded(text("x"))}};
  const auto body = cbor::body(fields);
  EXPECT_EQ(cbor::field_numbers(body), (std::vector<std::uint8_t>{1, 2, 30}));
  EXPECT_EQ(cbor::field_number(body, 1), 300U);
  EXPECT_EQ(cbor::field_list(body, 2), (std::vector<std::string_view>{"a", "b"}));
  EXPECT_EQ(cbor::field_octets(body, 30), "x");
  EXPECT_EQ(cbor::field(body, 2), list);
}

TEST(CborBody, TellsAbsenceAndOtherTypesFromValues) {
  const std::vector<std::pair<std::uint8_t, std::string>> fields{{2, encoded(text("x"))}};
  const auto body = cbor::body(fields);
  EXPECT_EQ(cbor::field(body, 1), std::nullopt);
  EXPECT_EQ(cbor::field(body, 3), std::nullopt);
  EXPECT_EQ(cbor::field_number(body, 2), std::nullopt);
  EXPECT_TRUE(cbor::field_list(body, 2).empty());
  EXPECT_EQ(cbor::field("", 1), std::nullopt);
  EXPECT_TRUE(cbor::field_numbers("").empty());
}

Value some_value(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 2 ? 5 : 7);
  switch (kind) {
    case 0:
      return {};
    case 1:
      return {*rc::gen::arbitrary<bool>(), {}};
    case 2:
      return {*rc::gen::arbitrary<std::int64_t>(), {}};
    case 3:
      return {*rc::gen::arbitrary<std::string>(), {}};
    case 4:
      return {Reference{*rc::gen::arbitrary<std::string>(), *rc::gen::arbitrary<std::string>()},
              {}};
    case 5: {
      Value::List items;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        items.push_back(some_value(depth + 1));
      }
      return {std::move(items), {}};
    }
    default: {
      Value::Map members;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
        members.push_back({std::string(static_cast<std::size_t>(i), 'k'), some_value(depth + 1)});
      }
      return {std::move(members), {}};
    }
  }
}

RC_GTEST_PROP(CborProperty, DecodingGivesBackTheSameBytes, ()) {
  const auto bytes = encoded(some_value(0));
  const auto decoded = cbor::decode(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(encoded(*decoded) == bytes);
  std::string_view rest = bytes;
  RC_ASSERT(cbor::skip(rest) == bytes);
  RC_ASSERT(rest.empty());
}

RC_GTEST_PROP(CborProperty, NoBytesDoHarm, (std::string bytes)) {
  std::ignore = cbor::decode(bytes);
  std::ignore = cbor::field(bytes, 1);
  std::ignore = cbor::field_list(bytes, 2);
  std::ignore = cbor::field_numbers(bytes);
}

}  // namespace
}  // namespace plumb
