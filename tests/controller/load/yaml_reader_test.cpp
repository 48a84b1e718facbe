#include "controller/load/yaml_reader.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "resources/model/diagnostic.h"

namespace plumb::load {
namespace {

/// Keeps what a reader hands out, in order.
class Kept final : public DocumentSink {
 public:
  void record(Value item) override {
    order += 'r';
    records.push_back(std::move(item));
  }
  void document(Value tree, Place start) override {
    order += 'd';
    documents.push_back(std::move(tree));
    starts.push_back(start);
  }

  std::string order;
  std::vector<Value> records;
  std::vector<Value> documents;
  std::vector<Place> starts;
};

Kept read(std::string_view text) {
  Kept kept;
  Diagnostics problems;
  EXPECT_TRUE(read_yaml(text, 1, {}, kept, problems)) << text;
  for (const auto& problem : problems.all()) {
    ADD_FAILURE() << problem.message << " in " << text;
  }
  return kept;
}

Value only_document(std::string_view text) {
  auto kept = read(text);
  EXPECT_EQ(kept.documents.size(), 1U) << text;
  return kept.documents.empty() ? Value{} : std::move(kept.documents.front());
}

std::string at(Place place) {
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

/// One line per value: its place, then what it is.
void list_places(const Value& value, std::string& out) {
  out += at(value.place) + " ";
  if (const auto* map = value.as_map()) {
    out += "map\n";
    for (const auto& field : *map) {
      out += at(field.place) + " " + field.name + ": ";
      list_places(field.value, out);
    }
  } else if (const auto* list = value.as_list()) {
    out += "list\n";
    for (const auto& item : *list) {
      list_places(item, out);
    }
  } else if (const auto* text = value.as_string()) {
    out += "'" + *text + "'\n";
  } else if (const auto* number = value.as_int()) {
    out += std::to_string(*number) + "\n";
  } else if (const auto* truth = value.as_bool()) {
    out += *truth ? "true\n" : "false\n";
  } else {
    out += "null\n";
  }
}

std::string places(std::string_view text) {
  std::string out;
  list_places(only_document(text), out);
  return out;
}

TEST(YamlReader, GivesEveryValueAndKeyItsPlace) {
  EXPECT_EQ(places("# comment\n"
                   "a: 1\n"
                   "\"b c\":\n"
                   "  - x\n"
                   "  - {k: 'v', \"é\": w}\n"
                   "  - [true, \"two\"]\n"
                   "text: |\n"
                   "  one\n"
                   "  two\n"
                   "folded: >-\n"
                   "  one\n"
                   "  two\n"
                   "last:   end\n"),
            "2:1 map\n"
            "2:1 a: 2:4 1\n"
            "3:1 b c: 4:3 list\n"
            "4:5 'x'\n"
            "5:5 map\n"
            "5:6 k: 5:9 'v'\n"
            "5:14 é: 5:20 'w'\n"
            "6:5 list\n"
            "6:6 true\n"
            "6:12 'two'\n"
            "7:1 text: 7:7 'one\ntwo\n'\n"
            "10:1 folded: 10:9 'one two'\n"
            "13:1 last: 13:9 'end'\n");
}

TEST(YamlReader, CountsLinesThatEndLikeThoseOfWindows) {
  EXPECT_EQ(places("a: 1\r\nb:\r\n  - x\r\n"), "1:1 map\n1:1 a: 1:4 1\n2:1 b: 3:3 list\n3:5 'x'\n");
}

TEST(YamlReader, AcceptsAByteOrderMarkWithoutMovingPlaces) {
  EXPECT_EQ(places("\xEF\xBB\xBF"
                   "a: 1\n"),
            "1:1 map\n1:1 a: 1:4 1\n");
}

TEST(YamlReader, PlacesNothingAtTheKeyThatHasNoValue) {
  EXPECT_EQ(places("a:\n\n# comment\nb:\n  c:\nd: ~\ne:\n  null\n"),
            "1:1 map\n"
            "1:1 a: 1:1 null\n"
            "4:1 b: 5:3 map\n"
            "5:3 c: 5:3 null\n"
            "6:1 d: 6:4 null\n"
            "7:1 e: 8:3 null\n");
}

TEST(YamlReader, TypesScalarsByTheirPlainForm) {
  struct Case {
    std::string written;
    Value expected;
  };
  const auto text = [](std::string s) { return Value{std::move(s), {}}; };
  const auto number = [](std::int64_t n) { return Value{n, {}}; };
  const std::vector<Case> cases = {
      {"true", {true, {}}},
      {"false", {false, {}}},
      {"True", text("True")},
      {"TRUE", text("TRUE")},
      {"yes", text("yes")},
      {"no", text("no")},
      {"on", text("on")},
      {"off", text("off")},
      {"y", text("y")},
      {"null", {}},
      {"~", {}},
      {"", {}},
      {"Null", text("Null")},
      {"NULL", text("NULL")},
      {"0", number(0)},
      {"7", number(7)},
      {"-7", number(-7)},
      {"300", number(300)},
      {"9223372036854775807", number(INT64_MAX)},
      {"-9223372036854775808", number(INT64_MIN)},
      {"9223372036854775808", text("9223372036854775808")},
      {"-0", text("-0")},
      {"+5", text("+5")},
      {"007", text("007")},
      {"0o17", text("0o17")},
      {"0x1f", text("0x1f")},
      {"1_000", text("1_000")},
      {"1.5", text("1.5")},
      {"1e3", text("1e3")},
      {".inf", text(".inf")},
      {"192.0.2.1", text("192.0.2.1")},
      {"12:30:45", text("12:30:45")},
      {"2027-01-31", text("2027-01-31")},
      {"2GiB", text("2GiB")},
      {"1]", text("1]")},
      {"a#b", text("a#b")},
      {"\"true\"", text("true")},
      {"'5'", text("5")},
      {"\"\"", text("")},
      {"\"null\"", text("null")},
      {"\"~\"", text("~")},
      {"|\n  5\n", text("5\n")},
      {">-\n  true\n", text("true")},
      {"\"\\u00e9\\n\"", text("é\n")},
      {"'it''s'", text("it's")},
      {"'<<'", text("<<")},
  };
  for (const auto& test : cases) {
    const auto tree = only_document("v: " + test.written + "\nnext: 1\n");
    const auto* value = tree.find("v");
    ASSERT_NE(value, nullptr) << test.written;
    EXPECT_EQ(*value, test.expected) << test.written << " is " << type_name(*value);
  }
}

TEST(YamlReader, KeepsKeysAsTheyAreWritten) {
  const auto tree = only_document("1: a\ntrue: b\nnull: c\n'~': d\n\"*\": e\n");
  for (const auto* name : {"1", "true", "null", "~", "*"}) {
    EXPECT_NE(tree.find(name), nullptr) << name;
  }
}

TEST(YamlReader, TellsAnEmptyValueFromAKeyCalledNull) {
  const auto tree = only_document("a:\nNull: 1\nb:\n- x\n-\nnull: 2\n");
  EXPECT_TRUE(tree.find("a")->is_null());
  EXPECT_EQ(*tree.find("Null")->as_int(), 1);
  EXPECT_TRUE(tree.find("b")->as_list()->at(1).is_null());
  EXPECT_EQ(*tree.find("null")->as_int(), 2);
}

TEST(YamlReader, ReadsEveryDocument) {
  const auto kept = read("a: 1\n---\nb: 2\n--- {c: 3}\n...\n---\n# nothing\n---\n- d\n");
  ASSERT_EQ(kept.documents.size(), 4U);
  EXPECT_NE(kept.documents[1].find("b"), nullptr);
  EXPECT_NE(kept.documents[2].find("c"), nullptr);
  EXPECT_NE(kept.documents[3].as_list(), nullptr);
  EXPECT_EQ(at(kept.starts[0]), "1:1");
  EXPECT_EQ(at(kept.starts[1]), "3:1");
  EXPECT_EQ(at(kept.starts[2]), "4:5");
}

TEST(YamlReader, FindsNothingInAFileWithoutDocuments) {
  for (const auto* text :
       {"", "\n\n", "# only a comment\n", "---\n", "---\n---\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(read(text).order, "") << text;
  }
}

TEST(YamlReader, HandsOutADocumentOfNull) {
  const auto kept = read("--- null\n");
  ASSERT_EQ(kept.documents.size(), 1U);
  EXPECT_TRUE(kept.documents[0].is_null());
}

TEST(YamlReader, HandsOutRecordsOneByOneBeforeTheirDocument) {
  const auto kept = read(
      "kind: Domain\n"
      "spec:\n"
      "  dns: {defaultTTL: 300}\n"
      "  records:\n"
      "    - {name: www, type: A, value: 192.0.2.1}\n"
      "    - name: mail\n"
      "      values: [a, b]\n"
      "---\n"
      "spec: {records: [{name: x}, just text], other: 1}\n"
      "kind: Profile\n");
  EXPECT_EQ(kept.order, "rrdrrd");
  EXPECT_EQ(*kept.records[0].find("value")->as_string(), "192.0.2.1");
  EXPECT_EQ(at(kept.records[0].find("value")->place), "5:35");
  EXPECT_EQ(kept.records[1].find("values")->as_list()->size(), 2U);
  EXPECT_EQ(*kept.records[3].as_string(), "just text");
  const auto* records = kept.documents[0].find("spec")->find("records");
  ASSERT_NE(records, nullptr);
  EXPECT_TRUE(records->as_list()->empty());
  EXPECT_EQ(at(records->place), "5:5");
  EXPECT_EQ(*kept.documents[1].find("spec")->find("other")->as_int(), 1);
}

TEST(YamlReader, StreamsNoOtherListThanTheOneAtSpecRecords) {
  const auto kept = read(
      "records: [a]\n"
      "spec:\n"
      "  mail: {records: [b]}\n"
      "  list:\n"
      "    - records: [c]\n"
      "other: {records: [d]}\n");
  EXPECT_EQ(kept.order, "d");
  EXPECT_EQ(kept.documents[0].find("records")->as_list()->size(), 1U);
}

TEST(YamlReader, LeavesRecordsThatAreNoListInTheTree) {
  const auto tree = only_document("spec:\n  records: {a: 1}\n");
  EXPECT_NE(tree.find("spec")->find("records")->find("a"), nullptr);
}

TEST(YamlReader, KeepsDollarBracesOfPlainBlockStyleText) {
  const auto tree = only_document("value: ${web}\nlist:\n  - ${Server/mx1:ipv4}\n");
  EXPECT_EQ(*tree.find("value")->as_string(), "${web}");
  EXPECT_EQ(*tree.find("list")->as_list()->front().as_string(), "${Server/mx1:ipv4}");
}

TEST(YamlReader, AcceptsWhatLooksLikeTroubleInsideOfTexts) {
  struct Case {
    std::string written;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {"\"a\n  --- b\n\n  %c\"", "a --- b\n%c"},
      {"'# no comment'", "# no comment"},
      {"\"*.example.com\"", "*.example.com"},
      {"'&a !b @c `d'", "&a !b @c `d"},
      {"|\n  \tkey: \"open\n  [[ {{\n   &x *y", "\tkey: \"open\n[[ {{\n &x *y\n"},
      {"v=spf1 include:_spf.example.com -all", "v=spf1 include:_spf.example.com -all"},
      {"a, b [c] {d} 'e' \"f\"", "a, b [c] {d} 'e' \"f\""},
      {"http://x/?q=1#frag", "http://x/?q=1#frag"},
      {"10 mx1.example.com. # the first", "10 mx1.example.com."},
      {"plain\n  over two lines", "plain over two lines"},
      {"\tbehind a tab", "behind a tab"},
      {"\"escaped \\\" quote \\\\\"", "escaped \" quote \\"},
      {"'\"'", "\""},
      {"\"'\"", "'"},
  };
  for (const auto& test : cases) {
    const auto tree = only_document("v: " + test.written + "\nnext: 1\n");
    ASSERT_NE(tree.find("v"), nullptr) << test.written;
    ASSERT_NE(tree.find("v")->as_string(), nullptr) << test.written;
    EXPECT_EQ(*tree.find("v")->as_string(), test.expected) << test.written;
  }
  EXPECT_EQ(only_document("-\tx\n").as_list()->size(), 1U);
}

TEST(YamlReader, ReadsManyRecordsOfOneDocument) {
  std::string text = "kind: Domain\nspec:\n  records:\n";
  constexpr std::size_t kRecords = 5000;
  for (std::size_t i = 0; i < kRecords; ++i) {
    text += "    - {name: h" + std::to_string(i) + ", type: A, values: [192.0.2.1]}\n";
  }
  const auto kept = read(text);
  ASSERT_EQ(kept.records.size(), kRecords);
  EXPECT_EQ(kept.records.back().place.line, kRecords + 3);
  EXPECT_EQ(*kept.records.back().find("name")->as_string(), "h4999");
}

}  // namespace
}  // namespace plumb::load
