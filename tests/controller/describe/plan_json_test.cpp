#include "controller/describe/plan_json.h"

#include <fstream>
#include <iterator>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "controller/describe/plan_lines.h"
#include "tests/controller/describe/world.h"
#include "tests/support/golden.h"

namespace plumb::describe::test {
namespace {

TEST(PlanJson, HasEverything) {
  const World world(everything());
  plumb::test::expect_golden("controller/describe/golden/everything.json",
                             plan_json(world.view()) + "\n");
}

/// The names of all members of a document, less those of `before` and `after`: they are the kind's.
void collect(const nlohmann::json& value, std::set<std::string>& names) {
  for (const auto& [name, member] : value.items()) {
    if (value.is_object()) {
      names.insert(name);
    }
    if (name != "before" && name != "after" && member.is_structured()) {
      collect(member, names);
    }
  }
}

std::string page() {
  std::ifstream in(std::string(PLUMB_SOURCE_DIR) + "/docs/plan-format.md");
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(PlanJson, IsWrittenDownFieldByField) {
  const World world(everything());
  std::set<std::string> names;
  collect(nlohmann::json::parse(plan_json(world.view())), names);
  collect(nlohmann::json::parse(
              saved_plan(world.view(), [](std::string_view) { return std::string("00"); })),
          names);
  const auto text = page();
  for (const auto& name : names) {
    EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
  }
  EXPECT_NE(text.find("plumb.plan/1"), std::string::npos);
  EXPECT_NE(text.find("plumb.saved-plan/1"), std::string::npos);
}

TEST(PlanJson, WordsAreWrittenDown) {
  const auto text = page();
  for (int verb = 0; verb <= static_cast<int>(plan::Verb::conflict); ++verb) {
    const auto name = std::string(verb_name(static_cast<plan::Verb>(verb)));
    EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
  }
  for (int reason = 0; reason <= static_cast<int>(plan::Reason::in_doubt); ++reason) {
    const auto name = std::string(reason_name(static_cast<plan::Reason>(reason)));
    EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
  }
  for (int state = 1; state <= static_cast<int>(plan::ScopeState::in_doubt); ++state) {
    const auto name = std::string(state_name(static_cast<plan::ScopeState>(state)));
    EXPECT_NE(text.find("`" + name + "`"), std::string::npos) << name;
  }
}

TEST(PlanJson, CountsWhatItLists) {
  const World world(everything());
  const auto document = nlohmann::json::parse(plan_json(world.view()));
  EXPECT_EQ(document["format"], "plumb.plan/1");
  std::map<std::string, std::size_t> verbs;
  for (const auto& change : document["changes"]) {
    if (!change["heals"].get<bool>() && !change.contains("needsConsent")) {
      ++verbs[change["verb"].get<std::string>()];
    }
  }
  for (const auto* verb : {"create", "update", "delete", "replace", "adopt", "forget"}) {
    EXPECT_EQ(document["totals"][verb].get<std::size_t>(), verbs[verb]) << verb;
  }
}

TEST(PlanJson, IsLimitedToDriftWhereOnlyThatIsAsked) {
  const World world(everything());
  const auto document = nlohmann::json::parse(plan_json(world.view(true)));
  ASSERT_EQ(document["changes"].size(), 2U);
  for (const auto& change : document["changes"]) {
    EXPECT_TRUE(change["reason"] == "drifted" || change["reason"] == "vanished");
  }
  EXPECT_TRUE(document["refusals"].empty());
}

TEST(PlanJson, IsValidWhateverStrangersWrote) {
  World world;
  Zone zone("example.com");
  zone.provider = "bad\xff";
  zone.declare({"evil\xff\x01 TXT", {"\xfe\xff\x00 \xe2\x80\xae"}, 4});
  world.header.project = "p\xff";
  world.header.summary = "\xc3\x28";
  world.header.accounts = {{"a\xff", "b\xfe"}};
  world.files.intern("dir\xff/file.yaml");
  world.make({zone});
  const auto text = plan_json(world.view());
  EXPECT_TRUE(nlohmann::json::accept(text));
  EXPECT_EQ(text.find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace plumb::describe::test
