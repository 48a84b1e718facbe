#include "controller/load/schema.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "controller/load/explain.h"
#include "controller/load/manifest.h"
#include "controller/load/schema_texts.h"
#include "controller/load/yaml_reader.h"
#include "resources/kinds/record_item.h"
#include "resources/model/consent.h"
#include "resources/values/record_type.h"
#include "tests/support/golden.h"

namespace plumb::load {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// One value written in flow style, by way of the reader.
class OneItem final : public DocumentSink {
 public:
  void record(Value one) override { item = std::move(one); }
  void document(Value /*tree*/, Place /*start*/) override {}
  Value item;
};

Value item_of(const std::string& flow) {
  OneItem sink;
  Diagnostics problems;
  EXPECT_TRUE(read_yaml("spec:\n  records:\n    - " + flow + "\n", 1, {}, sink, problems)) << flow;
  return std::move(sink.item);
}

/// Whether the schema accepts `item` in a Domain's `records`.
bool schema_accepts(const Schemas& schemas, const Value& item) {
  const auto text = [](const char* words) { return Value{std::string(words), {}}; };
  Value::List records{item};
  Value::Map spec{{"records", Value{std::move(records), {}}}};
  Value::Map metadata{{"name", text("example.com")}};
  Value::Map document{{"apiVersion", text("plumb/v1")},
                      {"kind", text("Domain")},
                      {"metadata", Value{std::move(metadata), {}}},
                      {"spec", Value{std::move(spec), {}}}};
  Diagnostics problems;
  Value whole{std::move(document), {}};
  return schemas.repair("Domain", whole, true, problems).good;
}

constexpr const char* kGoodItems[] = {
    "{name: a, type: A, value: 192.0.2.1}",
    "{name: a, type: A, values: [192.0.2.1, 192.0.2.2]}",
    "{name: '@', type: TXT, ttl: 0, value: ''}",
    "{name: a, type: A, ttl: 2147483647, value: x}",
    "{name: 10, type: PTR, value: 5}",
    "{name: a, type: A, values: [1, b]}",
    "{name: a, type: A, value: null}",
    "{name: a, type: A, values: ~}",
    "{name: a, type: A, value: x, comment: note, labels: {a: b, c: 1}}",
    "{name: a, type: A, value: x, at: {cf: {proxied: true}}}",
    "{name: a, type: A, value: x, lint: {off: [r], reason: because}}",
    "{name: a, type: OPENPGPKEY, value: x}",
    "{name: a, type: A, value: x, lint: {off: [], reason: because}}",
};

constexpr const char* kBadItems[] = {
    "{name: a, type: A}",
    "{name: a, value: x}",
    "{type: A, value: x}",
    "{name: a, type: A, value: x, values: [x]}",
    "{name: a, type: A, value: null, values: null}",
    "{name: a, type: A, value: [x]}",
    "{name: a, type: A, value: true}",
    "{name: a, type: A, value: {x: y}}",
    "{name: a, type: A, values: x}",
    "{name: a, type: A, values: []}",
    "{name: a, type: A, values: [null]}",
    "{name: a, type: A, values: [[x]]}",
    "{name: a, type: a, value: x}",
    "{name: a, type: SOA, value: x}",
    "{name: a, type: RRSIG, value: x}",
    "{name: a, type: WKS, value: x}",
    "{name: a, type: 1, value: x}",
    "{name: '', type: A, value: x}",
    "{name: null, type: A, value: x}",
    "{name: true, type: A, value: x}",
    "{name: a, type: A, ttl: -1, value: x}",
    "{name: a, type: A, ttl: 2147483648, value: x}",
    "{name: a, type: A, ttl: '300', value: x}",
    "{name: a, type: A, ttl: null, value: x}",
    "{name: a, type: A, ttl: 1.5, value: x}",
    "{name: a, type: A, valeu: x}",
    "{name: a, type: A, value: x, comment: 1}",
    "{name: a, type: A, value: x, labels: [a]}",
    "{name: a, type: A, value: x, labels: {a: [b]}}",
    "{name: a, type: A, value: x, at: x}",
    "{name: a, type: A, value: x, at: {cf: true}}",
    "{name: a, type: A, value: x, lint: {off: [r]}}",
    "{name: a, type: A, value: x, lint: {reason: r}}",
    "{name: a, type: A, value: x, lint: {off: r, reason: r}}",
    "{name: a, type: A, value: x, lint: {off: [1], reason: r}}",
    "{name: a, type: A, value: x, lint: {off: [r], reason: ''}}",
    "{name: a, type: A, value: x, lint: {off: [r], reason: r, why: x}}",
    "{name: a, type: A, value: x, protect: true}",
    "[a]",
    "x",
    "{}",
};

void expect_verdict(const Schemas& schemas, const char* flow, bool good) {
  const auto item = item_of(flow);
  Diagnostics problems;
  kinds::RecordPack pack;
  EXPECT_EQ(pack.add(item, problems), good) << "decoder: " << flow;
  EXPECT_EQ(problems.has_errors(), !good) << flow;
  EXPECT_EQ(schema_accepts(schemas, item), good) << "schema: " << flow;
}

TEST(Schema, AndTheNativeDecoderGiveTheSameVerdictOnRecords) {
  const Schemas schemas;
  for (const auto* flow : kGoodItems) {
    expect_verdict(schemas, flow, true);
  }
  for (const auto* flow : kBadItems) {
    expect_verdict(schemas, flow, false);
  }
}

TEST(Schema, KnowsTheSameRecordTypesAndConsentWordsAsTheCode) {
  for (const auto* kind : {"Domain", "Profile"}) {
    const auto tree = schema_tree(kind);
    ASSERT_TRUE(tree.has_value());
    const auto* types = tree->find("definitions")->find("record")->find("properties")->find("type");
    std::vector<std::string> names;
    for (const auto& name : *types->find("enum")->as_list()) {
      names.push_back(*name.as_string());
    }
    const auto known = values::known_types();
    EXPECT_EQ(names, (std::vector<std::string>(known.begin(), known.end())));
  }
  const auto consent = schema_tree("Consent");
  ASSERT_TRUE(consent.has_value());
  const auto* allow = consent->find("properties")->find("spec")->find("properties")->find("allow");
  std::vector<std::string> words;
  for (const auto& word : *allow->find("enum")->as_list()) {
    words.push_back(*word.as_string());
  }
  const auto known = consent_words();
  EXPECT_EQ(words, (std::vector<std::string>(known.begin(), known.end())));
}

TEST(Schema, EveryKindHasOneAndEveryFieldIsDescribed) {
  EXPECT_EQ(schema_texts().size(), document_kinds().size());
  const auto check = [](const auto& self, const std::string& path) -> void {
    const auto explained = explain_schema(path);
    ASSERT_TRUE(explained.has_value()) << path;
    EXPECT_FALSE(explained->description.empty()) << path;
    EXPECT_FALSE(explained->type.empty()) << path;
    for (const auto& member : explained->members) {
      self(self, path + "." + member.name);
    }
  };
  for (const auto kind : document_kinds()) {
    check(check, std::string(kind));
  }
}

TEST(Schema, EveryExampleIsAccepted) {
  const Schemas schemas;
  std::size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(PLUMB_SOURCE_DIR) / "examples/kinds")) {
    const auto file = read_manifest(read_file(entry.path()), 1, schemas);
    EXPECT_TRUE(file.readable) << entry.path();
    for (const auto& problem : file.problems.all()) {
      ADD_FAILURE() << entry.path() << ":" << problem.place.line << ": " << problem.message;
    }
    EXPECT_FALSE(file.documents.empty() && file.mail.mailboxes().empty() &&
                 file.mail.aliases().empty())
        << entry.path();
    seen += 1;
  }
  EXPECT_EQ(seen, document_kinds().size());
}

