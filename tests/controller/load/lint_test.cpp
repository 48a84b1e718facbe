// That the rules are asked, with what may be switched off, and only where nothing is missing.

#include <gtest/gtest.h>

#include "resources/rules/rules.h"
#include "tests/controller/load/loading.h"

namespace plumb::test {
namespace {

/// The rules that spoke, in order.
std::vector<std::string> rules_of(const load::Loaded& loaded) {
  std::vector<std::string> out;
  for (const auto& one : loaded.diagnostics.all()) {
    if (!one.rule.empty()) {
      out.push_back(one.rule);
    }
  }
  return out;
}

using Rules = std::vector<std::string>;

constexpr const char* kDangling = "    - {name: \"@\", type: MX, value: 10 mx1";
constexpr const char* kRule = "mx-target-address";

TEST(Lint, RulesSpeakAtThePlaceOfTheRecordWithItsLine) {
  const auto loaded = load_text(domain(std::string(kDangling) + "}\n", ", ownership: exclusive"));
  ASSERT_EQ(rules_of(loaded), (Rules{kRule}));
  const auto& problem = loaded.diagnostics.all()[0];
  EXPECT_EQ(loaded.files.text(problem.place), "d.yaml:7:36");
  EXPECT_EQ(problem.excerpt, std::string(kDangling) + "}");
  EXPECT_EQ(problem.severity, Severity::error);
  EXPECT_FALSE(loaded.scopes[0]->complete);
}

TEST(Lint, RulesAreSwitchedOffByRecordAndByDomain) {
  EXPECT_EQ(rules_of(load_text(domain(std::string(kDangling) +
                                      ", lint: {off: [mx-target-address], reason: elsewhere}}\n"))),
            Rules{});
  EXPECT_EQ(rules_of(load_text(domain(std::string(kDangling) + "}\n") +
                               "  lint: {off: [mx-target-address], reason: elsewhere}\n")),
            Rules{});
}

TEST(Lint, KnowsTheOtherZones) {
  const auto target = domain("    - {name: \"@\", type: MX, value: 10 mx.example.net.}\n");
  const auto other = [](const char* record) {
    return "---\n" + document("Domain",
                              "metadata: {name: example.net}\nspec:\n  dns: {providers: [dns], "
                              "ownership: exclusive}\n  records:\n    - " +
                                  std::string(record));
  };
  EXPECT_EQ(rules_of(load_text(target + other("{name: mx, type: A, value: 192.0.2.1}"))), Rules{});
  EXPECT_EQ(rules_of(load_text(target + other("{name: mxx, type: A, value: 192.0.2.1}"))),
            (Rules{kRule}));
}

TEST(Lint, SaysNothingOfWhatIsMissingWhereARecordWasRefused) {
  const auto loaded = load_text(
      domain(std::string(kDangling) + "}\n    - {name: mx1, type: A, vlaue: 192.0.2.1}\n"));
  EXPECT_EQ(rules_of(loaded), (Rules{"rules-held-back", "unknown-field"}));
  EXPECT_EQ(loaded.diagnostics.error_count(), 1U);
}

TEST(Lint, AnAddressByReferenceIsAnAddress) {
  EXPECT_EQ(rules_of(load_text(document("Server",
                                        "metadata: {name: mx1}\nspec: {hostname: mx1.example.com, "
                                        "addresses: [192.0.2.10]}") +
                               "---\n" + domain(std::string(kDangling) + "}\n"))),
            Rules{});
}

}  // namespace
}  // namespace plumb::test
