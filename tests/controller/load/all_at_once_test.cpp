// One run says everything that is wrong, and each mistake once.

#include <gtest/gtest.h>

#include "resources/model/mistakes.h"
#include "resources/rules/rules.h"
#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kHead = "apiVersion: plumb/v1\nkind: Domain\n";

/// "place id" of each finding.
Lines found(const load::Loaded& loaded) {
  Lines out;
  for (const auto& one : loaded.diagnostics.all()) {
    out.push_back(loaded.files.text(one.place) + " " + one.rule);
  }
  return out;
}

TEST(AllAtOnce, SyntaxSchemaValuesAndRulesOfOneProject) {
  const auto loaded = load_files(
      {{"a.yaml",
        std::string(kHead) + "metadata: {name: a.test}\nspec:\n  dns: {providers: [dns]}\n"
                             "  records:\n    - {name: www, type: A, value: 192.0.2.300}\n"
                             "    - {name: x, type: A value: 192.0.2.2}\n"},
       {"b.yaml",
        std::string(kHead) + "metadata: {name: b.test}\nspec:\n"
                             "  dns: {providers: [dns], defaultTTLs: 300}\n  records:\n"
                             "    - {name: www, type: A, value: 192.0.2.300}\n"
                             "    - {name: \"@\", type: MX, values: [10 www, 20 nowhere]}\n"
                             "    - {name: \"@\", type: TXT, value: v=spf1 +all}\n"
                             "    - {name: y, type: A, vlaue: 192.0.2.4}\n"
                             "    - {name: \"@\", type: MX, value: 30 y}\n"}});
  EXPECT_EQ(found(loaded),
            (Lines{"a.yaml:3:18 rules-held-back",
                   "a.yaml:7:35 bad-address",
                   "a.yaml:8:30 yaml-bracket",
                   "b.yaml:3:18 rules-held-back",
                   "b.yaml:5:27 unknown-field",
                   "b.yaml:7:35 bad-address",
                   "b.yaml:8:46 mx-target-address",
                   "b.yaml:9:37 spf-all-pass",
                   "b.yaml:10:26 unknown-field",
                   "b.yaml:11:7 declared-twice"}));
}

TEST(AllAtOnce, WhatCannotBeReadIsNotMissing) {
  const auto broken = load_files(
      {{"broken.yaml", "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: [\n"},
       {"d.yaml",
        std::string(kHead) + "metadata: {name: a.test}\nspec:\n  dns: {providers: [elsewhere]}\n"
                             "  records: [{name: \"@\", type: MX, value: 10 nowhere}]\n"}});
  EXPECT_EQ(found(broken),
            (Lines{"broken.yaml:1:1 references-held-back",
                   "broken.yaml:4:1 yaml-bracket",
                   "d.yaml:6:42 mx-target-address"}));
}

TEST(AllAtOnce, EveryFindingHasAnIdThatIsListed) {
  const auto loaded = load_files({{"a.yaml", "&x a: *y\n"}, {"b.yaml", "kind: Domain\n"}});
  for (const auto& one : loaded.diagnostics.all()) {
    EXPECT_NE(find_mistake(one.rule), nullptr) << one.rule;
  }
  EXPECT_GE(loaded.diagnostics.error_count(), 3U);
}

TEST(AllAtOnce, IdsAreOfOneKindOnly) {
  for (const auto& rule : rules::rules()) {
    EXPECT_EQ(find_mistake(rule.id), nullptr) << rule.id;
  }
  for (std::size_t i = 0; i < mistakes().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(mistakes()[i].mistake), i) << mistakes()[i].id;
    EXPECT_EQ(find_mistake(mistakes()[i].id), &mistakes()[i]);
  }
}

TEST(AllAtOnce, OnlyRulesCanBeSwitchedOff) {
  const auto loaded = load_files(
      {{"d.yaml",
        std::string(kHead) + "metadata: {name: a.test}\nspec:\n  dns: {providers: [dns]}\n"
                             "  lint: {off: [bad-name], reason: x}\n"}});
  EXPECT_EQ(found(loaded), (Lines{"d.yaml:6:16 rule-not-switchable"}));
}

TEST(AllAtOnce, IgnoreNamesFieldsOfTheKind) {
  const auto ignoring = [](const std::string& pointer) {
    return found(load_files({{"d.yaml",
                              std::string(kHead) +
                                  "metadata: {name: a.test}\nspec:\n  dns: {providers: [dns]}\n"
                                  "  ignore: [" +
                                  pointer + "]\n"}}));
  };
  for (const auto* pointer : {"/ttl", "/values", "/at"}) {
    EXPECT_EQ(ignoring(pointer), Lines{}) << pointer;
  }
  for (const auto* pointer : {"/tll", "/ttl/x", "/at/cf/proxied", "ttl", "/at~2"}) {
    EXPECT_EQ(ignoring(pointer), (Lines{"d.yaml:6:12 bad-pointer"})) << pointer;
  }
}

}  // namespace
}  // namespace plumb::test