TEST(Explain, SaysWhatTheSchemaSays) {
  const auto ttl = explain_schema("Domain.dns.defaultTTL");
  ASSERT_TRUE(ttl.has_value());
  EXPECT_EQ(ttl->path, "Domain.spec.dns.defaultTTL");
  EXPECT_EQ(ttl->type, "number");
  EXPECT_EQ(ttl->examples, (std::vector<std::string>{"300", "3600"}));
  EXPECT_FALSE(ttl->required);

  const auto record = explain_schema("domain.records");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->type, "list of map");
  ASSERT_FALSE(record->members.empty());
  EXPECT_EQ(record->members.front().name, "name");
  EXPECT_TRUE(record->members.front().required);

  const auto ownership = explain_schema("Profile.spec.dns.ownership");
  ASSERT_TRUE(ownership.has_value());
  EXPECT_EQ(ownership->default_value, "shared");
  EXPECT_EQ(ownership->allowed, (std::vector<std::string>{"shared", "exclusive"}));
}

TEST(Explain, SuggestsWhatWasMeant) {
  const auto kind = explain_schema("Domian");
  ASSERT_FALSE(kind.has_value());
  EXPECT_EQ(kind.error().hint, "did you mean Domain?");
  const auto field = explain_schema("Domain.dns.defaltTTL");
  ASSERT_FALSE(field.has_value());
  EXPECT_EQ(field.error().message, "`Domain.spec.dns` has no field `defaltTTL`");
  EXPECT_EQ(field.error().hint, "did you mean defaultTTL?");
  EXPECT_FALSE(explain_schema("").has_value());
  EXPECT_FALSE(explain_schema("Domain..").has_value());
}

}  // namespace
}  // namespace plumb::load
