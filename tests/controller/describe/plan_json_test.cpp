#include "controller/describe/plan_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/controller/describe/world.h"
#include "tests/support/golden.h"

namespace plumb::describe::test {
namespace {

TEST(PlanJson, HasEverything) {
  const World world(everything());
  plumb::test::expect_golden("controller/describe/golden/everything.json",
                             plan_json(world.view()) + "\n");
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
