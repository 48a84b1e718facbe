// NS and DS of a child zone in its parent, which another provider holds.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/cli.h"
#include "tests/support/pdns_server.h"

namespace plumb::test {
namespace {

constexpr std::string_view kParent = "zones/one.example.zone";

class Delegation : public ::testing::Test {
 protected:
  Delegation() {
    project_.write("providers/pdns.yaml",
                   "apiVersion: plumb/v1\nkind: Provider\nmetadata: {name: pdns}\nspec:\n"
                   "  type: powerdns\n  endpoint: " +
                       server_.endpoint() + "\n  auth: {apiKey: {env: KEY}}\n");
    project_.domain("one.example", hosts(2));
    project_.domain("sub.one.example",
                    {a("ns1", "192.0.2.53")},
                    "ownership: exclusive, nameServers: [ns1], delegate: true");
    project_.replace("domains/sub.one.example.yaml", "[files]", "[pdns]");
    EXPECT_EQ(plumb({"apply", "--yes"}).code, 0);
  }
  Ran plumb(const std::vector<std::string>& words,
            std::string_view key = PdnsServer::kApiKey) const {
    return project_.plumb(words, {.environment = {{"KEY", std::string(key)}}});
  }
  /// Signs the child; gives its DS with SHA-256 as the server has it.
  std::string sign() const {
    const auto made = server_.call("POST",
                                   "/zones/sub.one.example./cryptokeys",
                                   R"({"keytype":"csk","active":true,"published":true})");
    EXPECT_EQ(made.status, 201) << made.body;
    const auto keys =
        nlohmann::json::parse(server_.call("GET", "/zones/sub.one.example./cryptokeys").body);
    for (const auto& ds : keys.at(0).at("ds")) {
      const auto text = ds.get<std::string>();
      if (text.find(" 13 2 ") != std::string::npos) {
        return text;
      }
    }
    ADD_FAILURE() << keys.dump();
    return {};
  }
  void unsign() const {
    const auto keys =
        nlohmann::json::parse(server_.call("GET", "/zones/sub.one.example./cryptokeys").body);
    const auto id = std::to_string(keys.at(0).at("id").get<int>());
    EXPECT_EQ(server_.call("DELETE", "/zones/sub.one.example./cryptokeys/" + id).status, 204);
  }
  bool has(std::string_view text) const {
    return project_.read(kParent).find(text) != std::string::npos;
  }
  void expect_in_plumb() const {
    const auto plan = plumb({"plan", "--detailed-exitcode"});
    EXPECT_EQ(plan.code, 0) << plan.all();
  }

  const PdnsServer server_{PdnsServer::Backend::sqlite};
  const Project project_;
};

TEST_F(Delegation, OfAnUnsignedZoneHasNoDS) {
  EXPECT_TRUE(has("NS\tns1.sub.one.example."));
  EXPECT_FALSE(has("\tDS\t"));
  expect_in_plumb();
}

TEST_F(Delegation, PutsTheDSOfASignedZoneIntoTheZoneAbove) {
  const auto ds = sign();
  const auto plan = plumb({"plan", "--detailed-exitcode"});
  EXPECT_EQ(plan.code, 2) << plan.all();
  EXPECT_TRUE(plan.says("sub DS")) << plan.all();
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  const auto tag = ds.substr(0, ds.find(' '));
  EXPECT_TRUE(has("DS\t" + tag + " 13 2 ")) << project_.read(kParent);
  EXPECT_TRUE(has("DS\t" + ds)) << project_.read(kParent) << ds;
  expect_in_plumb();
}

TEST_F(Delegation, HoldsTheDSOfAZoneThatCannotBeRead) {
  const auto ds = sign();
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  const auto ran = plumb({"apply", "--yes"}, "wrong");
  EXPECT_EQ(ran.code, 8) << ran.all();
  EXPECT_TRUE(has("DS\t" + ds));
}

TEST_F(Delegation, TakesADSAwayOnlyWithAConsent) {
  const auto ds = sign();
  ASSERT_EQ(plumb({"apply", "--yes"}).code, 0);
  unsign();
  const auto refused = plumb({"apply", "--yes"});
  EXPECT_EQ(refused.code, 3) << refused.all();
  EXPECT_TRUE(has("DS\t" + ds));
  const auto consent = between(refused.out, "--consent '", "'");
  const auto ran = plumb({"apply", "--yes", "--consent", consent});
  EXPECT_EQ(ran.code, 0) << consent << ran.all();
  EXPECT_FALSE(has("\tDS\t"));
  expect_in_plumb();
}

TEST_F(Delegation, TakesTheDSThatIsWrittenByHand) {
  sign();
  const std::string by_hand =
      "60485 13 2 d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a";
  project_.replace(
      "domains/sub.one.example.yaml", "delegate: true", "delegate: true, ds: ['" + by_hand + "']");
  const auto ran = plumb({"apply", "--yes"});
  EXPECT_EQ(ran.code, 0) << ran.all();
  EXPECT_TRUE(has("DS\t" + by_hand)) << project_.read(kParent);
  expect_in_plumb();
}

}  // namespace
}  // namespace plumb::test
